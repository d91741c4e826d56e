/** Waits for the page that an action opens. */
import type { Page, Request } from 'playwright-core';
import { orAfter } from '../base/deadline';
import { NAVIGATION_MS } from '../contract/action-limits';
import { TimeLimit } from './time-limit';

/** Time limit for the request of a navigation after the page started it, in milliseconds: a hundred times the usual time. A same-document navigation sends none. */
const REQUEST_MS = 1_000;

/** Waits until the page is loaded and its network is idle, within the time limit. A page with a busy network is not a failure. */
export async function untilQuiet(page: Page): Promise<void> {
  const time = new TimeLimit(NAVIGATION_MS);
  await page.waitForLoadState('load', { timeout: time.left() }).catch(() => {});
  await page.waitForLoadState('networkidle', { timeout: time.left() }).catch(() => {});
}

/** Runs work that may navigate. If the URL changed, waits for the new page. */
export async function thenSettle<T>(page: Page, work: () => Promise<T>): Promise<T> {
  const before = page.url();
  const result = await work();
  if (!page.isClosed() && page.url() !== before) await untilQuiet(page);
  return result;
}

/**
 * Runs work that may navigate, and waits for its navigation. For work after which Playwright does not wait, such as a key press.
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

/** Runs the work, and returns whether the page has started a navigation. The browser's request arrives later, and separately from the page's answers. */
async function leadsAway(page: Page, work: () => Promise<void>): Promise<boolean> {
  const cdp = await page.context().newCDPSession(page);
  let isAsked = false;
  cdp.on('Page.frameRequestedNavigation', () => (isAsked = true));
  try {
    await cdp.send('Page.enable');
    await work();
    const queued = 'new Promise((done) => setTimeout(done))'; // tasks that the key has queued run first
    await cdp
      .send('Runtime.evaluate', { expression: queued, awaitPromise: true })
      .catch(() => (isAsked = true)); // a closed page cannot answer
    return isAsked;
  } finally {
    await cdp.detach().catch(() => {}); // the page may be closed
  }
}

/** The frame has its new URL when the answer arrives, unless there is no new document (a download, no content). */
async function arrival(page: Page, request: Request): Promise<void> {
  const time = new TimeLimit(NAVIGATION_MS);
  const response = await time.guard(request.response(), 'The navigation').catch(() => null);
  if (!response) return;
  await page.waitForLoadState('domcontentloaded', { timeout: time.left() }).catch(() => {});
}
