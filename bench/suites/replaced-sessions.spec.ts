/** Sessions that die between two tests, and others that start in parallel. Each test prints a time: `TIME name milliseconds`. */
import { chromium } from '@playwright/test';
import { expect, test as base } from 'sessionwright';

/** Each comes once to no purpose: the first ones are slower. */
const ROUNDS = 9;

let browserPid = 0;
let diedAtMs = 0;

/** Set up before all other fixtures, so torn down after them: between two tests. */
const test = base.extend<{ between: undefined }>({
  between: [
    async ({}, use) => {
      await use(undefined);
      if (browserPid === 0) return;
      diedAtMs = performance.now();
      process.kill(browserPid, 'SIGKILL');
      browserPid = 0;
    },
    { auto: true },
  ],
});

for (let round = 0; round < ROUNDS; round += 1) {
  test(`dies ${round}`, async ({ page, browser }) => {
    expect(await page.evaluate('6 * 7')).toBe(42);
    const cdp = await browser.newBrowserCDPSession();
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    browserPid = processInfo.find(({ type }) => type === 'browser')?.id ?? 0;
  });

  test(`is replaced ${round}`, async ({ page }) => {
    expect(await page.evaluate('6 * 7')).toBe(42);
    tell('replaced', diedAtMs);
  });

  test(`starts another ${round}`, async ({ session }) => {
    const startedAtMs = performance.now();
    await using other = await session.client.start();
    const browser = await chromium.connectOverCDP(other.cdpUrl);
    const context = await browser.newContext();
    const page = await context.newPage();
    expect(await page.evaluate('6 * 7')).toBe(42);
    tell('started', startedAtMs);
    await browser.close();
  });

  function tell(name: string, sinceMs: number): void {
    if (round > 0) console.log(`TIME ${name} ${Math.round(performance.now() - sinceMs)}`);
  }
}
