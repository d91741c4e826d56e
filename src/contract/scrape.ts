/** Scraping: the content of a page as markdown, on the wire and in TypeScript. */
import * as z from 'zod';

import { camelize, type Camelized } from './naming';
import { readBody, toWire } from './checks';
import { looseBoolean } from './values';
import { orElse, orNull, wireObject } from './wire';

/** How a page is to be scraped. */
export interface ScrapeOptions {
  /** Opened first; the page stays as it is when this is missing. */
  url?: string | undefined;
  /** Playwright selector of the one element whose content is wanted. @default the whole page */
  selector?: string | undefined;
  /** Keep links as links, not as plain text. @default true */
  scrapeLinks?: boolean | undefined;
  /** Keep images in the text. @default false */
  scrapeImages?: boolean | undefined;
  /** Names of tags that are left out with all they hold, such as `aside`. */
  ignoredTags?: readonly string[] | undefined;
  /** Leave out navigation, headers, footers and such. @default false */
  onlyMainContent?: boolean | undefined;
  /** List the images of the page instead of its text. @default false */
  onlyImages?: boolean | undefined;
  /** Write `link1`, `img1.png` ... in place of URLs. @default false */
  useLinkPlaceholders?: boolean | undefined;
  /** What to extract, in words. Needs an API with a language model. */
  instructions?: string | undefined;
  /** JSON Schema of what to extract. Needs an API with a language model. */
  responseFormat?: object | undefined;
}

/** What an image is for. */
const imageCategories = [
  'favicon',
  'icon',
  'content_image',
  'decorative',
  'svg_icon',
  'svg_content',
] as const;
/** What an image is for, as far as its place and its size tell. */
export type ImageCategory = (typeof imageCategories)[number];

/** One image of a page. */
export interface ScrapedImage {
  /** Absolute; `null` for one that is drawn in the page itself. */
  url: string | null;
  /** What it is for; `null` when that is not known. */
  category: ImageCategory | null;
  /** Its alternative text, if there is one. */
  description: string | null;
}

/** What was extracted by instructions or schema, or why it was not. */
export interface StructuredData {
  /** Whether it was extracted. */
  success: boolean;
  /** Why not; `null` on success. */
  error: string | null;
  /** What was extracted, as instructions and schema ask; `null` when nothing was. */
  data: unknown;
}

/** The content of a page. */
export interface ScrapedData {
  /** The content as markdown; empty when images were asked for. */
  markdown: string;
  /** Only when images were asked for. */
  images: ScrapedImage[] | null;
  /** Only when instructions or a schema were given. */
  structured: StructuredData | null;
}

const flag = (missing: boolean) => looseBoolean.nullish().transform((value) => value ?? missing);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/** The fields that a scrape request and a scrape action share. */
export const scrapeFields = {
  instructions: text,
  selector: text,
  scrape_links: flag(true),
  scrape_images: flag(false),
  only_images: flag(false),
  ignored_tags: z
    .array(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]*$/i, { error: 'Invalid input: expected the name of a tag' }),
    )
    .nullish()
    .transform((value) => value ?? []),
  response_format: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((value) => value ?? undefined),
};

/** The request; every field may be missing or `null`. The cloud's npm client sends `json_schema` beside the `response_format` that it has made of it; it says nothing more. */
export const scrapeRequestSchema = z.strictObject({
  ...scrapeFields,
  url: text,
  only_main_content: flag(false),
  use_link_placeholders: flag(false),
  json_schema: z.unknown().optional(),
});

/** What a caller in TypeScript may ask for. */
const scrapeOptionsSchema = scrapeRequestSchema.omit({ json_schema: true });

/** A checked request. */
export type ScrapeRequest = Camelized<z.output<typeof scrapeRequestSchema>>;

/**
 * A request from the fields that the API knows; what is missing has its default.
 * @throws {@link InvalidRequestError} (422) naming each wrong or unknown field
 */
export function decodeScrapeRequest(body: unknown): ScrapeRequest {
  return camelize(readBody('Invalid scrape request', scrapeRequestSchema, body));
}

/**
 * The body of a request.
 * @throws {@link OptionsError} naming each wrong or unknown option
 */
export function encodeScrapeRequest(options: ScrapeOptions = {}) {
  return toWire('Cannot scrape a page with these options', scrapeOptionsSchema, options);
}

const image = wireObject<ScrapedImage>()({
  url: orNull(z.string()),
  category: z.codec(z.string().nullish(), z.custom<ImageCategory | null>(), {
    decode: (value) => imageCategories.find((it) => it === value) ?? null,
    encode: (value) => value,
  }) as z.ZodType<ImageCategory | null, ImageCategory | null>,
  description: orNull(z.string()),
});

/** The answer of the scrape call. */
export const scrapedDataSchema = wireObject<ScrapedData>()({
  markdown: z.string(),
  images: orNull(z.array(image)),
  structured: orNull(
    wireObject<StructuredData>()({
      success: orElse(z.boolean(), true),
      error: orNull(z.string()),
      data: orNull(z.unknown()),
    }),
  ),
});
