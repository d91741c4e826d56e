/** Reads a page, and again when it was left meanwhile for another one. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { isSessionwrightError, SessionwrightError } from '../contract/errors';
import { firstLine } from './errors';

/** How often a page is read before it counts as not readable. */
const TRIES = 5;
/** Between two tries, in milliseconds: what it takes Chromium to put one page in place of another, on a busy machine. */
const PAUSE_MS = 100;
/** Longest time to wait for the next page to be there, in milliseconds. */
const LOAD_TIMEOUT_MS = 2_000;

/**
 * Does the work, which only reads, and again when the page was left meanwhile.
 * @param what completes "Could not ...": `observe the page`
 * @throws {@link SessionwrightError} `page_unreadable` when it never was there for long enough; what the work itself throws of our own
 */
export async function readAgain<T>(page: Page, what: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (isSessionwrightError(error)) throw error;
      if (attempt === TRIES || page.isClosed()) throw unreadable(what, error);
    }
    await page.waitForLoadState('domcontentloaded', { timeout: LOAD_TIMEOUT_MS }).catch(() => {}); // the next try tells
    await delay(PAUSE_MS);
  }
}

function unreadable(what: string, cause: unknown): SessionwrightError {
  return new SessionwrightError(
    `Could not ${what}: it was closed, has crashed, or went from page to page (${firstLine(cause)}). Try again, or open another page.`,
    { code: 'page_unreadable', cause },
  );
}
