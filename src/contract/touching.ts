/** Query of calls that use a session's browser: whether they count as activity. */
import * as z from 'zod';

import { readQuery, toWire } from './checks';
import { looseBoolean } from './values';

/** Whether a call counts as activity. */
export interface TouchingOptions {
  /** `false` does not restart the idle timeout. @default true */
  updateMetadata?: boolean | undefined;
}

/** Query of such a call. */
export const touchingQuerySchema = z.object({ update_metadata: looseBoolean.default(true) });

/**
 * Parses whether a call counts as activity.
 * @throws {@link InvalidRequestError} (422) for an invalid value
 */
export function decodeTouchingQuery(query: URLSearchParams): { updateMetadata: boolean } {
  return { updateMetadata: readQuery(touchingQuerySchema, query).update_metadata };
}

/**
 * Returns the query string of such a call.
 * @throws {@link OptionsError} names each invalid or unknown option
 */
export function encodeTouchingQuery(options: TouchingOptions = {}): string {
  toWire('Cannot make this call with these options', touchingQuerySchema, options);
  const { updateMetadata } = options;
  return updateMetadata === undefined ? '' : `update_metadata=${updateMetadata}`;
}
