/** Ours beside what suites have already: other fixtures, one context for all tests, and every option of `use`. One run, of a project for each test here. */
import { readFile } from 'node:fs/promises';
import { type BrowserServer, chromium } from '@playwright/test';
import { afterAll, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { openPictureViewer } from '../integration/recording/pictures';
import { cookie } from './support/cookie';
import { OneRun } from './support/one-run';
import { failedOf, partOf, Project, resultOf, resultsOf, type RunResult } from './support/project';

const VISITS = `
  test.beforeEach(async ({ context }) => {
    await context.route('http://site.test/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Site</title>' }));
  });`;

const FILES = {
  session: `${VISITS}
    test.beforeEach(async ({ page, context, browser }) => {
      expect(browser.contexts()).toEqual([context]);
      const { targetInfo } = await (await context.newCDPSession(page)).send('Target.getTargetInfo');
      const { browserContextIds } = await (await browser.newBrowserCDPSession()).send('Target.getBrowserContexts');
      expect(browserContextIds).not.toContain(targetInfo.browserContextId); // it names all but the default one
    });
    test('first', async ({ page, context }) => {
      await page.goto('/a');
      expect(page.url()).toBe('http://site.test/a');
      expect(await page.evaluate(() => [innerWidth, navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone, matchMedia('(prefers-color-scheme: dark)').matches, navigator.userAgent])).toEqual([500, 'de-DE', 'Asia/Tokyo', true, 'mine/1']);
      await page.evaluate(() => { localStorage.setItem('k', 'v'); document.cookie = 'c=1'; });
      await context.newPage();
    });
    test('second', async ({ page, context }) => {
      expect(context.pages()).toHaveLength(1);
      await page.goto('/b');
      expect(await page.evaluate(() => [localStorage.getItem('k'), document.cookie])).toEqual([null, '']);
    });`,
  merged: `
    import { mergeTests, test as plain } from '@playwright/test';
    const withGreeting = plain.extend<{ greet: (name: string) => Promise<void> }>({ greet: async ({ page }, use) => use(async (name) => page.setContent('<h1>Hello ' + name + '</h1>')) });
    const both = mergeTests(test, withGreeting);
    both('has all fixtures', async ({ session, page, greet, browser }) => {
      await greet('you');
      await expect(page.locator('h1')).toHaveText('Hello you');
      expect((await session.status()).status).toBe('active');
      expect(browser.contexts()).toContain(page.context());
    });
    mergeTests(withGreeting, test)('in any order', async ({ session, greet, page }) => { await greet('me'); await expect(page.locator('h1')).toHaveText('Hello me'); expect(session.id).toBeTruthy(); });`,
  patient: `
    const patient = test.extend<object, { account: import('@playwright/test').BrowserContext }>({
      account: [async ({ browser }, use) => {
        const context = await browser.newContext();
        await new Promise((done) => setTimeout(done, 12_000));
        await use(context);
        await context.close();
      }, { scope: 'worker', timeout: 120_000 }],
    });
    patient.describe.configure({ timeout: 10_000 });
    patient('has what took long to make', async ({ account }) => { await (await account.newPage()).setContent('x'); });`,
  layered: `
    test.use({ sessionOptions: { idleTimeout: 300_000 } });
    test('has both', async ({ page, session }) => {
      expect(await page.evaluate(() => navigator.userAgent)).toBe('project/1');
      expect((await session.status()).idleTimeout).toBe(300_000);
    });`,
  pages: `
    const both = test.extend<{ second: import('@playwright/test').Page }>({
      second: async ({ context }, use) => use(await context.newPage()),
    });
    both('a fixture with a page of its own', async ({ second, page, context }) => {
      expect(context.pages()).toEqual([second, page]);
    });
    test.describe('a hook', () => {
      test.beforeEach(async ({ context }) => void (await context.newPage()));
      test('that opens a page', async ({ page, context }) => { expect(context.pages().indexOf(page)).toBe(1); });
    });
    test.describe("the session's own context", () => {
      test.use({ isolation: 'session' });
      both('with two pages', async ({ second, page, context }) => { expect(context.pages()).toEqual([second, page]); });
    });`,
  extension: `
    import { chromium } from '@playwright/test';
    const own = test.extend({
      context: async ({}, use) => {
        const context = await chromium.launchPersistentContext('', { executablePath: process.env.CHROMIUM_OF_SUITE, args: ['--no-sandbox'] });
        await use(context);
        await context.close();
      },
    });
    own('has no session', async ({ page, context }) => {
      expect(context.pages()).toHaveLength(2); // the one that it opens with, as with Playwright
      await page.setContent('x');
    });`,
  connected: `
    const NAMES = async (context: import('@playwright/test').BrowserContext) => (await context.cookies()).map((it) => it.name).sort();
    test('begins with the cookies of the file', async ({ context }) => {
      expect(await NAMES(context)).toEqual(['first']);
      await context.addCookies([{ name: 'second', value: '2', domain: 'site.test', path: '/' }]);
    });
    test('and with those that were saved', async ({ context }) => { expect(await NAMES(context)).toEqual(['first', 'second']); });`,
  reused: `${VISITS}
    const pages = new Set<string>();
    for (const n of [1, 2, 3]) test('test ' + n, async ({ page, context }) => {
      const { targetInfo } = await (await context.newCDPSession(page)).send('Target.getTargetInfo');
      pages.add(targetInfo.targetId);
      await page.goto('http://site.test/');
      expect(await page.evaluate(() => document.cookie)).toBe('');
      await page.evaluate(() => void (document.cookie = 'seen=1'));
      await page.evaluate(() => void (document.documentElement.style.background = 'lime'));
      await page.screenshot();
      expect(pages.size).toBe(1);
    });`,
};

const USES: Record<keyof typeof FILES, object> = {
  session: {
    isolation: 'session',
    baseURL: 'http://site.test',
    viewport: { width: 500, height: 400 },
    locale: 'de-DE',
    timezoneId: 'Asia/Tokyo',
    colorScheme: 'dark',
    userAgent: 'mine/1',
    serviceWorkers: 'block',
    contextOptions: { proxy: { server: 'http://127.0.0.1:9' } },
  },
  merged: {},
  patient: {},
  pages: {},
  extension: {},
  connected: { cookieFile: 'jar.json' },
  layered: { sessionOptions: { userAgent: 'project/1' } },
  reused: { reuseContext: true },
};

/** A Playwright server, as suites have one for browsers that are not ours to serve. */
let server: BrowserServer | undefined;

const suite = new OneRun(async () => {
  const { executablePath } = await findChromium();
  await server?.close(); // of an earlier try
  server = await chromium.launchServer({ executablePath, args: ['--no-sandbox'] });
  const connectOptions = { wsEndpoint: server.wsEndpoint() };
  const projects = Object.entries(USES).map(([name, use]) => ({
    name,
    use: name === 'connected' ? { ...use, connectOptions } : use,
    testMatch: `${name}.spec.ts`,
  }));
  const files = Object.entries(FILES).map(([name, spec]) => [
    `${name}.spec.ts`,
    `import { test, expect } from 'sessionwright';\n${spec}`,
  ]);
  return Project.create(
    {
      'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 1, timeout: 60_000, expect: { timeout: 20_000 }, reporter: [['line'], ['json', { outputFile: 'report.json' }]], projects: ${JSON.stringify(projects)} });`,
      'jar.json': `[${cookie('first')}]`,
      ...(Object.fromEntries(files) as Record<string, string>),
    },
    { CHROMIUM_OF_SUITE: executablePath },
  );
});
afterAll(async () => {
  await suite.close();
  await server?.close();
});

function expectPassed(run: RunResult, name: keyof typeof FILES, titles: string[]): void {
  const part = partOf(run.report, `${name}.spec.ts`);
  expect(failedOf(part), run.output).toEqual([]);
  expect([...resultsOf(part).keys()], run.output).toEqual(titles);
}

test("isolation 'session': tests run in the default context, with the options of use, isolated from each other", async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'session', ['first', 'second']);
  expect(
    run.output.match(/cannot apply these options to an existing context: proxy/g),
    run.output,
  ).toHaveLength(1);
});

test('mergeTests combines ours with fixtures for plain Playwright', async (context) => {
  const { run } = await suite.of(context);
  const titles = ['has all fixtures', 'in any order'];
  expectPassed(run, 'merged', titles);
  for (const title of titles)
    expect(resultOf(run.report, title).attachments.map((it) => it.name)).toContain('video');
});

test("a fixture's own timeout is not used up by the wait for a session", async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'patient', ['has what took long to make']);
});

test("a file's session options override its project's, field by field", async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'layered', ['has both']);
});

test('the page of a test is not one that a fixture or hook opened', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'pages', [
    'a fixture with a page of its own',
    'that opens a page',
    'with two pages',
  ]);
});

test('a suite with its own browser and context starts no session', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'extension', ['has no session']);
  expect(resultOf(run.report, 'has no session').annotations).toEqual([]);
});

test('cookies are loaded and saved in a project without sessions too', async (context) => {
  const { run } = await suite.of(context);
  const titles = ['begins with the cookies of the file', 'and with those that were saved'];
  expectPassed(run, 'connected', titles);
});

test('reuseContext keeps one page for the tests of a worker, and each clip shows it', async (context) => {
  const { run } = await suite.of(context);
  const titles = [1, 2, 3].map((n) => `test ${n}`);
  expectPassed(run, 'reused', titles);
  const viewer = await openPictureViewer();
  context.onTestFinished(async () => viewer.close());
  for (const title of titles) {
    const video = resultOf(run.report, title).attachments.find((it) => it.name === 'video');
    const clip = await readFile(video?.path ?? '');
    const { durationMs } = await viewer.play(clip);
    expect((await viewer.play(clip, [durationMs - 100])).colours, title).toEqual(['lime']);
  }
});
