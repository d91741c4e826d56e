/** Scraping without a session of one's own: one body, of which each half has its own rules. */
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../src/contract/errors';
import {
  decodeScrapeUrl,
  encodeScrapeUrl,
  scrapeUrlSchema,
} from '../../../src/contract/scrape-url';
import { thrownBy } from '../thrown-by';

const url = 'https://a.test/';
const NO_OBJECT = 'Could not scrape: the body must be an object';

describe('a body', () => {
  it('says what session to start, and what to scrape in it', () => {
    const body = { url, headless: false, only_images: true, viewport_width: 5, viewport_height: 6 };
    expect(decodeScrapeUrl(body)).toEqual({
      start: { headless: false, viewport: { width: 5, height: 6 } },
      scrape: {
        url,
        onlyImages: true,
        ...{ scrapeLinks: true, scrapeImages: false, ignoredTags: [] },
        ...{ onlyMainContent: false, useLinkPlaceholders: false },
      },
    });
    expect(scrapeUrlSchema.safeParse(body).success).toBe(true);
    for (const wrong of [{}, { url: 5 }, { url, zzz: 1 }, { url, headless: 'maybe' }])
      expect(scrapeUrlSchema.safeParse(wrong).success).toBe(false);
  });

  it('is written by the client so', () => {
    const asked = {
      start: { headless: false, idleTimeout: 60_000 },
      scrape: { url, scrapeLinks: false },
    };
    expect(encodeScrapeUrl(asked)).toEqual({
      headless: false,
      idle_timeout_minutes: 1,
      url,
      scrape_links: false,
    });
    expect(decodeScrapeUrl(encodeScrapeUrl(asked))).toMatchObject(asked);
  });

  it.each<[body: unknown, message: string | RegExp, path: string]>([
    [null, NO_OBJECT, ''],
    [undefined, NO_OBJECT, ''],
    [[], NO_OBJECT, ''],
    ['x', NO_OBJECT, ''],
    [{}, 'Could not scrape: url: is required: the address to scrape', 'url'],
    [{ url: null }, 'Could not scrape: url: is required: the address to scrape', 'url'],
    [{ url, only_images: 'maybe' }, /^Invalid scrape request: only_images: /, 'only_images'],
    [{ url, headless: 'maybe' }, /^Invalid start request: headless: /, 'headless'],
    [{ url, headles: true }, /^Invalid start request: headles: unknown field/, 'headles'],
  ])('is refused when it is %j', (body, message, path) => {
    const error = thrownBy(() => decodeScrapeUrl(body));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toMatch(message);
    expect(error).toMatchObject({ status: 422, issues: [{ path }] });
  });
});
