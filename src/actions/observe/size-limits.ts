/** How large an observed page may be: Playwright reads it in the process that serves all sessions, and cannot be stopped halfway. */
import type { Frame, Page } from 'playwright-core';
import { orAfter } from '../../base/deadline';
import { ApiError } from '../../contract/errors';
import { withPageDeadline } from '../deadline';

/** Most elements of a page and its frames, those in shadow roots included: the longest articles of Wikipedia have 20,000. */
const MAX_ELEMENTS = 30_000;
/** Most text of a page and its frames, in characters: in the tree it may be there twice, as a name and as a text. */
const MAX_CHARS = 8_000_000;
/** How long a frame may take to count its elements, in milliseconds: one that does not answer is left out later too. */
const COUNT_TIMEOUT_MS = 2_000;
/** Most bytes of one answer of the browser during an observation: the tree of a large page has 8 MB, the picture of a large screen 4 MB. */
export const MAX_ANSWER_BYTES = 16_000_000;
/** How our carrier words an answer that is larger. */
const ANSWER_TOO_LARGE = /answer is too large/;

/**
 * Counts before anything is read. Locators count out of reach of the page's own scripts.
 * @throws {@link ApiError} (422, `page_too_large`) when there are too many elements or too much text; {@link TimeoutError} when the page hangs
 */
export async function checkSize(page: Page, timeoutMs: number): Promise<void> {
  const count = await sumOf(page, async (frame) => frame.locator('*').count(), timeoutMs);
  if (count > MAX_ELEMENTS)
    throw pageTooLarge(`it has ${count} elements, and at most ${MAX_ELEMENTS} are read`);
  const chars = await sumOf(page, async (frame) => frame.evaluate(lengthOfText), timeoutMs);
  if (chars > MAX_CHARS)
    throw pageTooLarge(
      `it has ${Math.ceil(chars / 1_000_000)} MB of text, and at most ${MAX_CHARS / 1_000_000} MB are read`,
    );
}

/**
 * Explains an error that comes of the page's size.
 * @throws {@link ApiError} (422, `page_too_large`), or the error itself when it has another cause
 */
export function tooLarge(error: unknown): never {
  if (error instanceof RangeError) throw pageTooLarge('its elements are nested too deep', error);
  if (error instanceof Error && ANSWER_TOO_LARGE.test(error.message))
    throw pageTooLarge(
      `its texts and elements take more than ${MAX_ANSWER_BYTES / 1_000_000} MB`,
      error,
    );
  throw error;
}

async function sumOf(
  page: Page,
  sizeOf: (frame: Frame) => Promise<number>,
  timeoutMs: number,
): Promise<number> {
  const main = page.mainFrame();
  const frames = page.frames().filter((frame) => frame !== main);
  const sizes = await Promise.all([
    withPageDeadline(sizeOf(main), timeoutMs, 'observe the page'),
    ...frames.map(async (frame) => orAfter(sizeOf(frame), COUNT_TIMEOUT_MS, 0).catch(() => 0)),
  ]);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Runs in the page, which may lie: then its tree is larger than an answer may be. */
function lengthOfText(): number {
  const { body } = document as { body: HTMLElement | null };
  return body?.innerText.length ?? 0;
}

function pageTooLarge(why: string, cause?: Error): ApiError {
  return new ApiError(
    `Could not observe the page: it is too large: ${why}. Scrape it, or act on its elements by selectors.`,
    { code: 'page_too_large', method: '', path: '', status: 422, cause },
  );
}
