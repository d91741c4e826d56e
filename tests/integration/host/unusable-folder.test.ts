/** A folder for temporary files that cannot be used is refused at once, and clearly: by the run, and by the first test where nobody sets up the run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FullConfig } from '@playwright/test';
import { expect, onTestFinished, test, vi } from 'vitest';
import globalSetup from '../../../src/config/global-setup';
import { connectToHost } from '../../../src/host/connect';

test.each([
  ['the run', async () => globalSetup({ projects: [{ name: '', use: {} }] } as FullConfig)],
  ['a worker', async () => connectToHost(process.pid, 'worker')],
])('%s says what is wrong, and what to do, in a line', async (_, start) => {
  const folder = await mkdtemp(join(tmpdir(), 'sw-unusable-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const file = join(folder, 'file');
  await writeFile(file, '');
  vi.stubEnv('TMPDIR', file); // root may write anywhere, but not below a file
  vi.stubEnv('TEMP', file);
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(start()).rejects.toMatchObject({
    code: 'host_unavailable',
    message: expect.stringMatching(
      /^Cannot keep the run's files in .+: \w+: .+\. Make it writable, or set TMPDIR to a folder of your own\.$/,
    ) as unknown,
  });
});
