/** Where Playwright's JUnit file is, and what is added to it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addToJunit, junitFile, junitProperties } from '../../../src/reporter/junit';
import type { RunTotals } from '../../../src/reporter/run/data';

const TOTALS: RunTotals = {
  tests: { expected: 1, unexpected: 0, flaky: 1, skipped: 0 },
  sessions: 3,
  byTests: 1,
  failedStarts: 0,
  clips: 2,
  browserMs: 90_000,
  billedMinutes: 4,
  waitingMs: 1_500,
  peakSessions: 2,
  retries: { 'session died': 1, failed: 2 },
  died: 1,
  handOvers: 0,
  leftRunning: ['a&"<b>'],
};
const XML = '<testsuites tests="1">\n<testsuite name="a.spec.ts">\n</testsuite>\n</testsuites>';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'junit-'))));
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function fileOf(options?: object): string | undefined {
  return junitFile({
    reporter: [['list'], ['junit', ...(options ? [options] : [])]] as [string, unknown][],
    configFile: '/suite/playwright.config.ts',
  });
}

test('the file is where Playwright writes it, and none where it goes to the terminal', () => {
  expect(junitFile({ reporter: [['list']] })).toBeUndefined();
  expect(fileOf()).toBeUndefined();
  expect(fileOf({ outputFile: 'out/junit.xml' })).toBe(resolve('/suite/out/junit.xml'));
  vi.stubEnv('PLAYWRIGHT_JUNIT_OUTPUT_NAME', 'named.xml');
  expect(fileOf()).toBe(resolve('/suite/named.xml'));
  vi.stubEnv('PLAYWRIGHT_JUNIT_OUTPUT_DIR', 'there');
  expect(fileOf()).toBe(resolve('there/named.xml'));
  vi.stubEnv('PLAYWRIGHT_JUNIT_OUTPUT_FILE', 'first.xml');
  expect(fileOf({ outputFile: 'out/junit.xml' })).toBe(resolve('first.xml'));
});

test('totals are numbers, and what nobody knows is left out', () => {
  expect(Object.fromEntries(junitProperties(TOTALS))).toEqual({
    sessions: '3',
    'sessions-by-tests': '1',
    'sessions-at-once': '2',
    'sessions-died': '1',
    'starts-failed': '0',
    'browser-minutes': '1.50',
    'billed-minutes': '4',
    'waiting-seconds': '1.5',
    retries: '3',
    'retries-session-died': '1',
    'retries-failed': '2',
    'left-running': '1',
    'left-running-session': 'a&"<b>',
  });
  const merged = { ...TOTALS, billedMinutes: undefined, leftRunning: undefined };
  const names = junitProperties(merged).map(([name]) => name);
  expect(names.filter((name) => /billed|left/.test(name))).toEqual([]);
});

test('they stand in a suite of their own, once, at the end of the file', async () => {
  const file = join(folder, 'junit.xml');
  await writeFile(file, XML);
  await addToJunit(file, TOTALS);
  const once = await readFile(file, 'utf8');
  expect(once).toMatch(
    /<\/testsuite>\n<testsuite name="sessionwright" tests="0" [^>]*>\n<properties>[^]*<\/testsuite>\n<\/testsuites>$/,
  );
  expect(once).toContain('value="a&#38;&#34;&#60;b&#62;"');
  await addToJunit(file, TOTALS);
  expect(await readFile(file, 'utf8')).toBe(once);
});

test('a file that is something else stays as it is', async () => {
  const file = join(folder, 'junit.xml');
  await writeFile(file, 'no XML');
  await addToJunit(file, TOTALS);
  expect(await readFile(file, 'utf8')).toBe('no XML');
});
