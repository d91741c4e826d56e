/** Size limits of observed pages: Playwright reads them in the process that serves all sessions, and cannot be interrupted. */
import type { Frame, Page } from 'playwright-core';
import { orAfter } from '../../base/deadline';
import { ApiError } from '../../contract/errors';
import { withPageDeadline } from '../deadline';

/** Maximum number of elements in a page with its frames and shadow roots: the longest articles of Wikipedia have 20,000. */
const MAX_ELEMENTS = 30_000;
/** Maximum text of a page with its frames, in characters: the tree may contain it twice, as name and text. */
const MAX_CHARS = 8_000_000;
/** Time limit to count a frame's elements, in milliseconds. An unresponsive frame is omitted later too. */
const COUNT_TIMEOUT_MS = 2_000;
/** Maximum size of an answer of the browser during an observation, in bytes: the tree of a large page has 8 MB, the picture of a large screen 4 MB. */
export const MAX_ANSWER_BYTES = 16_000_000;
/** Message of our transport for a larger answer. */
const ANSWER_TOO_LARGE = /answer is too large/;

/**
 * Counts elements and text before the page is read. Locators run isolated from the page's scripts.
 * @throws {@link ApiError} (422, `page_too_large`) for too many elements or too much text; {@link TimeoutError} if the page is frozen
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
 * Converts errors caused by the page's size.
 * @throws {@link ApiError} (422, `page_too_large`), or the error itself if it has another cause
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

/** Runs in the page, which may lie. Then its tree exceeds the limit of an answer. */
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
