/** The query of the calls that touch a session's browser: whether they count as using the session. */
import * as z from 'zod';

import { readQuery, toWire } from './checks';
import { looseBoolean } from './values';

/** Whether a call counts. */
export interface TouchingOptions {
  /** `false` looks without using the session: its idle time goes on. @default true */
  updateMetadata?: boolean | undefined;
}

/** The query of such a call. */
export const touchingQuerySchema = z.object({ update_metadata: looseBoolean.default(true) });

/**
 * Whether a call counts.
 * @throws {@link InvalidRequestError} (422) for a wrong value
 */
export function decodeTouchingQuery(query: URLSearchParams): { updateMetadata: boolean } {
  return { updateMetadata: readQuery(touchingQuerySchema, query).update_metadata };
}

/**
 * The query string of such a call.
 * @throws {@link OptionsError} naming each wrong or unknown option
 */
export function encodeTouchingQuery(options: TouchingOptions = {}): string {
  toWire('Cannot make this call with these options', touchingQuerySchema, options);
  const { updateMetadata } = options;
  return updateMetadata === undefined ? '' : `update_metadata=${updateMetadata}`;
}
