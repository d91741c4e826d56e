/** Opens an address in a tab before it is looked at. */
import type { Page } from 'playwright-core';

/** Longest time for a page to load, in milliseconds: that of the contract's reference engine. One that takes longer is used as it is then. */
const NAVIGATION_TIMEOUT_MS = 10_000;

/**
 * Opens the address; `https://` is put before one without a scheme. A page that loads slowly is no failure.
 * @throws Error of Playwright when it cannot be opened
 */
export async function openUrl(page: Page, url: string): Promise<void> {
  const target = /^(https?:|about:|data:)/i.test(url) ? url : `https://${url}`;
  try {
    await page.goto(target, { timeout: NAVIGATION_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
  }
}
