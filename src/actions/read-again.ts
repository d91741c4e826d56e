/** Reads a page, and retries if it navigates meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { isSessionwrightError, SessionwrightError } from '../contract/errors';
import { firstLine } from './errors';

/** Maximum number of tries. */
const TRIES = 5;
/** Pause between tries, in milliseconds: the time of a page change in Chromium on a busy machine. */
const PAUSE_MS = 100;
/** Time limit for the next page, in milliseconds. */
const LOAD_TIMEOUT_MS = 2_000;

/**
 * Runs work that only reads, and retries if the page navigates meanwhile.
 * @param what - completes "Could not ...": `observe the page`
 * @throws {@link SessionwrightError} `page_unreadable` after the last try; our own errors from the work
 */
export async function readAgain<T>(page: Page, what: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (isSessionwrightError(error)) throw error;
      if (attempt === TRIES || page.isClosed()) throw unreadable(what, error);
    }
    await page.waitForLoadState('domcontentloaded', { timeout: LOAD_TIMEOUT_MS }).catch(() => {}); // the next try reports it
    await delay(PAUSE_MS);
  }
}

function unreadable(what: string, cause: unknown): SessionwrightError {
  return new SessionwrightError(
    `Could not ${what}: it was closed, has crashed, or went from page to page (${firstLine(cause)}). Try again, or open another page.`,
    { code: 'page_unreadable', cause },
  );
}
