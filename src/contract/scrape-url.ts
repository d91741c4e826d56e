/** Scraping without a session: a start request and a scrape request in one body. */
import * as z from 'zod';

import { refused } from './refusals';
import {
  decodeScrapeRequest,
  encodeScrapeRequest,
  scrapeRequestSchema,
  type ScrapeOptions,
  type ScrapeRequest,
} from './scrape';
import {
  decodeStartRequest,
  encodeStartRequest,
  startRequestSchema,
  type StartOptions,
} from './session';

/** Request body. */
export const scrapeUrlSchema = z.strictObject({
  ...startRequestSchema.shape,
  ...scrapeRequestSchema.shape,
  url: z.string(),
});

/** The parsed call: the session to start, and the page to scrape. */
export interface ScrapeUrlRequest {
  start: StartOptions;
  scrape: ScrapeRequest & { url: string };
}

/**
 * Parses a request body.
 * @throws {@link InvalidRequestError} (422) names each invalid or unknown field
 */
export function decodeScrapeUrl(body: unknown): ScrapeUrlRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refused('Could not scrape', [{ path: '', message: 'the body must be an object' }]);
  const fields = Object.entries(body);
  const isScraping = ([name]: [string, unknown]): boolean =>
    Object.hasOwn(scrapeRequestSchema.shape, name);
  const scrape = decodeScrapeRequest(Object.fromEntries(fields.filter(isScraping)));
  const { url } = scrape;
  if (url === undefined)
    throw refused('Could not scrape', [
      { path: 'url', message: 'is required: the address to scrape' },
    ]);
  const start = decodeStartRequest(
    Object.fromEntries(fields.filter((field) => !isScraping(field))),
  );
  return { start, scrape: { ...scrape, url } };
}

/** Returns the request body of a call. */
export function encodeScrapeUrl({
  start,
  scrape,
}: {
  start: StartOptions;
  scrape: ScrapeOptions & { url: string };
}) {
  return { ...encodeStartRequest(start), ...encodeScrapeRequest(scrape) };
}
