/** The first sessions start while the workers do, each once, and a run that needs none does not tell of any. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { leavesNothing } from './support/leaves-nothing';
import { Project, type RunResult } from './support/project';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

/** A browser that has started, in the log. */
const STARTED = /process \d+ is up/g;

/** A file that is not loaded before there is a wall of the run's sessions to look at. It has one test for a page. */
const WAITS_FOR_WALL = `
import { execFileSync } from 'node:child_process';
import { test, expect } from 'sessionwright';

const look = () => {
  try {
    return execFileSync(process.execPath, [${JSON.stringify(CLI)}, 'open', '--print'], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
};
if (process.env.TEST_WORKER_INDEX !== undefined)
  for (const sinceMs = Date.now(); !look().includes('http://127.0.0.1');)
    if (Date.now() - sinceMs > 30_000) throw new Error('There is no wall.');
test('has a page', async ({ page }) => {
  expect(page.url()).toBe('about:blank');
});
`;

/** One that needs no browser. */
const NO_BROWSER = `
import { test, expect } from 'sessionwright';
for (const n of [1, 2, 3, 4]) test('adds ' + n, () => expect(1 + n).toBe(n + 1));
`;

/** The file of a second project. */
const ONE_PAGE = `
import { test, expect } from 'sessionwright';
test('shows a page', async ({ page }) => {
  await page.setContent('<h1>There</h1>');
  await expect(page.getByRole('heading')).toBeVisible();
});
`;

let project: Project | undefined;
afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
});

/** Runs a suite of one file. */
async function run(spec: string, config: object, sessions: object = {}): Promise<RunResult> {
  const all = {
    ...{ testMatch: 'a.spec.ts', use: { recording: 'off' } },
    ...{ globalTimeout: 60_000, workers: 1, ...config },
  };
  project = await Project.create(
    {
      'a.spec.ts': spec,
      'b.spec.ts': ONE_PAGE,
      'playwright.config.ts': `
import { defineConfig } from '@playwright/test';
import { withSessions } from 'sessionwright/config';
export default defineConfig(withSessions(${JSON.stringify(all)}, { session: ${JSON.stringify(sessions)} }));`,
    },
    { DEBUG: 'sessionwright:browser' },
  );
  return project.run();
}

const startedIn = ({ output }: RunResult): number => output.match(STARTED)?.length ?? 0;

describe.skipIf(availableParallelism() < 2)('where there are processors for it', () => {
  test.each([
    ['with nothing said', {}, {}],
    [
      'with options of the project and of its browser',
      { projects: [{ name: 'desktop', use: { launchOptions: { args: ['--lang=de'] } } }] },
      { viewport: { width: 900, height: 600 } },
    ],
    [
      "with isolation 'session', and a project that comes after another one",
      {
        projects: [
          { name: 'later', dependencies: ['first'], testMatch: 'none.spec.ts' },
          { name: 'first', use: { isolation: 'session', headless: true } },
        ],
      },
      {},
    ],
  ])('a session is there before its worker has loaded a test, %s', async (_, config, sessions) => {
    const result = await run(WAITS_FOR_WALL, config, sessions);
    expect(result.output).toContain('1 passed');
    expect(startedIn(result)).toBe(1); // and it is the one that the worker asks for
    expect(result.output).toContain('1 session');
  });

  test('a run whose tests need none tells of none', async () => {
    const result = await run(NO_BROWSER, {});
    expect(result.output).toContain('4 passed');
    expect(startedIn(result)).toBe(1);
    expect(result.output).toContain('sessionwright: no test asked for a session');
  });

  test('and one that cannot be started is told to those alone that need it', async () => {
    const result = await run(NO_BROWSER, {}, { executablePath: process.execPath });
    expect(result.output).toContain('4 passed');
    expect(result.output).toContain('sessionwright: no test asked for a session');
  });

  test('nor do clips of another project want its browser', async () => {
    const use = { launchOptions: { executablePath: process.execPath } };
    const shown = { testMatch: 'b.spec.ts', use: { recording: 'on' } };
    const result = await run(NO_BROWSER, {
      projects: [
        { name: 'first', use },
        { name: 'shown', ...shown },
      ],
    });
    expect(result.output).toContain('5 passed');
    expect(result.output).toMatch(/1 session\b.* 1 clip\b/);
  });
});

test('where the workers fill the machine, none is started before it is asked for', async () => {
  const config = { workers: availableParallelism(), fullyParallel: true };
  const result = await run(NO_BROWSER.replace('4]', '4, 5, 6, 7, 8]'), config);
  expect(result.output).toContain('8 passed');
  expect(startedIn(result)).toBe(0);
});
