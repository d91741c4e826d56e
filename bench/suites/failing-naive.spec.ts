/** The failing suite on the fixture that anybody would write first: the worker starts its session, and stops it. */
import { test as base, expect, type Browser } from '@playwright/test';
import { SessionsClient } from 'sessionwright/client';
import { declareFailingSuite } from './small-tests';

const test = base.extend<object, { browser: Browser }>({
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

declareFailingSuite({ test, expect });
