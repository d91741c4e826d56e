/** An observation: what a page shows and what can be done on it, on the wire and in TypeScript. */
import * as z from 'zod';

import { camelize, snakify } from './naming';
import { decodeSpace, encodeSpace, spaceSchema } from './observed-space';
import type { ObservedElement } from './observed-element';
import { readBody, toWire } from './checks';
import { datetime, looseInteger } from './values';
import { leftOut, orElse, orNull, wireObject } from './wire';

export type { BoundingBox, ElementState, ObservedElement } from './observed-element';

/** What a page may be, as the API tells it. */
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
/** What kind of page it is. */
export type PageCategory = (typeof pageCategories)[number];

/** How a page is to be observed. */
export interface ObserveOptions {
  /** Opened first; the page stays as it is when this is missing. */
  url?: string | undefined;
  /** What to look for, in words. Needs an API with a language model; the embedded server refuses it. */
  instructions?: string | undefined;
  /** `deep` lets a language model describe the page; an API without one answers as for `fast`. @default 'fast' */
  perceptionType?: 'fast' | 'deep' | undefined;
  /** Least number of actions that a `deep` observation names. */
  minNbActions?: number | undefined;
  /** Largest number of actions that a `deep` observation names; a `fast` one names all. @default 100 */
  maxNbActions?: number | undefined;
}

/** The visible part of a page and its whole size, in CSS pixels. */
export interface Viewport {
  /** How far the page is scrolled to the right, in CSS pixels. */
  scrollX: number;
  /** How far the page is scrolled down, in CSS pixels. */
  scrollY: number;
  /** Width of the visible part, in CSS pixels. */
  viewportWidth: number;
  /** Height of the visible part, in CSS pixels. */
  viewportHeight: number;
  /** Width of the whole page, in CSS pixels. */
  totalWidth: number;
  /** Height of the whole page, in CSS pixels. */
  totalHeight: number;
}

/** One tab of the session. */
export interface ObservedTab {
  /** Position among the tabs, from 0. */
  tabId: number;
  /** Title of its page. */
  title: string;
  /** Address of its page. */
  url: string;
}

/** What a page shows, and what can be done on it. */
export interface Observation {
  /** Title of the page. */
  title: string;
  /** Address of the page. */
  url: string;
  /** When the page was looked at; `null` when the API does not say. */
  timestamp: Date | null;
  /** When the API began to look. */
  startedAt: Date;
  /** When it was done. */
  endedAt: Date;
  /** Which part of the page is in sight. */
  viewport: Viewport;
  /** All tabs of the session, in the order of opening. */
  tabs: ObservedTab[];
  /** The page's content as lines of text; those of elements begin with their ids. */
  description: string;
  /** What kind of page it is; `null` where no language model has said. */
  category: PageCategory | null;
  /** Everything on the page that can be acted on, scrolled out of sight or not, in the order of the page. */
  elements: ObservedElement[];
  /** The visible part of the page, as JPEG. */
  screenshot: Buffer;
  /** Id of the element that was acted on last. */
  lastActionId: string | null;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const count = looseInteger.nullish().transform((value) => value ?? undefined);

/** The request; every field may be missing or `null`. */
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
 * What a request asks for.
 * @throws {@link InvalidRequestError} (422) naming each wrong or unknown field
 */
export function decodeObserveRequest(body: unknown): ObserveOptions {
  return camelize(readBody('Invalid observe request', observeRequestSchema, body));
}

/**
 * The body of a request.
 * @throws {@link OptionsError} naming each wrong or unknown option
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

/** Older servers send the picture alone. */
const pictureAlone = z.codec(z.string(), z.custom<z.output<typeof picture>>(), {
  decode: (raw) => ({ raw, bboxes: [], last_action_id: null }),
  encode: ({ raw }) => raw,
}) as unknown as typeof picture;

/** The answer of the observe call. */
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

/** Positions are those on the picture, those inside of frames too: so no frame's offset is left to add. */
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
