/** The examples on a Selenium Grid: what runs on this machine's Chromium runs there, but for what the docs name. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { JSONReport } from '@playwright/test/reporter';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LocalGrid } from '../../scripts/lib/grid.mjs';
import { failedOf, resultsOf } from '../e2e/support/project';
import { everySlotIsFree, openGrid } from './grid';

const ROOT = resolve(import.meta.dirname, '../..');
/** How long all of them may take, in milliseconds: a minute on two processors. */
const EXAMPLES_MS = 900_000;

let grid: LocalGrid;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-grid-examples-'));
  grid = await openGrid();
});

afterEach(async () => {
  await grid.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

test(
  'the examples pass; only profiles are left out',
  async () => {
    const { output, report } = await runExamples();
    expect(failedOf(report), output).toEqual([]);
    expect(output).toMatch(/Selenium Grid at [^]*left running: nothing/);
    const results = [...resultsOf(report)];
    const skipped = results.filter(([, attempts]) => attempts.some(isSkipped));
    expect(skipped.map(([title]) => title)).toEqual(['a second session starts signed in']);
    expect(results.length).toBeGreaterThan(25);
    await everySlotIsFree(grid);
  },
  EXAMPLES_MS,
);

function isSkipped({ status }: { status?: string | undefined }): boolean {
  return status === 'skipped';
}

async function runExamples(): Promise<{ output: string; report: JSONReport }> {
  const cli = join(ROOT, 'node_modules/@playwright/test/cli.js');
  const config = join(import.meta.dirname, 'examples.config.ts');
  const child = spawn(process.execPath, [cli, 'test', '--config', config], {
    cwd: ROOT,
    env: {
      ...process.env,
      NOTTE_API_URL: '',
      NOTTE_API_KEY: '',
      SELENIUM_REMOTE_URL: grid.url,
      RESULTS: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  const report = await readFile(join(folder, 'report.json'), 'utf8');
  return { output, report: JSON.parse(report) as JSONReport };
}
