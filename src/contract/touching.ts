/** The query of the calls that touch a session's browser: whether they count as using the session. */
import * as z from 'zod';

import { looseBoolean } from './values';

/** `update_metadata=false` looks without using: the idle time goes on. */
export const touchingQuerySchema = z.object({ update_metadata: looseBoolean.default(true) });

/** Whether a call counts; throws a `ZodError` for a wrong value. */
export function countsAsUse(query: URLSearchParams): boolean {
  return touchingQuerySchema.parse(Object.fromEntries(query), { reportInput: true })
    .update_metadata;
}
