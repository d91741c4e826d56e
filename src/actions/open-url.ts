/** Opens an address in a tab. */
import type { Page } from 'playwright-core';
import { settledWithin } from '../base/deadline';
import type { PageDriver } from './page-driver';
import { NAVIGATION_MS } from '../contract/action-limits';
import { textOf } from './errors';
import { TimeLimit } from './time-limit';

/** Accepted schemes. An address without scheme is a host. */
const SCHEMES = /^(https?:\/\/|about:|data:|blob:)/i;

/** Matches a scheme before a host; `localhost:8080` has none. */
const OTHER_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Errors for which Chromium shows an error page. An aborted navigation, such as a download, keeps the page. */
const NO_PAGE = /net::ERR_(?!ABORTED)/;

/** Time limit for the error page after a failed navigation, in milliseconds: it takes half a second on a busy machine. */
const ERROR_PAGE_MS = 2_000;

/** Time limit for an answer of a tab that is already at the address, in milliseconds. A busy tab counts as open. */
const ANSWER_MS = 1_000;

/**
 * Returns the URL of an address.
 * @throws Error for an address that is not a page
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

/** The tab of an opened address. */
export interface OpenedTab {
  page: Page;
  /** Addition to "Went to ...", usually empty. */
  how: string;
}

/**
 * Opens the address in the current tab. Replaces a crashed tab by a new one.
 * @throws Error if it cannot be opened
 */
export async function openInTab(driver: PageDriver, wanted: string): Promise<OpenedTab> {
  const current = await driver.page();
  if (!driver.hasCrashed && (await openUnlessCrashed(driver, current, wanted)))
    return { page: current, how: '' };
  const page = await driver.replaceCrashed();
  await driver.following(page, () => openUrl(page, wanted));
  return { page, how: ', in a new tab in the place of one that had crashed' };
}

/** Returns false if the tab had crashed, which was just reported. */
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
 * Opens the address; a host without scheme gets `https://`. Does nothing if the page is already open. A slow page is not a failure; a
 * page that does not answer is.
 * @throws Error if it cannot be opened
 */
export async function openUrl(page: Page, wanted: string): Promise<void> {
  const url = urlOf(wanted);
  if (new URL(url).href === page.url()) {
    await settledWithin(page.evaluate('0'), ANSWER_MS); // a tab that just crashed still reports its old address
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
      await settledWithin(shown, ERROR_PAGE_MS); // the error page would interrupt the next navigation
    else await time.after(stopLoading(page)); // a page that is still navigating cannot be read
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
