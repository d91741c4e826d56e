/** Route that scrapes an address without a session of the caller's: one is started for it, and stopped. */
import { isRecord } from '../../base/json';
import { decodeScrapeRequest, encodeScrapedData, scrapeRequestSchema } from '../../contract/scrape';
import { decodeStartRequest } from '../../contract/session';
import { refused } from '../../contract/refusals';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import { checkAddress, scrapeIn } from './observe';

/** The one route. */
export function scrapeUrlRoutes(registry: SessionRegistry): Route[] {
  return [{ method: 'POST', path: '/scrape', handle: (exchange) => scrapeUrl(registry, exchange) }];
}

/** Its body is a start request and a scrape request in one. */
async function scrapeUrl(registry: SessionRegistry, { body, json }: Exchange): Promise<void> {
  const fields = Object.entries(asObject(await body()));
  const isScraping = ([name]: [string, unknown]): boolean =>
    Object.hasOwn(scrapeRequestSchema.shape, name);
  const request = decodeScrapeRequest(Object.fromEntries(fields.filter(isScraping)));
  if (request.url === undefined)
    throw refused('Could not scrape', [
      { path: 'url', message: 'is required: the address to scrape' },
    ]);
  await checkAddress(request.url);
  const started = await registry.start(
    decodeStartRequest(Object.fromEntries(fields.filter((field) => !isScraping(field)))),
  );
  try {
    json(encodeScrapedData(await scrapeIn(started.ensureActive(), request)));
  } finally {
    await started.end({ status: 'closed', reason: null });
  }
}

function asObject(body: unknown): object {
  if (isRecord(body)) return body;
  throw refused('Could not scrape', [{ path: '', message: 'the body must be an object' }]);
}
