/** Whole suites: one that was written for plain Playwright, whose results are the same with only its import changed; and the examples. On this machine's Chromium, and on a self-hosted server over both transports. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { JSONReport } from '@playwright/test/reporter';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareForeignSuite } from '../e2e/support/foreign-suite';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, resultsOf } from '../e2e/support/project';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

const ROOT = resolve(import.meta.dirname, '../..');

let folder: string;
let server: ServeProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-far-suites-'));
  server = await serve(['--data-dir', join(folder, 'data')]);
});

afterAll(async () => {
  await server.end('SIGTERM');
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

test('a suite written for plain Playwright gives the same results on embedded sessions', async () => {
  const { project, output } = await compareForeignSuite();
  expect(output).toContain('embedded');
  await leavesNothing(project);
  await project.remove();
});

describe.each(['playwright', 'cdp'])('over %s', (transport) => {
  const env = (): Record<string, string> => ({
    NOTTE_API_URL: server.url,
    NOTTE_API_KEY: 'key',
  });

  test('a suite written for plain Playwright gives the same results', async () => {
    const { project, output } = await compareForeignSuite({
      options: `{ transport: '${transport}' }`,
      env: env(),
    });
    expect(output).toContain('(self-hosted)');
    await leavesNothing(project);
    await project.remove();
  });

  test('the examples pass', async () => {
    const { output, report } = await runExamples(transport, env());
    expect(failedOf(report), output).toEqual([]);
    expect(resultsOf(report).size).toBeGreaterThan(25);
    expect(output).toMatch(/\(self-hosted\)[^]*left running: nothing/);
  });
});

/** Runs the examples with what their configuration reads from the environment. */
async function runExamples(
  transport: string,
  env: Record<string, string>,
): Promise<{ output: string; report: JSONReport }> {
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules/@playwright/test/cli.js'),
      'test',
      '--config',
      join(import.meta.dirname, 'far-suites', 'examples.config.ts'),
    ],
    {
      cwd: ROOT,
      env: { ...process.env, ...env, TRANSPORT: transport, RESULTS: join(folder, transport) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  const report = await readFile(join(folder, transport, 'report.json'), 'utf8');
  return { output, report: JSON.parse(report) as JSONReport };
}
