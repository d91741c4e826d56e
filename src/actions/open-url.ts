/** Opens an address in a tab. */
import type { Page } from 'playwright-core';
import { NAVIGATION_MS } from '../contract/action-limits';

/** Schemes of URLs that are taken as they are; everything else is a host. */
const SCHEMES = /^(https?:\/\/|about:|data:|blob:)/i;

/**
 * Opens the address; `https://` is put before one without a scheme. Nothing is done when the page is there already, and one that loads slowly is no failure.
 * @throws Error of Playwright when it cannot be opened
 */
export async function openUrl(page: Page, wanted: string): Promise<void> {
  const url = SCHEMES.test(wanted) ? wanted : `https://${wanted}`;
  if (URL.canParse(url) && new URL(url).href === page.url()) return;
  await page.goto(url, { timeout: NAVIGATION_MS }).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
  });
}
