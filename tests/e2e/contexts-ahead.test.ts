/** Contexts that are made ahead: they are there, and no test can tell one from a context that was made for it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPictureViewer } from '../integration/recording/pictures';
import { OneRun } from './support/one-run';
import {
  failedOf,
  partOf,
  Project,
  resultOf,
  resultsOf,
  shownAttachments,
  type RunResult,
} from './support/project';
import { eventsIn } from './support/trace';

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
  traced: `
    for (const n of [1, 2])
      test('fails ' + n, async ({ page, browser }) => {
        await page.goto(SITE);
        await expect.poll(() => waiting(browser)).toHaveLength(1);
        expect(n).toBe(0);
      });
    test('does not leave it to the end', async ({ page }) => { await page.goto(SITE); });`,
};

const site = createServer((_, response) =>
  response.setHeader('content-type', 'text/html').end('<title>Site</title>'),
);
beforeAll(async () => {
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
});

const suite = new OneRun(async () => {
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
        projects: [
          { name: 'plain', testIgnore: 'traced.spec.ts' },
          { name: 'traced', testMatch: 'traced.spec.ts', use: { trace: 'on', screenshot: 'on' } },
        ],
      }));`,
      ...(Object.fromEntries(files) as Record<string, string>),
    },
    { SITE: `http://127.0.0.1:${String((site.address() as AddressInfo).port)}/` },
  );
});
afterAll(async () => {
  site.close();
  await suite.close();
});

function expectPassed(run: RunResult, name: keyof typeof FILES, count: number): void {
  const part = partOf(run.report, `${name}.spec.ts`);
  expect(failedOf(part), run.output).toEqual([]);
  expect(resultsOf(part).size, run.output).toBe(count);
}

test('one waits while a test runs, is the next one’s, and is as fresh as any', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'fresh', 3);
});

test('its page has what was set on its context before there was a page', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'page', 2);
});

test('it is given up for a test with other options, for isolation session, and for one that asks the API', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'without', 7);
});

test('reports, traces and failures show nothing of it', async (context) => {
  const { run } = await suite.of(context);
  const results = partOf(run.report, 'traced.spec.ts')?.suites.flatMap((suite) =>
    suite.specs.map((spec) => spec.tests[0]?.results[0]),
  );
  expect(
    results?.map((it) => it && shownAttachments(it).sort()),
    run.output,
  ).toEqual([
    ['error-context', 'screenshot', 'trace', 'video'],
    ['error-context', 'screenshot', 'trace', 'video'],
    ['screenshot', 'trace', 'video'],
  ]);
  for (const result of results ?? []) {
    const trace = result?.attachments.find(({ name }) => name === 'trace');
    const events = [...(await eventsIn(trace?.path)).values()].flat();
    const pages = new Set(events.flatMap(({ pageId }) => pageId ?? []));
    expect(pages.size).toBe(1);
    expect(events.filter(({ browserName }) => browserName === 'chromium')).toHaveLength(1); // contexts
  }
});

test('clips show the page of the test, also one that has no URL', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'filled', 2);
  const viewer = await openPictureViewer();
  context.onTestFinished(async () => viewer.close());
  for (const n of [1, 2]) {
    const { attachments } = resultOf(run.report, `fills a blank page ${n}`);
    const clip = await readFile(attachments.find(({ name }) => name === 'video')?.path ?? '');
    const { durationMs } = await viewer.play(clip);
    expect((await viewer.play(clip, [durationMs - 100])).colours).toEqual(['red']);
  }
});
