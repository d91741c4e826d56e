/** What the reporter does when something is in the way of the run page. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FullConfig, Suite } from '@playwright/test/reporter';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellRun } from '../../../bench/lib/big-run.mjs';
import SessionReporter from '../../../src/reporter/index';
import { testCase, testResult } from '../../unit/reporter/run-results';

const { argv } = process;

let folder: string;
let printed: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reporter-'));
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.argv = argv;
  await rm(folder, { recursive: true, force: true });
});

async function run(reporter: SessionReporter, tests = 2): Promise<void> {
  await tellRun(reporter, { tests, workers: 1, rootDir: folder });
}

test('a page that is not ours stays; GitHub has its summary all the same', async () => {
  const summary = join(folder, 'summary.md');
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  vi.stubEnv('GITHUB_STEP_SUMMARY', summary);
  await writeFile(join(folder, 'index.html'), '<h1>The site</h1>');
  await run(new SessionReporter({ runPage: '.' }));
  expect(printed).toContain('no run page: ');
  expect(printed).toContain('holds an index.html that is not ours');
  expect(await readFile(join(folder, 'index.html'), 'utf8')).toBe('<h1>The site</h1>');
  expect(await readFile(summary, 'utf8')).toContain('| Sessions | 1, 1 at once |');
});

test('a summary that cannot be written is not taken for a page that cannot', async () => {
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  vi.stubEnv('GITHUB_STEP_SUMMARY', folder);
  await run(new SessionReporter());
  expect(printed).toContain('run page: ');
  expect(printed).toContain('GitHub has no summary: EISDIR');
  expect(printed).not.toContain('no run page');
});

test('a page that another reporter has cleared away is told of', async () => {
  const reporter = new SessionReporter({ runPage: 'report' });
  await run(reporter);
  await reporter.onExit();
  expect(printed).not.toContain('no run page');
  await rm(join(folder, 'report'), { recursive: true });
  await mkdir(join(folder, 'report'));
  await writeFile(join(folder, 'report/index.html'), 'the other report');
  await reporter.onExit();
  expect(printed).toContain('another reporter has cleared');
});

test('a run in which no test used a session removes the page of an earlier run', async () => {
  await run(new SessionReporter());
  await readFile(join(folder, 'sessionwright-report/index.html'));
  await run(new SessionReporter(), 0);
  await expect(readFile(join(folder, 'sessionwright-report/index.html'))).rejects.toThrow('ENOENT');
});

test('named twice, the first one tells of the run, once; each run has its own', async () => {
  for (const folderName of ['first', 'later']) {
    const reporters = [folderName, 'second'].map((runPage) => new SessionReporter({ runPage }));
    const [first, second] = reporters as [SessionReporter, SessionReporter];
    const both: Pick<SessionReporter, 'onBegin' | 'onTestEnd' | 'onEnd' | 'onExit'> = {
      onBegin: (config, suite) => reporters.forEach((it) => it.onBegin(config, suite)),
      onTestEnd: (ended, result) => reporters.forEach((it) => it.onTestEnd(ended, result)),
      onEnd: async (result) => first.onEnd(result).then(async () => second.onEnd(result)),
      onExit: async () => first.onExit().then(async () => second.onExit()),
    };
    await tellRun(both, { tests: 2, workers: 1, rootDir: folder });
  }
  expect((await readdir(folder)).sort()).toEqual(['first', 'later']);
  expect(printed.match(/run page: /g)).toHaveLength(2);
});

test('reports without stories are merged into no page, and it says why', async () => {
  process.argv = [...argv, 'merge-reports'];
  const reporter = new SessionReporter({ runPage: join(folder, 'merged') });
  const buys = testCase('buys');
  const config = { rootDir: folder, projects: [], reporter: [], workers: 1, version: '' };
  reporter.onBegin(
    config as unknown as FullConfig,
    { suites: [], allTests: () => [buys] } as unknown as Suite,
  );
  reporter.onTestEnd(buys, testResult([0, 10], {}, null));
  await reporter.onEnd({ status: 'passed', startTime: new Date(), duration: 10 });
  await reporter.onExit();
  expect(printed).toContain('no run page: the reports that were merged tell of no session');
});
