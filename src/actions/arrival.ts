/** Waits for the page that an action has led to. */
import type { Page, Request } from 'playwright-core';
import { NAVIGATION_MS } from '../contract/action-limits';
import { TimeLimit } from './time-limit';

/** Waits, as far as its time allows, until the page is loaded and its network is quiet. A page that never is quiet is no failure. */
export async function untilQuiet(page: Page): Promise<void> {
  const time = new TimeLimit(NAVIGATION_MS);
  await page.waitForLoadState('load', { timeout: time.left(NAVIGATION_MS) }).catch(() => {});
  await page.waitForLoadState('networkidle', { timeout: time.left(NAVIGATION_MS) }).catch(() => {});
}

/** Does what may navigate; when the URL has changed then, waits for the new page. */
export async function thenSettle<T>(page: Page, work: () => Promise<T>): Promise<T> {
  const before = page.url();
  const result = await work();
  if (!page.isClosed() && page.url() !== before) await untilQuiet(page);
  return result;
}

/**
 * Does what may navigate, and waits until a navigation that it began has arrived: for what Playwright does not wait itself,
 * such as a key.
 */
export async function thenArrive(page: Page, work: () => Promise<void>): Promise<void> {
  let begun: Request | undefined;
  const onRequest = (request: Request): void => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) begun = request;
  };
  page.on('request', onRequest);
  try {
    await work();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve))).catch(() => {}); // what the key has queued comes first; a page that went away cannot answer
    if (begun) await arrival(page, begun);
  } finally {
    page.off('request', onRequest);
  }
}

/** The frame has its new URL when the answer is there, unless it leads nowhere (a download, nothing to show). */
async function arrival(page: Page, request: Request): Promise<void> {
  const time = new TimeLimit(NAVIGATION_MS);
  const response = await time.guard(request.response(), 'The navigation').catch(() => null);
  if (!response) return;
  await page.waitForLoadState('domcontentloaded', { timeout: time.left(NAVIGATION_MS) }).catch(() => {});
}
