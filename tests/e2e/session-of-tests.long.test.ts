/** The session of a test: what it is to tests and hooks, and another one where it died or was stopped. One run, in one worker. */
import { afterAll, expect, test } from 'vitest';
import { OneRun } from './support/one-run';
import { failedOf, partOf, Project, resultOf, resultsOf, type RunResult } from './support/project';

/** A file whose hook makes the page of its test. */
const hooked = (name: string): string => `
  test.use({ recording: 'off' });
  let page: import('@playwright/test').Page;
  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    await page.setContent('<h1>Ready</h1>');
  });
  test('${name}', async ({ session }) => {
    await expect(page.locator('h1')).toHaveText('Ready');
    await session.stop();
  });
  test.afterAll(() => page.close().catch(() => undefined));`;

/** In this order: the last one leaves the page of another session open, which screenshots would show. */
const FILES = {
  '1-ended': `
    test('ends it', async ({ page, session }) => {
      await page.setContent('<h1>Bye</h1>');
      await session.stop();
    });`,
  '2-hook': hooked('uses the page of its hook'),
  '3-hook': hooked('and another one'),
  '4-hook': `
    let text: unknown;
    test.beforeAll(async ({ session }) => {
      await session.execute({ type: 'goto', url: 'data:text/html,<h1>Hook</h1>' });
      text = (await session.scrape()).markdown;
    });
    test('uses what its hook has read', () => expect(text).toContain('Hook'));`,
  '5-loss': `
    let first: string; let sameBrowser: unknown; let worker: number;
    test('kills it after its work', async ({ page, session, browser }, testInfo) => {
      first = session.id; sameBrowser = browser; worker = testInfo.workerIndex;
      await page.setContent('<h1>One</h1>');
      const gone = new Promise((resolve) => browser.once('disconnected', resolve));
      const cdp = await browser.newBrowserCDPSession();
      await page.close();
      await cdp.send('Browser.crash').catch(() => undefined);
      await gone;
    });
    test('gets another one', async ({ page, browser, context }, testInfo) => {
      expect(testInfo.workerIndex).toBe(worker);
      expect(browser).toBe(sameBrowser);
      await page.setContent('<h1>Two</h1>');
      await expect(page.locator('h1')).toHaveText('Two');
      expect(browser.contexts()).toContain(context);
      expect(testInfo.annotations.find((it) => it.type === 'session')?.description).not.toBe(first);
    });
    test('stops it', async ({ session, page }, testInfo) => {
      first = session.id;
      await page.setContent('<h1>Three</h1>');
      expect((await session.stop()).status).toBe('closed');
      expect((await session.status()).status).toBe('closed');
    });
    test('uses no page', async ({ session }, testInfo) => {
      expect(testInfo.workerIndex).toBe(worker);
      expect((await session.status()).status).toBe('active');
      expect(session.id).not.toBe(first);
      const { success } = await session.execute({ type: 'evaluate_js', code: 'document.title = "Two"' });
      expect(success).toBe(true);
      expect(testInfo.annotations.filter((it) => it.type === 'session').map((it) => it.description)).toEqual([session.id]);
    });
    test('uses both', async ({ session, page }, testInfo) => {
      await page.setContent('<h1>Five</h1>');
      expect(testInfo.annotations.find((it) => it.type === 'session')?.description).toBe(session.id);
      expect((await session.status()).status).toBe('active');
    });`,
  '6-own': `
    test.beforeEach(async ({ context }) => {
      await context.route('http://site.test/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Site</title>' }));
    });
    test.beforeAll(async ({ session }) => { await session.execute({ type: 'evaluate_js', code: 'document.title = "left over"' }); });
    test('has one page', async ({ page, session }) => {
      await page.goto('http://site.test/one');
      expect((await session.observe()).tabs.map(({ url }) => url)).toEqual(['http://site.test/one']);
    });
    test('has two', async ({ page, context, session }) => {
      await page.goto('http://site.test/first');
      await (await context.newPage()).goto('http://site.test/second');
      expect((await session.observe()).url).toBe('http://site.test/first');
      await session.execute({ type: 'switch_tab', tabIndex: 1 });
      expect((await session.observe()).url).toBe('http://site.test/second');
    });
    test.describe('in the own context', () => {
      test.use({ isolation: 'session' });
      test('is stopped', async ({ page, session }) => {
        await page.goto('http://site.test/');
        expect((await session.observe()).url).toBe('http://site.test/');
        await session.stop();
      });
      test('goes on', async ({ page, session }) => {
        await page.goto('http://site.test/again');
        expect((await session.observe()).url).toBe('http://site.test/again');
      });
    });`,
  '7-use': `
    test('uses it', async ({ session, page }) => {
      expect((await session.status()).status).toBe('active');
      await page.setContent('<h1>Mine</h1>');
      const other = await session.client.start();
      const second = await other.page();
      await second.setContent('<h1>Yours</h1>');
      await expect(second.locator('h1')).toHaveText('Yours');
      expect(other.id).not.toBe(session.id);
      console.log('NOT STOPPED ' + other.id);
    });
    test('uses two', async ({ session }) => {
      await using other = await session.client.start();
      await (await other.page()).setContent('<h1>Yours</h1>');
    });
    test('acts', async ({ session, page }) => {
      await page.setContent('<label>Code <input type="password"></label>');
      await session.execute({ type: 'fill', selector: 'input', value: 'typed-secret' });
      await session.observe();
      await expect(page.locator('input')).toHaveValue('typed-secret');
    });`,
};

const suite = new OneRun(async () => {
  const files = Object.entries(FILES).map(([name, tests]) => [
    `${name}.spec.ts`,
    `import { test, expect } from 'sessionwright';\n${tests}`,
  ]);
  return Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 1, timeout: 60_000, expect: { timeout: 20_000 }, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { trace: 'on', screenshot: 'on' } });`,
    ...(Object.fromEntries(files) as Record<string, string>),
  });
});
afterAll(async () => suite.close());

function expectPassed({ report, output }: RunResult, files: (keyof typeof FILES)[]): void {
  for (const file of files) {
    const part = partOf(report, `${file}.spec.ts`);
    expect(failedOf(part), output).toEqual([]);
    expect(resultsOf(part).size, output).toBeGreaterThan(0);
  }
}

test('is in the report of each test; its API calls are steps; a second session is stopped too, and leaves no file', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, ['7-use']);
  const { annotations } = resultOf(run.report, 'uses it');
  expect(annotations.find((it) => it.type === 'session')?.description).toMatch(/^[0-9a-f-]{36}$/);
  const titles = resultOf(run.report, 'acts').steps?.map(({ title }) => title) ?? [];
  expect(titles).toEqual(expect.arrayContaining(['Session fill input', 'Session observe']));
  expect(titles.join()).not.toContain('typed-secret');
});

test('that ended is replaced before a hook uses it, in a later file of the same worker', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, ['1-ended', '2-hook', '3-hook', '4-hook']);
});

test('that ended is replaced before the next test, in the same worker, even if that test uses no page', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, ['5-loss']);
  const { attachments } = resultOf(run.report, 'uses no page');
  expect(attachments.map((it) => it.name)).toContain('video');
});

test("works on the test's own page; stopping it does not affect the next test in the session's own context", async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, ['6-own']);
  const { attachments } = resultOf(run.report, 'has one page');
  expect(attachments.filter((it) => it.name === 'screenshot')).toHaveLength(1);
});

test('the summary counts all sessions, and the tests that used one', async (context) => {
  const { run } = await suite.of(context);
  // Beside the first: two that tests have started, and one after each loss. "uses two" has none of the run, and "uses what its hook has read" uses none.
  expect(run.output).toContain('9 sessions, 14 tests');
});
