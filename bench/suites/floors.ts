/**
 * Plain Playwright with the least that a feature of ours needs of the browser, and nothing of ours: no session of this kind can cost
 * less than that.
 */
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { read } from './settings';

export { expect } from '@playwright/test';

/** Every page is cast, as Playwright's own recorder casts it, and the pictures are dropped: nothing is written, nothing is encoded. */
export const castTest = base.extend({
  page: async ({ page }, use) => {
    const cdp = await page.context().newCDPSession(page);
    const acknowledge = (sessionId: number) =>
      void cdp.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined); // the page has closed
    cdp.on('Page.screencastFrame', ({ sessionId }) => acknowledge(sessionId));
    await cdp.send('Page.startScreencast', {
      format: 'jpeg',
      quality: 90,
      maxWidth: 800,
      maxHeight: 800,
    });
    await use(page);
  },
});

/** One default context for all tests of a worker, as a session has it: a page for each test, and what the browser keeps is cleared after it. */
export const ownContextTest = base.extend<{ page: Page }, { own: BrowserContext; idle: Page }>({
  own: [
    async ({ playwright, launchOptions, headless }, use) => {
      const own = await playwright.chromium.launchPersistentContext('', {
        ...launchOptions,
        headless,
        baseURL: read('BENCH_URL'),
      });
      await use(own);
      await own.close();
    },
    { scope: 'worker' },
  ],
  /** What is there between two tests: a browser without a page may end. */
  idle: [async ({ own }, use) => use(own.pages()[0] ?? (await own.newPage())), { scope: 'worker' }],
  page: async ({ own, idle }, use) => {
    const page = await own.newPage();
    await use(page);
    const cdp = await own.newCDPSession(idle);
    await Promise.all([
      page.close(),
      cdp.send('Network.clearBrowserCookies'),
      cdp.send('Network.clearBrowserCache'),
      cdp.send('Storage.clearDataForOrigin', { origin: '*', storageTypes: 'all' }),
    ]);
    await cdp.detach();
  },
});
