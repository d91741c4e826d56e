/** A session that dies while a test runs: that test says so at once, is marked as a victim of the infrastructure, and no other test suffers. */
import { existsSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import type { JSONReportTestResult } from '@playwright/test/reporter';
import { startSessionServer } from '../../src/server/index';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, Project, resultOf } from '../e2e/support/project';
import { processesWith } from '../integration/processes';

/** Longer than anything here takes: a test that fails earlier does not fail by its timeout. */
const TIMEOUT_MS = 600_000;
vi.setConfig({ testTimeout: 900_000 });
const PAGE = 'data:text/html,<title>Waiting</title>';

let project: Project | undefined;

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
});

/** A test that waits for what never comes, and one that comes later. */
async function create(env: Record<string, string> = {}, use = '{}'): Promise<Project> {
  project = await Project.create(
    {
      'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, timeout: ${TIMEOUT_MS}, use: ${use}, reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
      'a.spec.ts': `
        import { test } from 'sessionwright';
        test('waits', async ({ page, browser }) => {
          await page.goto('${PAGE}');
          console.log('WAITING.');
          await page.waitForSelector('h2', { timeout: 0 });
        });
        test('comes later', async ({ page }) => page.setContent('<h1>Later</h1>'));`,
    },
    env,
  );
  return project;
}

/** Sends a signal to the browsers that the sessions of a run have. */
async function signalBrowsers(of: Project, signal: NodeJS.Signals): Promise<void> {
  const browsers = (await processesWith(of.temp)).filter(
    (it) => it.includes('--remote-debugging-pipe') && !it.includes('--type='),
  );
  expect(browsers).toHaveLength(1);
  for (const it of browsers) process.kill(Number.parseInt(it, 10), signal);
}

function sessionOf({ annotations }: JSONReportTestResult): string {
  const [id] = annotations.find(({ type }) => type === 'session')?.description?.split(' ') ?? [];
  return id ?? 'none';
}

/** What a test whose session was lost says of it. */
function expectLost(result: JSONReportTestResult, reason: string): void {
  const said = result.annotations.find(({ type }) => type === 'infrastructure')?.description;
  expect(said).toContain(`Session ${sessionOf(result)} was lost while this test ran, at 20`);
  expect(said).toContain(reason);
  expect(said).toContain(`Its page was at ${PAGE}.`);
  expect(result.errors[0]?.message).toContain(said);
}

test('its browser is killed', async () => {
  const it = await create();
  const run = it.start();
  await run.printed(/WAITING/);
  await signalBrowsers(it, 'SIGKILL');
  const { report, output } = await run.result();
  const [lost, later] = [resultOf(report, 'waits'), resultOf(report, 'comes later')];
  expect(lost.status, output).toBe('failed');
  expectLost(lost, 'The browser ended by itself (signal SIGKILL).');
  expect(later.status, output).toBe('passed');
  expect(later.annotations.map(({ type }) => type)).not.toContain('infrastructure');
  expect(sessionOf(later)).not.toBe(sessionOf(lost));
});

test('its browser freezes: the test fails before its own timeout', async () => {
  const it = await create();
  const run = it.start();
  await run.printed(/WAITING/);
  await signalBrowsers(it, 'SIGSTOP');
  const { report, output } = await run.result();
  const [lost, later] = [resultOf(report, 'waits'), resultOf(report, 'comes later')];
  expect(lost.status, output).toBe('failed');
  expectLost(lost, 'its browser does not answer any more');
  expect(later.status, output).toBe('passed');
  expect(sessionOf(later)).not.toBe(sessionOf(lost));
});

test('it reaches its maximum duration', async () => {
  const server = await startSessionServer({ minuteMs: 60_000 });
  try {
    const it = await create(
      { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey },
      '{ sessionOptions: { maxDuration: 60_000, idleTimeout: 60_000 } }',
    );
    const { report, output } = await it.run();
    const [lost, later] = [resultOf(report, 'waits'), resultOf(report, 'comes later')];
    expect(lost.status, output).toBe('failed');
    expectLost(lost, 'It reached its maximum duration of 1 minute.');
    expect(later.status, output).toBe('passed');
  } finally {
    await server.close();
  }
});

test('its host is killed: the report names no clip of the test that ran', async () => {
  const it = await create();
  const run = it.start();
  await run.printed(/WAITING/);
  for (const pid of it.hosts().map(Number)) process.kill(pid, 'SIGKILL');
  const { report, output } = await run.result();
  const [lost, later] = [resultOf(report, 'waits'), resultOf(report, 'comes later')];
  expect(lost.status, output).toBe('failed');
  expectLost(lost, "the run's session host has exited");
  expect(lost.attachments.filter(({ path = '' }) => path !== '' && !existsSync(path))).toEqual([]);
  expect(lost.attachments.map(({ name }) => name)).not.toContain('video');
  expect(later.status, output).toBe('passed');
  expect(later.attachments.map(({ name }) => name)).toContain('video');
});

test.each(['context', 'session'])(
  'it dies between two tests, and is missed by the look before the next one: that test has another session, with isolation %s',
  async (isolation) => {
    project = await Project.create({
      'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, timeout: ${TIMEOUT_MS}, use: { recording: 'off', isolation: '${isolation}' }, reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
      'a.spec.ts': `
      import { test as base, expect } from 'sessionwright';
      let browserPid = 0;
      // Set up before all other fixtures, so torn down after them. A browser that stands still looks well, until it is asked for a context.
      const test = base.extend({
        between: [async ({}, use) => {
          await use();
          const pid = browserPid;
          browserPid = 0;
          if (pid === 0) return;
          process.kill(pid, 'SIGSTOP');
          setTimeout(() => process.kill(pid, 'SIGKILL'), 2_000);
        }, { auto: true }],
      });
      test('leaves a browser that dies', async ({ browser, page }) => {
        const cdp = await browser.newBrowserCDPSession();
        const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
        browserPid = processInfo.find(({ type }) => type === 'browser').id;
      });
      test.describe('with options of its own', () => {
        test.use({ locale: 'de-DE' }); // so that no context waits for it that was made before
        test('comes next', async ({ page, browser }) => {
          await page.setContent('<h1>Here</h1>');
          await expect(page.locator('h1')).toHaveText('Here');
          expect(browser.contexts()).toEqual([page.context()]);
        });
      });
      test('comes later', async ({ page }) => page.setContent('<h1>Later</h1>'));`,
    });
    const { report, output } = await project.run();
    expect(failedOf(report), output).toEqual([]);
    const [died, next, later] = ['leaves a browser that dies', 'comes next', 'comes later'].map(
      (title) => sessionOf(resultOf(report, title)),
    );
    expect(next).not.toBe(died);
    expect(later).toBe(next);
    const sessions = resultOf(report, 'comes next').annotations.filter(
      (it) => it.type === 'session',
    );
    expect(sessions).toHaveLength(1);
    expect(output).toContain('2 sessions, 3 tests, 0 clips');
  },
);

test('it ends after the next test began, before that test has a context: the test gets another session', async () => {
  project = await Project.create({
    'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, timeout: ${TIMEOUT_MS}, expect: { timeout: ${TIMEOUT_MS} }, reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
    'a.spec.ts': `
      import { once } from 'node:events';
      import { test as base, expect } from 'sessionwright';
      let browserPid = 0;
      // After \`_isServed\` a test has begun; contexts are made after all fixtures that are set up by themselves.
      const test = base.extend({
        begun: [async ({ _isServed, browser }, use) => {
          if (browserPid > 0) {
            const gone = once(browser, 'disconnected');
            process.kill(browserPid, 'SIGKILL');
            await gone;
          }
          await use();
        }, { auto: true }],
      });
      test('comes first', async ({ browser, page }) => {
        const cdp = await browser.newBrowserCDPSession();
        const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
        browserPid = processInfo.find(({ type }) => type === 'browser').id;
      });
      test('comes next', async ({ page, browser }) => {
        browserPid = 0;
        await page.setContent('<h1>Here</h1>');
        await expect(page.locator('h1')).toHaveText('Here');
        expect(browser.contexts()).toEqual([page.context()]);
      });`,
  });
  const { report, output } = await project.run();
  expect(failedOf(report), output).toEqual([]);
  const [first, next] = ['comes first', 'comes next'].map((title) => resultOf(report, title));
  expect(next && sessionOf(next)).not.toBe(first && sessionOf(first));
  expect(next?.annotations.filter(({ type }) => type === 'session')).toHaveLength(1);
  expect(next?.attachments.map(({ name }) => name)).toContain('video');
});
