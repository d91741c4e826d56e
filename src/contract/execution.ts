/** What an executed action led to, on the wire and in TypeScript. */
import * as z from 'zod';

import { toAction, toWire, type Action } from './actions';
import { scrapedDataSchema, type ScrapedData } from './scrape';
import { datetime } from './values';
import { orNull, wireObject } from './wire';

/** What an action led to. That an action fails is a result too. */
export interface ExecutionResult {
  /** As it was understood: with defaults. */
  action: Action;
  /** Whether it was done. */
  success: boolean;
  /** What was done, or why it was not. */
  message: string;
  /** What was taken from the page, or, as `markdown`, what a script answered. */
  data: ScrapedData | null;
  /** The browser's error, or the message again: some clients throw it. `null` on success, for `help`, and when a script fails or a form is filled in part. */
  exception: string | null;
  /** When the API began with it. */
  startedAt: Date;
  /** When it was done, or given up. */
  endedAt: Date;
}

/** The answer of the execute call. */
export const executionResultSchema = wireObject<ExecutionResult>()({
  action: z.codec(z.looseObject({ type: z.string() }), z.custom<Action>(), {
    decode: toAction,
    encode: toWire,
  }),
  success: z.boolean(),
  message: z.string(),
  data: orNull(scrapedDataSchema),
  exception: orNull(z.string()),
  started_at: datetime,
  ended_at: datetime,
});
