/** A browser must not outlive the process that started it, however that process dies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../eventually';
import { processesWith } from '../processes';

let folder: string;

/** A program that starts a browser with a page, says so, and waits. */
const PROGRAM = `
import { launchChromium } from ${JSON.stringify(resolve('src/browser/chromium'))};
const browser = await launchChromium({ userDataDir: process.argv[2] });
await browser.connection.send('Target.createTarget', { url: 'about:blank' });
console.log('ready');
process.on('SIGTERM', () => browser.close());
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-orphans-'));
  await writeFile(join(folder, 'program.ts'), PROGRAM);
  await build({
    entryPoints: [join(folder, 'program.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'program.mjs'),
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('%s to its owner ends it', async (signal) => {
  const profile = join(folder, signal);
  const owner = spawn(process.execPath, [join(folder, 'program.mjs'), profile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void owner.kill('SIGKILL')); // also when what follows fails
  await once(owner.stdout, 'data');
  expect((await processesWith(profile)).length).toBeGreaterThan(1);
  const exited = once(owner, 'exit');
  owner.kill(signal);
  await exited;
  await eventually(async () => expect(await processesWith(profile)).toEqual([]));
});
