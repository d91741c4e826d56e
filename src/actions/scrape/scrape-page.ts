/** Scrapes a page: its content as markdown, or its images. */
import type { Locator, Page } from 'playwright-core';
import { ApiError, InvalidRequestError } from '../../contract/errors';
import type { ScrapedData, ScrapeRequest } from '../../contract/scrape';
import { WorkLimitError, type RunJob } from '../../work/job';
import { readAgain } from '../read-again';
import { describeImages } from './images';
import { markdownJob, type MarkdownOrder } from './markdown-job';
import { htmlOfElement, htmlOfFrame, imagesIn, type HeldHtml } from './page-html';

/** Time limit to read a page, in milliseconds: less than clients wait for an answer (45 s). */
const PAGE_TIMEOUT_MS = 20_000;
/** Time limit of a frame, in milliseconds. Without an answer, it is omitted. */
const FRAME_TIMEOUT_MS = 2_000;
/** Time limit for an empty page to show content, in milliseconds: the reference engine checks three times, every 2 s. */
const EMPTY_TIMEOUT_MS = 6_000;
/** Maximum HTML of a page with its frames, in characters: a list with 100,000 items has 3 million. */
const MAX_HTML = 4_000_000;
/** The same for the main content, which takes three times as long to find. */
const MAX_HTML_TO_SEARCH = 1_500_000;
/** Maximum number of frames: each takes some round trips. */
const MAX_FRAMES = 50;
/** Playwright's messages for a page that navigates, closes or crashes; they have no code. */
const PAGE_GONE = /context was destroyed|has been closed|crashed|detached|navigat/i;
/** Reason why nothing is extracted. */
const NO_MODEL =
  'Extracting by instructions or by a schema needs a language model, and this server has none. The markdown is complete: extract from it, or ask an API that has one.';

/** A request whose address is already open. */
export type ScrapeOrder = Omit<ScrapeRequest, 'url'>;

/**
 * Scrapes the current page. Waits a while for an empty page. Truncates a very large page, and says so in the result.
 * @param runJob - converts to markdown
 * @throws {@link InvalidRequestError} if the selector does not match exactly one element; {@link TimeoutError} if the page is frozen;
 * {@link ApiError} (422, `page_too_large`) if the conversion exceeds its limit of time or memory
 */
export async function scrapePage(
  page: Page,
  order: ScrapeOrder,
  runJob: RunJob,
): Promise<ScrapedData> {
  return readAgain(page, 'scrape the page', () => scrape(page, order, runJob));
}

async function scrape(page: Page, order: ScrapeOrder, runJob: RunJob): Promise<ScrapedData> {
  const element = order.selector === undefined ? undefined : await onlyMatch(page, order.selector);
  const structured =
    order.instructions !== undefined || order.responseFormat !== undefined
      ? { success: false, error: NO_MODEL, data: null }
      : null;
  if (order.onlyImages) return { ...(await listImages(page, element)), structured };
  const read = async (): Promise<string> =>
    toMarkdown(await hold(page, element, order), order, runJob);
  let markdown = await read();
  if (markdown === '' && !element && page.url() !== 'about:blank' && (await showsSomething(page)))
    markdown = await read();
  return { markdown, images: null, structured };
}

async function listImages(
  page: Page,
  element: Locator | undefined,
): Promise<Pick<ScrapedData, 'markdown' | 'images'>> {
  const { images, count } = await imagesIn(element ?? page.mainFrame(), PAGE_TIMEOUT_MS);
  return {
    markdown:
      count > images.length
        ? `**The list was cut here**: the page has ${count} images, of which the first ${images.length} are listed. Scrape one part of it with \`selector\`.`
        : '',
    images: describeImages(images, page.url()),
  };
}

async function onlyMatch(page: Page, selector: string): Promise<Locator> {
  const matches = page.locator(selector);
  const count = await matches.count().catch((error: unknown) => {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw PAGE_GONE.test(reason.replace(selector, ''))
      ? error
      : wrongSelector(`it is not valid: ${reason}`);
  });
  if (count !== 1) throw wrongSelector(`it matches ${count} elements, and must match exactly one`);
  return matches;
}

function wrongSelector(message: string): InvalidRequestError {
  const issues = [{ path: 'selector', message }];
  return new InvalidRequestError(`Could not scrape the page: selector: ${message}`, {
    code: 'invalid_request',
    method: '',
    path: '',
    status: 422,
    issues,
  });
}

/** Reads the HTML, which stays in the page until the job starts. */
interface HeldPage {
  main: HeldHtml;
  frames: { url: string; page: HeldHtml }[];
}

async function hold(
  page: Page,
  element: Locator | undefined,
  { ignoredTags, onlyMainContent }: ScrapeOrder,
): Promise<HeldPage> {
  const maxChars = onlyMainContent ? MAX_HTML_TO_SEARCH : MAX_HTML;
  if (element) return { main: await htmlOfElement(element, maxChars, PAGE_TIMEOUT_MS), frames: [] };
  const frames = page
    .frames()
    .filter((frame) => frame !== page.mainFrame() && !ignoredTags.includes('iframe'))
    .slice(0, MAX_FRAMES);
  const share = Math.floor(maxChars / (frames.length + 1));
  const [main, ...others] = await Promise.all([
    htmlOfFrame(page.mainFrame(), share, PAGE_TIMEOUT_MS),
    ...frames.map(async (frame) =>
      htmlOfFrame(frame, share, FRAME_TIMEOUT_MS).catch(() => undefined),
    ), // it does not answer, or is closed
  ]);
  return {
    main,
    frames: others.flatMap((it, index) =>
      it ? [{ url: frames[index]?.url() ?? '', page: it }] : [],
    ),
  };
}

async function toMarkdown(held: HeldPage, order: ScrapeOrder, runJob: RunJob): Promise<string> {
  const input = async (): Promise<MarkdownOrder> => {
    const [main, ...frames] = await Promise.all([
      held.main.take(),
      ...held.frames.map(async ({ url, page }) =>
        page.take().then(
          (taken) => ({ url, page: taken }),
          () => undefined,
        ),
      ),
    ]);
    return {
      main,
      frames: frames.filter((frame) => frame !== undefined),
      keepLinks: order.scrapeLinks,
      keepImages: order.scrapeImages,
      ignoredTags: order.ignoredTags,
      onlyMainContent: order.onlyMainContent,
      useLinkPlaceholders: order.useLinkPlaceholders,
    };
  };
  try {
    return await runJob(markdownJob, input);
  } catch (error) {
    throw error instanceof WorkLimitError ? tooLarge(error) : error;
  }
}

function tooLarge(cause: WorkLimitError): ApiError {
  const [why, code, status] =
    cause.limit === 'turn'
      ? ['the server is busy with other pages', 'overloaded', 503]
      : ['the page is too large', 'page_too_large', 422];
  return new ApiError(
    `Could not scrape the page: ${why}: ${cause.message}. Scrape one part of it with "selector", or try again later.`,
    { ...{ code, method: '', path: '', status }, cause },
  );
}

async function showsSomething(page: Page): Promise<boolean> {
  try {
    await page.waitForFunction(() => document.body.innerText.trim() !== '', undefined, {
      timeout: EMPTY_TIMEOUT_MS,
    });
    return true;
  } catch {
    return false; // still empty
  }
}
