/** Opens an address in a tab. */
import type { Page } from 'playwright-core';
import { settledWithin } from '../base/deadline';
import type { PageDriver } from './page-driver';
import { NAVIGATION_MS } from '../contract/action-limits';
import { textOf } from './errors';
import { TimeLimit } from './time-limit';

/** Schemes of URLs that are taken as they are; what has no scheme is a host. */
const SCHEMES = /^(https?:\/\/|about:|data:|blob:)/i;

/** Any scheme that is followed by a host; `localhost:8080` has none. */
const OTHER_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** What Chromium shows an error page for; one that is aborted, such as a download, leaves the page as it is. */
const NO_PAGE = /net::ERR_(?!ABORTED)/;

/** How long its error page may come after a navigation has failed, in milliseconds: it takes half a second on a busy machine. */
const ERROR_PAGE_MS = 2_000;

/** How long a tab that is at the address already may take to answer, in milliseconds: one that is busy is there all the same. */
const ANSWER_MS = 1_000;

/**
 * The URL of an address.
 * @throws Error for what is no address of a page
 */
export function urlOf(wanted: string): string {
  const url = SCHEMES.test(wanted) ? wanted : `https://${wanted}`;
  if (!SCHEMES.test(wanted) && OTHER_SCHEME.test(wanted))
    throw new Error(
      `A session opens no addresses with the scheme ${wanted.split(':', 1).join()}: use http, https, data, blob or about.`,
    );
  if (!URL.canParse(url)) throw new Error('This is not a valid address.');
  return url;
}

/** The tab that an address was opened in. */
export interface OpenedTab {
  page: Page;
  /** Completes "Went to ...": what else had to be done; empty mostly. */
  how: string;
}

/**
 * Opens the address in the current tab, or, where that has crashed, in a new one in its place.
 * @throws Error when it cannot be opened
 */
export async function openInTab(driver: PageDriver, wanted: string): Promise<OpenedTab> {
  const current = await driver.page();
  if (!driver.hasCrashed && (await openUnlessCrashed(driver, current, wanted)))
    return { page: current, how: '' };
  const page = await driver.replaceCrashed();
  await driver.following(page, () => openUrl(page, wanted));
  return { page, how: ', in a new tab in the place of one that had crashed' };
}

/** False when the tab had crashed, and we heard of it only now. */
async function openUnlessCrashed(driver: PageDriver, page: Page, wanted: string): Promise<boolean> {
  try {
    await driver.following(page, () => openUrl(page, wanted));
    return !driver.hasCrashed;
  } catch (error) {
    if (driver.hasCrashed) return false;
    throw error;
  }
}

/**
 * Opens the address; `https://` is put before one without a scheme. Nothing is done when the page is there already, and one that loads slowly is no failure; one that does not answer at all is.
 * @throws Error when it cannot be opened
 */
export async function openUrl(page: Page, wanted: string): Promise<void> {
  const url = urlOf(wanted);
  if (new URL(url).href === page.url()) {
    await settledWithin(page.evaluate('0'), ANSWER_MS); // a tab that has crashed just now still tells its old address
    return;
  }
  const time = new TimeLimit(NAVIGATION_MS);
  const shown = page
    .waitForEvent('framenavigated', {
      predicate: (frame) => frame === page.mainFrame(),
      timeout: NAVIGATION_MS,
    })
    .catch(() => {});
  try {
    await page.goto(url, { waitUntil: 'commit', timeout: time.left() });
  } catch (error) {
    if (NO_PAGE.test(textOf(error)))
      await settledWithin(shown, ERROR_PAGE_MS); // it would interrupt the next navigation
    else await time.after(stopLoading(page)); // nobody waits for it any more, and nothing can be read from a page that is about to be left
    throw error;
  }
  await page.waitForLoadState('load', { timeout: time.left() }).catch((error: unknown) => {
    if (page.isClosed() || !(error instanceof Error) || error.name !== 'TimeoutError') throw error;
  });
}

async function stopLoading(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.stopLoading');
  await cdp.detach();
}
