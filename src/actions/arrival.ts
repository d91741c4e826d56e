/** Waits for the page that an action has led to. */
import type { Page, Request } from 'playwright-core';
import { orAfter } from '../base/deadline';
import { NAVIGATION_MS } from '../contract/action-limits';
import { TimeLimit } from './time-limit';

/** How long the request of a navigation may come after the page has asked for it, in milliseconds: a hundred times what it takes. One within the page sends none. */
const REQUEST_MS = 1_000;

/** Waits, as far as its time allows, until the page is loaded and its network is quiet. A page that never is quiet is no failure. */
export async function untilQuiet(page: Page): Promise<void> {
  const time = new TimeLimit(NAVIGATION_MS);
  await page.waitForLoadState('load', { timeout: time.left() }).catch(() => {});
  await page.waitForLoadState('networkidle', { timeout: time.left() }).catch(() => {});
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
  let begin: (request: Request) => void = () => {};
  const begun = new Promise<Request>((resolve) => (begin = resolve));
  const onRequest = (request: Request): void => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) begin(request);
  };
  page.on('request', onRequest);
  try {
    if (!(await leadsAway(page, work))) return;
    const request = await orAfter(begun, REQUEST_MS, undefined);
    if (request) await arrival(page, request);
  } finally {
    page.off('request', onRequest);
  }
}

/** Does the work, and tells whether the page has asked for a navigation by then. The browser's request comes later, and by another way than the page's answers. */
async function leadsAway(page: Page, work: () => Promise<void>): Promise<boolean> {
  const cdp = await page.context().newCDPSession(page);
  let isAsked = false;
  cdp.on('Page.frameRequestedNavigation', () => (isAsked = true));
  try {
    await cdp.send('Page.enable');
    await work();
    const queued = 'new Promise((done) => setTimeout(done))'; // what the key has queued comes first
    await cdp
      .send('Runtime.evaluate', { expression: queued, awaitPromise: true })
      .catch(() => (isAsked = true)); // a page that went away cannot answer
    return isAsked;
  } finally {
    await cdp.detach().catch(() => {}); // the page may be closed
  }
}

/** The frame has its new URL when the answer is there, unless it leads nowhere (a download, nothing to show). */
async function arrival(page: Page, request: Request): Promise<void> {
  const time = new TimeLimit(NAVIGATION_MS);
  const response = await time.guard(request.response(), 'The navigation').catch(() => null);
  if (!response) return;
  await page.waitForLoadState('domcontentloaded', { timeout: time.left() }).catch(() => {});
}
