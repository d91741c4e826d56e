/** Scrapes a page: its content as markdown, or its images. */
import type { Frame, Locator, Page } from 'playwright-core';
import { InvalidRequestError } from '../../contract/errors';
import type { ScrapedData, ScrapeRequest } from '../../contract/scrape';
import { cleanHtml } from './clean-html';
import { readAgain } from '../read-again';
import { describeImages } from './images';
import type { UrlWriter } from './markdown';
import { placeholders, toMarkdown } from './markdown';
import type { PageHtml } from './page-html';
import { htmlOfElement, htmlOfFrame, imagesIn } from './page-html';

/** Longest time to read a page, in milliseconds: less than any client waits for an answer (45 s). */
const PAGE_TIMEOUT_MS = 20_000;
/** Longest time for a frame in the page, in milliseconds: without an answer the rest is told all the same. */
const FRAME_TIMEOUT_MS = 2_000;
/** How long an empty page may take to show something, in milliseconds: the contract's reference engine looks three times, every 2 s. */
const EMPTY_TIMEOUT_MS = 6_000;
/** Playwright's words for a page that is left, closed or gone; there is no code to tell by. */
const PAGE_GONE = /context was destroyed|has been closed|crashed|detached|navigat/i;
/** Why nothing is extracted. */
const NO_MODEL =
  'Extracting by instructions or by a schema needs a language model, and this server has none. The markdown is complete: extract from it, or ask an API that has one.';

/** What is to be scraped: a request, of which an address was opened already. */
export type ScrapeOrder = Omit<ScrapeRequest, 'url'>;

/**
 * Scrapes the page as it is now. An empty one gets a while to show something.
 * @throws {@link InvalidRequestError} when the selector matches not exactly one element; {@link TimeoutError} when the page hangs
 */
export async function scrapePage(page: Page, order: ScrapeOrder): Promise<ScrapedData> {
  return readAgain(page, 'scrape the page', () => scrape(page, order));
}

async function scrape(page: Page, order: ScrapeOrder): Promise<ScrapedData> {
  const element = order.selector === undefined ? undefined : await onlyMatch(page, order.selector);
  const structured =
    order.instructions !== undefined || order.responseFormat !== undefined
      ? { success: false, error: NO_MODEL, data: null }
      : null;
  if (order.onlyImages)
    return {
      markdown: '',
      images: describeImages(
        await imagesIn(element ?? page.mainFrame(), PAGE_TIMEOUT_MS),
        page.url(),
      ),
      structured,
    };
  let markdown = await read(page, element, order);
  if (markdown === '' && !element && page.url() !== 'about:blank' && (await showsSomething(page)))
    markdown = await read(page, element, order);
  return { markdown, images: null, structured };
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

async function read(page: Page, element: Locator | undefined, order: ScrapeOrder): Promise<string> {
  const writeUrl: UrlWriter = order.useLinkPlaceholders ? placeholders() : (url) => url;
  const convert = ({ html, baseUrl }: PageHtml): string => {
    const options = {
      baseUrl,
      keepLinks: order.scrapeLinks,
      keepImages: order.scrapeImages,
      ignoredTags: order.ignoredTags,
      onlyMainContent: order.onlyMainContent,
    };
    return toMarkdown(cleanHtml(html, options), writeUrl);
  };
  if (element) return convert(await htmlOfElement(element, PAGE_TIMEOUT_MS));
  const frames = page
    .frames()
    .filter((frame) => frame !== page.mainFrame() && !order.ignoredTags.includes('iframe'));
  const [main, ...others] = await Promise.all([
    htmlOfFrame(page.mainFrame(), PAGE_TIMEOUT_MS),
    ...frames.map(readFrame),
  ]);
  const sections = others.map((html, index) => {
    const markdown = html ? convert(html) : '';
    return markdown && `---\n\n**iframe** ${frames[index]?.url() ?? ''}\n\n${markdown}`;
  });
  return [convert(main), ...sections].filter((section) => section !== '').join('\n\n');
}

/** Undefined when the frame does not answer or has gone. */
async function readFrame(frame: Frame): Promise<PageHtml | undefined> {
  return htmlOfFrame(frame, FRAME_TIMEOUT_MS).catch(() => undefined);
}

async function showsSomething(page: Page): Promise<boolean> {
  try {
    await page.waitForFunction(() => document.body.innerText.trim() !== '', undefined, {
      timeout: EMPTY_TIMEOUT_MS,
    });
    return true;
  } catch {
    return false; // it stays empty
  }
}
