/** The fixture that anybody would write first: the worker starts its session, connects over CDP, and stops it. */
import { test as base, type Browser } from '@playwright/test';
import { SessionsClient } from 'sessionwright/client';

export { expect } from '@playwright/test';

export const test = base.extend<object, { browser: Browser }>({
  browser: [
    async ({ playwright }, use) => {
      const session = await new SessionsClient().start();
      const browser = await playwright.chromium.connectOverCDP(session.cdpUrl);
      await use(browser);
      await browser.close();
      await session.stop();
    },
    { scope: 'worker' },
  ],
});
