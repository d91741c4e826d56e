/** What an executed action led to, on the wire and in TypeScript. */
import * as z from 'zod';

import { toAction, toWire, type Action, type ActionWire } from './actions';
import { scrapedDataSchema, type ScrapedData } from './scrape';
import { datetime } from './values';

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
export const executionResultSchema = z
  .object({
    action: z.looseObject({ type: z.string() }),
    success: z.boolean(),
    message: z.string(),
    data: scrapedDataSchema.nullish(),
    exception: z.string().nullish(),
    started_at: datetime,
    ended_at: datetime,
  })
  .transform(
    ({
      action,
      success,
      message,
      data,
      exception,
      started_at: startedAt,
      ended_at: endedAt,
    }): ExecutionResult => ({
      action: toAction(action),
      success,
      message,
      data: data ?? null,
      exception: exception ?? null,
      startedAt,
      endedAt,
    }),
  );

/** A result as JSON. */
export interface ExecutionResultWire {
  action: ActionWire;
  success: boolean;
  message: string;
  data: ScrapedData | null;
  exception: string | null;
  started_at: string;
  ended_at: string;
}

/** A result as JSON, with every field. */
export function encodeExecutionResult({
  action,
  success,
  message,
  data,
  exception,
  startedAt,
  endedAt,
}: ExecutionResult): ExecutionResultWire {
  return {
    action: toWire(action),
    success,
    message,
    data,
    exception,
    started_at: datetime.encode(startedAt),
    ended_at: datetime.encode(endedAt),
  };
}
