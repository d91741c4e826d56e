/** A suite whose tests notice when a prepared context is not as fresh as any other. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { failedOf, partOf, Project, resultsOf, type RunResult } from './project';

/** What the tests of a run share. */
const HELPERS = `
import { test, expect } from 'sessionwright';
import type { Browser } from '@playwright/test';

const SITE = process.env['SITE'] ?? '';

/** Blank pages in contexts of their own, beside those of the running test. */
export async function waiting(browser: Browser): Promise<string[]> {
  const cdp = await browser.newBrowserCDPSession();
  const { targetInfos } = await cdp.send('Target.getTargets');
  await cdp.detach();
  return targetInfos.filter((it) => it.type === 'page' && it.url === 'about:blank').map((it) => it.targetId);
}
`;

/** One run, of a file for each test here, in the order of their names: after a test that asks the API, none is made. */
const FILES = {
  fresh: `
    let next: string[] = [];
    for (const n of [1, 2, 3])
      test('test ' + n, async ({ page, context, browser }) => {
        expect(browser.contexts()).toEqual([context]);
        expect(context.pages()).toEqual([page]);
        const cdp = await context.newCDPSession(page);
        const { targetInfo } = await cdp.send('Target.getTargetInfo');
        if (n > 1) expect(next).toContain(targetInfo.targetId); // made while the test before ran
        expect(await page.evaluate(() => [history.length, document.title])).toEqual([1, '']);
        await page.goto(SITE);
        expect(await page.evaluate(() => [document.cookie, localStorage.length])).toEqual(['', 0]);
        await page.evaluate(() => { document.cookie = 'a=1'; localStorage.a = 1; });
        await expect.poll(async () => next = await waiting(browser)).toHaveLength(1);
        expect(browser.contexts()).toEqual([context]);
      });`,
  page: `
    const it = test.extend({
      context: async ({ context }, use) => {
        const pages: unknown[] = [];
        context.on('page', (page) => pages.push(page));
        await context.addInitScript(() => Object.assign(globalThis, { early: true }));
        await context.exposeFunction('shared', () => 7);
        await context.route('**/routed', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Routed</title>' }));
        await context.setExtraHTTPHeaders({ 'x-test': 'yes' });
        await context.grantPermissions(['geolocation']);
        await context.setGeolocation({ latitude: 1, longitude: 2 });
        await context.clock.setFixedTime(new Date(0));
        await use(context);
        expect(pages).toEqual(context.pages());
        expect(pages).toHaveLength(1);
      },
    });
    for (const n of [1, 2])
      it('test ' + n, async ({ page, context, browser }) => {
        const read = () => page.evaluate(async () => {
          const { early, shared } = globalThis as unknown as { early?: boolean; shared(): Promise<number> };
          return [early, await shared(), Date.now()];
        });
        expect(await read()).toEqual([true, 7, 0]); // on the blank page
        await page.goto(SITE + 'routed');
        await expect(page).toHaveTitle('Routed');
        expect(await read()).toEqual([true, 7, 0]);
        const sent = page.waitForRequest('**/headers');
        await page.evaluate(() => void fetch('/headers'));
        expect((await sent).headers()['x-test']).toBe('yes');
        expect(await page.evaluate(() => new Promise((done) => navigator.geolocation.getCurrentPosition((it) => done(it.coords.longitude))))).toBe(2);
        await context.setOffline(true);
        expect(await page.evaluate(() => navigator.onLine)).toBe(false);
        await expect.poll(() => waiting(browser)).toHaveLength(1);
      });`,
  without: `
    test('plain', async ({ page, browser }) => {
      await page.goto(SITE);
      await expect.poll(() => waiting(browser)).toHaveLength(1);
    });
    test.describe('a phone', () => {
      test.use({ viewport: { width: 400, height: 300 }, locale: 'de-DE' });
      for (const n of [1, 2])
        test('is one ' + n, async ({ page, browser }) => {
          expect(page.viewportSize()).toEqual({ width: 400, height: 300 });
          await page.goto(SITE);
          expect(await page.evaluate(() => [innerWidth, navigator.language])).toEqual([400, 'de-DE']);
          await expect.poll(() => waiting(browser)).toHaveLength(1);
        });
    });
    test.describe('the session', () => {
      test.use({ isolation: 'session' });
      test('has its own context', async ({ page, browser }) => {
        await page.goto(SITE);
        await page.evaluate(() => { document.cookie = 'a=1'; });
        expect(browser.contexts()).toHaveLength(1);
      });
    });
    test('plain again', async ({ page, browser, context }) => {
      await page.goto(SITE);
      expect(await context.cookies()).toEqual([]);
      await expect.poll(async () => (await waiting(browser)).length).toBeGreaterThan(0);
    });
    test('a second context with other options, and one that keeps a state', async ({ page, browser, context }) => {
      await context.addCookies([{ name: 'kept', value: '1', url: SITE }]);
      const other = await browser.newContext({ storageState: await context.storageState(), colorScheme: 'dark' });
      const second = await other.newPage();
      await second.goto('data:text/html,hi');
      expect(await second.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true);
      expect(await other.cookies()).toHaveLength(1);
      await other.close();
      await page.goto(SITE);
    });
    test('the API sees the pages of the test, and no other', async ({ page, session, browser }) => {
      await page.goto(SITE);
      expect((await session.debugInfo()).tabs.map((it) => it.url)).toEqual([SITE]);
      expect(await waiting(browser)).toEqual([]);
    });`,
  filled: `
    for (const n of [1, 2])
      test('fills a blank page ' + n, async ({ page, browser }) => {
        await expect.poll(() => waiting(browser)).toHaveLength(2); // its own, and the next one's
        await page.evaluate(() => { document.body.style.background = 'red'; });
        await page.screenshot();
      });`,
  clients: `
    import { chromium } from '@playwright/test';
    test('leaves one', async ({ page, browser }) => {
      await page.goto(SITE);
      await expect.poll(() => waiting(browser)).toHaveLength(1);
    });
    test('connects a client of its own, which finds none', async ({ session }) => {
      const own = await chromium.connectOverCDP(session.cdpUrl);
      expect(await waiting(own)).toHaveLength(1); // the session's own
      await own.close();
    });`,
  traced: `
    for (const n of [1, 2])
      test('fails ' + n, async ({ page, browser }) => {
        await page.goto(SITE);
        await expect.poll(() => waiting(browser)).toHaveLength(1);
        expect(n).toBe(0);
      });
    test('does not leave it to the end', async ({ page }) => { await page.goto(SITE); });`,
};

/** Serves the page that the suite opens, on a free port of this machine. */
export async function openSite(): Promise<Server> {
  const site = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<title>Site</title>'),
  );
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  return site;
}

/** A project of the suite. */
export async function createSuiteOf(
  site: Server,
  { use = '', env = {} }: { use?: string; env?: Record<string, string> } = {},
): Promise<Project> {
  const files = Object.entries(FILES).map(([name, tests]) => [`${name}.spec.ts`, HELPERS + tests]);
  return Project.create(
    {
      'playwright.config.ts': `
      import { defineConfig } from '@playwright/test';
      import { withSessions } from 'sessionwright/config';
      export default withSessions(defineConfig({
        workers: 1,
        timeout: 60_000,
        expect: { timeout: 20_000 },
        reporter: [['list'], ['json', { outputFile: 'report.json' }]],
        use: { ${use} },
        projects: [
          { name: 'plain', testIgnore: /(traced|clients).spec.ts/ },
          { name: 'clients', testMatch: 'clients.spec.ts' },
          { name: 'traced', testMatch: 'traced.spec.ts', use: { trace: 'on', screenshot: 'on' } },
        ],
      }));`,
      ...(Object.fromEntries(files) as Record<string, string>),
    },
    { SITE: `http://127.0.0.1:${String((site.address() as AddressInfo).port)}/`, ...env },
  );
}

/** Expects that as many tests of this file passed, and none failed. */
export function expectPassed(run: RunResult, name: keyof typeof FILES, count: number): void {
  const part = partOf(run.report, `${name}.spec.ts`);
  expect(failedOf(part), run.output).toEqual([]);
  expect(resultsOf(part).size, run.output).toBe(count);
}
