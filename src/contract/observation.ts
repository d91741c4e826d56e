/** An observation: the content of a page and its possible actions, on the wire and in TypeScript. */
import * as z from 'zod';

import { camelize, snakify } from './naming';
import { decodeSpace, encodeSpace, spaceSchema } from './observed-space';
import type { ObservedElement } from './observed-element';
import { readBody, toWire } from './checks';
import { datetime, looseInteger } from './values';
import { leftOut, orElse, orNull, wireObject } from './wire';

export type { BoundingBox, ElementState, ObservedElement } from './observed-element';

/** Page categories of the API. */
const pageCategories = [
  'homepage',
  'search-results',
  'data-feed',
  'item',
  'auth',
  'form',
  'manage-cookies',
  'overlay',
  'payment',
  'captcha',
  'other',
] as const;
/** Category of a page. */
export type PageCategory = (typeof pageCategories)[number];

/** Options of an observation. */
export interface ObserveOptions {
  /** Address to open first. @default the current page */
  url?: string | undefined;
  /** What to look for, in words. Requires an API with a language model; the embedded server refuses it. */
  instructions?: string | undefined;
  /** `deep` uses a language model to describe the page; an API without one treats it as `fast`. @default 'fast' */
  perceptionType?: 'fast' | 'deep' | undefined;
  /** Minimum number of actions in a `deep` observation. */
  minNbActions?: number | undefined;
  /** Maximum number of actions in a `deep` observation; a `fast` one lists all. @default 100 */
  maxNbActions?: number | undefined;
}

/** Viewport and size of a page, in CSS pixels. */
export interface Viewport {
  /** Horizontal scroll position, in CSS pixels. */
  scrollX: number;
  /** Vertical scroll position, in CSS pixels. */
  scrollY: number;
  /** Width of the viewport, in CSS pixels. */
  viewportWidth: number;
  /** Height of the viewport, in CSS pixels. */
  viewportHeight: number;
  /** Width of the page, in CSS pixels. */
  totalWidth: number;
  /** Height of the page, in CSS pixels. */
  totalHeight: number;
}

/** A tab of the session. */
export interface ObservedTab {
  /** Index of the tab, from 0. */
  tabId: number;
  /** Title of its page. */
  title: string;
  /** Address of its page. */
  url: string;
}

/** The content of a page and its possible actions. */
export interface Observation {
  /** Title of the page. */
  title: string;
  /** Address of the page. */
  url: string;
  /** Time of the observation; `null` if the API omits it. */
  timestamp: Date | null;
  /** Start of the observation. */
  startedAt: Date;
  /** End of the observation. */
  endedAt: Date;
  /** Viewport of the page. */
  viewport: Viewport;
  /** Tabs of the session, in the order of opening. */
  tabs: ObservedTab[];
  /** Content of the page as lines of text; lines of elements begin with their ids. */
  description: string;
  /** Category of the page; `null` without a language model. */
  category: PageCategory | null;
  /** Elements with actions, in document order, including those outside the viewport. */
  elements: ObservedElement[];
  /** Viewport of the page, as JPEG. */
  screenshot: Buffer;
  /** Id of the element of the last action. */
  lastActionId: string | null;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const count = looseInteger.nullish().transform((value) => value ?? undefined);

/** Request; all fields may be missing or `null`. */
export const observeRequestSchema = z.strictObject({
  url: text,
  instructions: text,
  perception_type: z
    .enum(['fast', 'deep'])
    .nullish()
    .transform((value) => value ?? undefined),
  min_nb_actions: count,
  max_nb_actions: count,
});

/**
 * Parses a request.
 * @throws {@link InvalidRequestError} (422) names each invalid or unknown field
 */
export function decodeObserveRequest(body: unknown): ObserveOptions {
  return camelize(readBody('Invalid observe request', observeRequestSchema, body));
}

/**
 * Returns the body of a request.
 * @throws {@link OptionsError} names each invalid or unknown option
 */
export function encodeObserveRequest(options: ObserveOptions = {}) {
  const wire = toWire('Cannot observe a page with these options', observeRequestSchema, options);
  return {
    ...wire,
    perception_type: options.perceptionType ?? 'fast',
    max_nb_actions: options.maxNbActions ?? 100,
  };
}

const pixels = orElse(z.number(), 0);
const picture = z.object({
  raw: z.string(),
  bboxes: orElse(
    z.array(
      z.object({
        x: z.number(),
        y: z.number(),
        width: z.number(),
        height: z.number(),
        scroll_x: pixels,
        scroll_y: pixels,
        viewport_width: pixels,
        viewport_height: pixels,
        iframe_offset_x: pixels,
        iframe_offset_y: pixels,
        notte_id: orNull(z.string()),
      }),
    ),
    [],
  ),
  last_action_id: orNull(z.string()),
});

/** Older servers send only the picture. */
const pictureAlone = z.codec(z.string(), z.custom<z.output<typeof picture>>(), {
  decode: (raw) => ({ raw, bboxes: [], last_action_id: null }),
  encode: ({ raw }) => raw,
}) as unknown as typeof picture;

/** Answer of the observe call. */
export const observationSchema = z.codec(
  z.object({
    started_at: datetime,
    ended_at: datetime,
    metadata: z.object({
      title: z.string(),
      url: z.string(),
      timestamp: leftOut(datetime),
      viewport: wireObject<Viewport>()({
        scroll_x: pixels,
        scroll_y: pixels,
        viewport_width: pixels,
        viewport_height: pixels,
        total_width: pixels,
        total_height: pixels,
      }),
      tabs: z.array(
        wireObject<ObservedTab>()({ tab_id: z.int(), title: z.string(), url: z.string() }),
      ),
    }),
    screenshot: z.union([picture, pictureAlone]),
    space: spaceSchema,
  }),
  z.custom<Observation>(),
  {
    decode: ({ started_at: startedAt, ended_at: endedAt, metadata, screenshot, space }) => ({
      ...metadata,
      ...{ startedAt, endedAt },
      description: space.description,
      category: pageCategories.find((category) => category === space.category) ?? null,
      elements: decodeSpace(space, screenshot.bboxes),
      screenshot: Buffer.from(screenshot.raw, 'base64'),
      lastActionId: screenshot.last_action_id,
    }),
    encode: (observation) => {
      const { title, url, timestamp, startedAt, endedAt, viewport, tabs, elements } = observation;
      return {
        started_at: startedAt,
        ended_at: endedAt,
        metadata: { title, url, timestamp, viewport, tabs },
        screenshot: {
          raw: observation.screenshot.toString('base64'),
          bboxes: elements.flatMap((element) => encodeBox(element, viewport)),
          last_action_id: observation.lastActionId,
        },
        space: encodeSpace(observation),
      };
    },
  },
);

/** Positions are relative to the picture, also inside frames, so that clients add no frame offsets. */
function encodeBox({ id, box: place }: ObservedElement, viewport: Viewport) {
  if (!place) return [];
  const { scrollX, scrollY, viewportWidth, viewportHeight } = viewport;
  return [
    {
      ...place,
      ...snakify({ scrollX, scrollY, viewportWidth, viewportHeight }),
      iframe_offset_x: 0,
      iframe_offset_y: 0,
      notte_id: id,
    },
  ];
}
