/** Fewer sessions than workers, in what can go wrong: other options, a session that ends, a full API, Ctrl-C. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, Project, resultsOf } from '../e2e/support/project';
import { serve } from '../e2e/support/serve-process';
import { handOvers, sharingConfig, sharingFile, threeFiles } from '../e2e/support/sharing-suite';

/** For files of a suite that wait for each other. `happened` may ask for a sign of a certain age: who has waited since then has waited for longer than its time limit. */
const SIGNS = `
  import { existsSync, statSync, writeFileSync } from 'node:fs';
  import { expect } from '@playwright/test';
  export const tell = (sign: string): void => writeFileSync(sign, '');
  export const happened = (sign: string, agoMs = 0): Promise<void> =>
    expect.poll(() => existsSync(sign) && Date.now() - statSync(sign).mtimeMs >= agoMs, { timeout: 0 }).toBe(true);`;

let project: Project | undefined;

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
});

test.each(['context', 'session'])(
  "three workers share the one session of `maxSessions`, isolation '%s'",
  async (isolation) => {
    project = await Project.create({
      'playwright.config.ts': sharingConfig({ sessionOptions: { maxSessions: 1 }, isolation }),
      ...threeFiles(),
    });
    const { exitCode, output, report } = await project.run();
    expect(failedOf(report), output).toEqual([]);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/1 session, 12 tests, 12 clips, .*left running: nothing/);
    expect(handOvers(report)).toBeGreaterThan(3);
  },
);

test('four workers with different options share two sessions: an idle one is replaced', async () => {
  const projects = ['one', 'two'].map((name) => ({
    name,
    use: { sessionOptions: { maxSessions: 2, userAgent: `Suite/${name}` } },
  }));
  project = await Project.create({
    'playwright.config.ts': sharingConfig(
      {},
      `timeout: 180_000, workers: 4, projects: ${JSON.stringify(projects)}`,
    ),
    'a.spec.ts': `
      ${sharingFile('a', 4)}
      test('has the options of its project', async ({ page }) => {
        expect(await page.evaluate(() => navigator.userAgent)).toBe('Suite/' + test.info().project.name);
      });`,
    'b.spec.ts': sharingFile('b', 4),
    'c.spec.ts': sharingFile('c', 4),
  });
  const { exitCode, output, report } = await project.run();
  expect(failedOf(report), output).toEqual([]);
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/26 tests, 26 clips, .*left running: nothing/);
});

test('a session that ends while workers share it is replaced: only the test that ran on it fails', async () => {
  project = await Project.create({
    'playwright.config.ts': sharingConfig({ sessionOptions: { maxSessions: 1 } }),
    ...threeFiles(1),
    '0.spec.ts': `
      import { test } from 'sessionwright';
      test('loses it', async ({ page, browser }) => {
        await page.setContent('x');
        const gone = new Promise((resolve) => browser.once('disconnected', resolve));
        const cdp = await browser.newBrowserCDPSession();
        await cdp.send('Browser.close').catch(() => undefined);
        await gone;
        throw new Error('on purpose');
      });`,
  });
  const { output, report } = await project.run();
  expect(failedOf(report), output).toEqual([expect.stringMatching(/^loses it: .*was lost while/)]);
  expect(output).toMatch(/2 sessions, 13 tests, .*left running: nothing/);
});

test('Ctrl-C while workers wait ends the run at once and leaves nothing', async () => {
  project = await Project.create({
    'playwright.config.ts': sharingConfig(
      { sessionOptions: { maxSessions: 1 } },
      'timeout: 600_000, fullyParallel: true',
    ),
    'a.spec.ts': `
      import { test } from 'sessionwright';
      for (const name of ['one', 'two', 'three'])
        test(name, async ({ page }) => {
          await page.setContent('x');
          await page.waitForSelector('h2', { timeout: 0 });
        });`,
  });
  const run = project.start();
  await run.printed(
    /worker \d waits for a session: 1 of 1 in use by worker \d \("(one|two|three)"\) \(5 s\)/,
  );
  const beganMs = Date.now();
  run.interrupt();
  const { output } = await run.result();
  expect(Date.now() - beganMs, output).toBeLessThan(200_000);
  expect(output).toMatch(/1 session, .*left running: nothing/);
});

describe('hooks and fixtures', () => {
  test('get the session back after other workers used it, without counting the wait', async () => {
    project = await Project.create({
      'playwright.config.ts': sharingConfig(
        { sessionOptions: { maxSessions: 1 } },
        'timeout: 10_000, workers: 2, fullyParallel: false',
      ),
      'signs.ts': SIGNS,
      'a.spec.ts': `
        import { test, expect } from 'sessionwright';
        import { happened, tell } from './signs';
        test('has the browser first', async ({ page }) => { await page.setContent('x'); tell('had'); });
        test('lets it go', async () => {
          test.setTimeout(120_000);
          await happened('taken');
          tell('missed');
        });
        test('takes it back within the test', async ({ browser }) => {
          const page = await browser.newPage();
          await page.setContent('<h1>There</h1>');
          await expect(page.getByText('There')).toBeVisible();
          await page.close();
        });
        test('lets it go again', async () => {
          test.setTimeout(120_000);
          await happened('taken again');
          tell('missed again');
        });
        test.describe('in a hook', () => {
          test.beforeAll(async ({ browser }) => {
            const page = await browser.newPage();
            await page.setContent('x');
            await page.close();
          });
          test('is over', () => {});
        });`,
      'b.spec.ts': `
        import { test } from 'sessionwright';
        import { happened, tell } from './signs';
        test.beforeAll(async () => { test.setTimeout(120_000); await happened('had'); });
        for (const more of ['', ' again']) test('takes it' + more, async ({ page }) => {
          test.setTimeout(120_000);
          await page.setContent('x');
          tell('taken' + more);
          await happened('missed' + more, 11_000);
        });`,
    });
    const { exitCode, output, report } = await project.run();
    expect(failedOf(report), output).toEqual([]);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/1 session, /);
    expect(output).toMatch(
      /(worker \d) waits for a session: 1 of 1 in use by [^]*\1 has its session \(\d+ s\)/,
    );
  });
});

test('a worker may keep an unused session for long: messages of waiting workers stay correct', async () => {
  project = await Project.create({
    'playwright.config.ts': sharingConfig(
      { sessionOptions: { maxSessions: 1, startTimeout: 8000 } },
      'timeout: 60_000, workers: 2',
    ),
    'signs.ts': SIGNS,
    'a.spec.ts': `
      import { test } from 'sessionwright';
      import { happened, tell } from './signs';
      test('uses the API', async ({ session }) => { await session.status(); tell('held'); });
      test('does without', async () => happened('missed', 10_000));`,
    'b.spec.ts': `
      import { test } from 'sessionwright';
      import { happened, tell } from './signs';
      test.beforeAll(async () => { await happened('held'); tell('missed'); });
      test('waits', async ({ page }) => page.setContent('x'));`,
  });
  const { exitCode, output, report } = await project.run();
  expect(failedOf(report), output).toEqual([]);
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(
    /waits for a session: 1 of 1 in use by worker \d \("does without"\) \(5 s\)/,
  );
});

describe('a server that gives one session', () => {
  test.each([
    ['lets starts wait', 'cdp', []],
    ['refuses more with 429', 'playwright', ['--max-waiting', '0']],
  ] as const)("and %s, over the transport '%s'", async (_, transport, flags) => {
    const folder = await mkdtemp(join(tmpdir(), 'sw-fewer-'));
    const data = ['--data-dir', join(folder, 'data')];
    const server = await serve(['--max-sessions', '1', ...flags, ...data], {
      XDG_CACHE_HOME: folder,
    });
    try {
      project = await Project.create(
        {
          'playwright.config.ts': sharingConfig({
            sessionOptions: { transport, startTimeout: 20_000 },
            isolation: 'session',
          }),
          ...threeFiles(),
        },
        { NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' },
      );
      const { exitCode, output, report } = await project.run();
      expect(failedOf(report), output).toEqual([]);
      expect(exitCode, output).toBe(0);
      expect(output).toMatch(/1 session, 12 tests, 12 clips, .*left running: nothing/);
      expect(output).not.toContain('may be left');
      expect(resultsOf(report).size).toBe(12);
    } finally {
      await server.end('SIGTERM');
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  });
});
