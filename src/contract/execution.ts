/** What an executed action led to, on the wire and in TypeScript. */
import { z } from 'zod';

import { encodeAction, toAction, type Action, type ActionWire } from './actions';
import { datetime } from './values';

/** What was taken from a page. */
export interface DataSpace {
  /** Markdown of the page, or the result of a script. */
  markdown: string;
  images: { url?: string | null | undefined; category?: string | null | undefined; description?: string | null | undefined }[] | null;
  /** What a language model made of it. */
  structured: { success: boolean; error: string | null; data: unknown } | null;
}

/** What an action led to. That an action fails is a result too. */
export interface ExecutionResult {
  /** As it was understood: with defaults. */
  action: Action;
  success: boolean;
  /** What was done, or why it was not. */
  message: string;
  data: DataSpace | null;
  /** The browser's error, when there was one. `null` on success. */
  exception: string | null;
  startedAt: Date;
  endedAt: Date;
}

const nullish = z.string().nullish();
const dataSpace = z.object({
  markdown: z.string(),
  images: z.array(z.object({ url: nullish, category: nullish, description: nullish })).nullish().transform((images) => images ?? null),
  structured: z
    .object({ success: z.boolean().nullish(), error: nullish, data: z.unknown() })
    .nullish()
    .transform((structured) => (structured ? { success: structured.success ?? true, error: structured.error ?? null, data: structured.data ?? null } : null)),
});

/** The answer of the execute call. */
export const executionResultSchema = z
  .object({
    action: z.looseObject({ type: z.string() }),
    success: z.boolean(),
    message: z.string(),
    data: dataSpace.nullish(),
    exception: nullish,
    started_at: datetime,
    ended_at: datetime,
  })
  .transform(
    ({ action, success, message, data, exception, started_at: startedAt, ended_at: endedAt }): ExecutionResult => ({ action: toAction(action), success, message, data: data ?? null, exception: exception ?? null, startedAt, endedAt }),
  );

/** A result as JSON. */
export interface ExecutionResultWire {
  action: ActionWire;
  success: boolean;
  message: string;
  data: DataSpace | null;
  exception: string | null;
  started_at: string;
  ended_at: string;
}

/** A result as JSON, with every field. */
export function encodeExecutionResult({ action, success, message, data, exception, startedAt, endedAt }: ExecutionResult): ExecutionResultWire {
  return { action: encodeAction(action), success, message, data, exception, started_at: datetime.encode(startedAt), ended_at: datetime.encode(endedAt) };
}
