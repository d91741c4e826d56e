/** Scraping on the wire. */
import { expect, test } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import {
  decodeScrapeRequest,
  encodeScrapeRequest,
  scrapedDataSchema,
} from '../../../src/contract/scrape';
import { encodeScrapedData } from './wire';

test('what is not said has its default; null is not said', () => {
  const defaults = {
    scrapeLinks: true,
    scrapeImages: false,
    ignoredTags: [],
    onlyMainContent: false,
    onlyImages: false,
    useLinkPlaceholders: false,
  };
  expect(decodeScrapeRequest({})).toEqual(defaults);
  expect(
    decodeScrapeRequest({
      response_format: null,
      selector: null,
      scrape_links: null,
      ignored_tags: null,
    }),
  ).toEqual(defaults);
  expect(
    decodeScrapeRequest({
      scrape_links: 'False',
      selector: '#a',
      response_format: { type: 'object' },
    }),
  ).toEqual({
    ...defaults,
    scrapeLinks: false,
    selector: '#a',
    responseFormat: { type: 'object' },
  });
});

test('every option of the client is a field of the request', () => {
  const options = {
    url: 'https://a.test',
    selector: 'main',
    scrapeLinks: false,
    scrapeImages: true,
    ignoredTags: ['nav'],
    onlyMainContent: true,
    onlyImages: true,
    useLinkPlaceholders: true,
    instructions: 'x',
    responseFormat: { type: 'object' },
  };
  expect(decodeScrapeRequest(encodeScrapeRequest(options))).toEqual(options);
});

test('data survives the wire, and is read without what need not be there', () => {
  const data = {
    markdown: '# A',
    images: [{ url: 'https://a.test/x.png', category: 'icon', description: null }],
    structured: { success: false, error: 'no', data: null },
  } as const;
  expect(
    scrapedDataSchema.parse(
      JSON.parse(JSON.stringify(encodeScrapedData({ ...data, images: [...data.images] }))),
    ),
  ).toEqual(data);
  expect(scrapedDataSchema.parse({ markdown: '' })).toEqual({
    markdown: '',
    images: null,
    structured: null,
  });
  expect(
    scrapedDataSchema.parse({ markdown: '', images: [{}], structured: { data: [1] } }),
  ).toEqual({
    markdown: '',
    images: [{ url: null, category: null, description: null }],
    structured: { success: true, error: null, data: [1] },
  });
});

test('what no caller can ask for is refused before it is sent', () => {
  const send = (options: object) => () => encodeScrapeRequest(options);
  expect(send({ jsonSchema: {} })).toThrow(OptionsError);
  expect(send({ jsonSchema: {} })).toThrow(/: jsonSchema: unknown field/);
  expect(send({ ignoredTags: ['<a>'] })).toThrow(
    'Cannot scrape a page with these options: ignoredTags.0: Invalid input: expected the name of a tag',
  );
});
