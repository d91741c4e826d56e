/** Scraping: the content of a page as markdown, on the wire and in TypeScript. */
import * as z from 'zod';

import { camelize, type Camelized } from './naming';
import { readBody, toWire } from './checks';
import { looseBoolean } from './values';
import { orElse, orNull, wireObject } from './wire';

/** Options of scraping. */
export interface ScrapeOptions {
  /** Address to open first. @default the current page */
  url?: string | undefined;
  /** Playwright selector of the element to scrape. @default the whole page */
  selector?: string | undefined;
  /** Whether to keep links instead of plain text. @default true */
  scrapeLinks?: boolean | undefined;
  /** Whether to keep images in the text. @default false */
  scrapeImages?: boolean | undefined;
  /** Names of tags to omit with their content, such as `aside`. */
  ignoredTags?: readonly string[] | undefined;
  /** Whether to omit navigation, headers, footers and similar parts. @default false */
  onlyMainContent?: boolean | undefined;
  /** Whether to list the images of the page instead of its text. @default false */
  onlyImages?: boolean | undefined;
  /** Whether to write `link1`, `img1.png` ... instead of URLs. @default false */
  useLinkPlaceholders?: boolean | undefined;
  /** What to extract, in words. Requires an API with a language model. */
  instructions?: string | undefined;
  /** JSON Schema of the data to extract. Requires an API with a language model. */
  responseFormat?: object | undefined;
}

/** Image categories. */
const imageCategories = [
  'favicon',
  'icon',
  'content_image',
  'decorative',
  'svg_icon',
  'svg_content',
] as const;
/** Category of an image, guessed from its position and size. */
export type ImageCategory = (typeof imageCategories)[number];

/** An image of a page. */
export interface ScrapedImage {
  /** Absolute URL; `null` for an image drawn by the page. */
  url: string | null;
  /** Category; `null` if unknown. */
  category: ImageCategory | null;
  /** Alternative text, if any. */
  description: string | null;
}

/** Result of an extraction by instructions or schema. */
export interface StructuredData {
  /** Whether the extraction succeeded. */
  success: boolean;
  /** Reason of the failure; `null` on success. */
  error: string | null;
  /** Extracted data; `null` if there is none. */
  data: unknown;
}

/** The content of a page. */
export interface ScrapedData {
  /** Content as markdown; empty if images were requested. */
  markdown: string;
  /** Only if images were requested. */
  images: ScrapedImage[] | null;
  /** Only if instructions or a schema were given. */
  structured: StructuredData | null;
}

const flag = (missing: boolean) => looseBoolean.nullish().transform((value) => value ?? missing);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/** Fields of both scrape requests and scrape actions. */
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

/** Request; all fields may be missing or `null`. The cloud's npm client sends `json_schema` in addition to `response_format`, which has the same content. */
export const scrapeRequestSchema = z.strictObject({
  ...scrapeFields,
  url: text,
  only_main_content: flag(false),
  use_link_placeholders: flag(false),
  json_schema: z.unknown().optional(),
});

/** Options in TypeScript. */
const scrapeOptionsSchema = scrapeRequestSchema.omit({ json_schema: true });

/** A checked request. */
export type ScrapeRequest = Camelized<z.output<typeof scrapeRequestSchema>>;

/**
 * Parses a request, with defaults.
 * @throws {@link InvalidRequestError} (422) names each invalid or unknown field
 */
export function decodeScrapeRequest(body: unknown): ScrapeRequest {
  return camelize(readBody('Invalid scrape request', scrapeRequestSchema, body));
}

/**
 * Returns the body of a request.
 * @throws {@link OptionsError} names each invalid or unknown option
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

/** Answer of the scrape call. */
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
