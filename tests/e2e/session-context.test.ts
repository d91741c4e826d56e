/** `isolation: 'session'`: one context for all tests of a worker, and yet each of them finds what a new context would give it. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { OneRun } from './support/one-run';
import { failedOf, partOf, Project, resultOf, resultsOf, type RunResult } from './support/project';

/** One run, of a file for each test here. */
const FILES = {
  gone: `
    test('leaves things behind', async ({ page, context }) => {
      await context.addInitScript(() => Object.assign(globalThis, { left: true }));
      await context.exposeFunction('shared', () => 1);
      await page.route('**/b', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Of the first test</title>' }));
      await page.exposeFunction('own', () => 1);
      await page.goto('/a');
    });
    test('finds none of them', async ({ page, context }) => {
      await context.exposeFunction('shared', () => 2);
      await page.exposeFunction('own', () => 2);
      await page.goto('/b');
      await expect(page).toHaveTitle('Site');
      expect(await page.evaluate(async () => {
        const { own, shared } = globalThis as unknown as Record<'own' | 'shared', () => Promise<number>>;
        return [history.length, 'left' in globalThis, await own(), await shared()];
      })).toEqual([2, false, 2, 2]);
    });
    test('crashes', async ({ page }) => {
      const crash = page.waitForEvent('crash');
      page.goto('chrome://crash').catch(() => undefined);
      await crash;
    });
    test('goes on', async ({ page }) => {
      await page.goto('/a');
      await expect(page).toHaveTitle('Site');
    });`,
  options: `
    test('a plain page keeps its client hints', async ({ page }) => {
      await page.goto('/a');
      expect(await page.evaluate(() => (navigator as unknown as { userAgentData: { brands: { brand: string }[] } }).userAgentData.brands.map((it) => it.brand))).toContain('Chromium');
    });
    test.describe('a phone', () => {
      test.use({ hasTouch: true, isMobile: true, deviceScaleFactor: 2, viewport: { width: 400, height: 300 }, timezoneId: 'Asia/Tokyo', locale: 'de-DE' });
      test('is touched, has its screen, and opens popups', async ({ page }) => {
        await page.goto('/a');
        await page.getByText('One').tap();
        await page.setViewportSize({ width: 300, height: 400 });
        expect(await page.evaluate(() => [devicePixelRatio, screen.width, screen.orientation.type])).toEqual([2, 300, 'portrait-primary']);
        const [popup] = await Promise.all([page.waitForEvent('popup'), page.evaluate(() => void window.open('/b', '', 'width=220,height=210'))]);
        expect(await popup.evaluate(() => [navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone, screen.width])).toEqual(['de-DE', 'Asia/Tokyo', 220]);
      });
    });
    test('a page of the next test is not', async ({ page }) => {
      await page.goto('/a');
      await expect(page.getByText('One').tap()).rejects.toThrow('hasTouch');
      expect(await page.evaluate(() => [devicePixelRatio, screen.width])).toEqual([1, 1280]);
    });
    test.describe('strict selectors', () => {
      test.use({ contextOptions: { strictSelectors: true } });
      test('are strict', async ({ page }) => {
        await page.goto('/a');
        await expect(page.textContent('a')).rejects.toThrow('strict');
      });
    });`,
  state: `
    test.describe('kept', () => {
      test.use({ isolation: { mode: 'session', keepState: true } });
      test('leaves a cookie and storage', async ({ page, context }) => {
        await context.addCookies([{ name: 'kept', value: '1', url: 'https://site.test' }]);
        await page.goto('/a');
        await page.evaluate(() => localStorage.setItem('kept', '1'));
      });
      test('finds them', async ({ page, context }) => {
        expect(await context.cookies()).toMatchObject([{ name: 'kept' }]);
        await page.goto('/a');
        expect(await page.evaluate(() => localStorage.getItem('kept'))).toBe('1');
      });
      test.describe('and not wanted', () => {
        test.use({ storageState: { cookies: [{ name: 'own', value: '1', domain: 'site.test', path: '/', expires: -1, httpOnly: false, secure: false, sameSite: 'Lax' }], origins: [] } });
        test('has its own alone', async ({ context }) => expect(await context.cookies()).toMatchObject([{ name: 'own' }]));
      });
    });
    test('works by the API', async ({ session }) => {
      await session.execute({ type: 'goto', url: 'data:text/html,<title>Of the API</title>' });
    });
    test('has a page that nobody has used', async ({ page }) => {
      expect(page.url()).toBe('about:blank');
      await page.goto('/a');
      expect(await page.evaluate(() => history.length)).toBe(2);
    });`,
  picture: `
    test('fails', async ({ page }) => {
      await page.goto('/a');
      throw new Error('on purpose');
    });`,
};

const suite = new OneRun(async () => {
  const files = Object.entries(FILES).map(([name, tests]) => [
    `${name}.spec.ts`,
    `
      import { test, expect } from 'sessionwright';
      test.beforeEach(async ({ context }) => {
        await context.route('https://site.test/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Site</title><a href="#1">One</a> <a href="#2">Two</a>' }));
      });
      ${tests}`,
  ]);
  return Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 1, timeout: 60_000, expect: { timeout: 20_000 }, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { isolation: 'session', recording: 'off', screenshot: 'only-on-failure', baseURL: 'https://site.test' } });`,
    ...(Object.fromEntries(files) as Record<string, string>),
  });
});
afterAll(async () => suite.close());

function expectPassed(run: RunResult, name: keyof typeof FILES, count: number): void {
  const part = partOf(run.report, `${name}.spec.ts`);
  expect(failedOf(part), run.output).toEqual([]);
  expect(resultsOf(part).size, run.output).toBe(count);
}

test('the next test sees nothing of a changed or crashed page', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'gone', 4);
});

test('options of use apply to pages and popups as in a new context', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'options', 4);
  expect(run.output).not.toContain('could not be applied');
  expect(run.output).not.toContain('cannot apply');
});

test('storageState replaces kept state; the next test does not get a page that the API used', async (context) => {
  const { run } = await suite.of(context);
  expectPassed(run, 'state', 5);
});

test('a failure has the snapshot of its page, and one screenshot', async (context) => {
  const { run } = await suite.of(context);
  const { attachments } = resultOf(run.report, 'fails');
  expect(attachments.filter(({ name }) => name === 'screenshot')).toHaveLength(1);
  const description = attachments.find(({ name }) => name === 'error-context')?.path;
  expect(description, run.output).toBeDefined();
  expect(readFileSync(description ?? '', 'utf8')).toContain('link "One"');
});
