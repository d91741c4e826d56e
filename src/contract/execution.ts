/** Result of an action, on the wire and in TypeScript. */
import * as z from 'zod';

import { toAction, toWire, type Action } from './actions';
import { scrapedDataSchema, type ScrapedData } from './scrape';
import { datetime } from './values';
import { orNull, wireObject } from './wire';

/** Result of an action, successful or failed. */
export interface ExecutionResult {
  /** The action with defaults. */
  action: Action;
  /** Whether the action succeeded. */
  success: boolean;
  /** What was done, or why it failed. */
  message: string;
  /** Extracted data, or the result of a script as `markdown`. */
  data: ScrapedData | null;
  /** The browser's error, or the message; some clients throw it. `null` on success, for `help`, for failed scripts and for partly filled forms. */
  exception: string | null;
  /** Start of the action. */
  startedAt: Date;
  /** End of the action. */
  endedAt: Date;
}

/** Answer of the execute call. */
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
