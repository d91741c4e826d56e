/** A request's JSON body, checked by a schema. */
import type * as z from 'zod';
import { describeIssues } from '../../contract/issues';
import { refused } from '../../contract/refusals';
import type { Exchange } from '../http/http-router';

/**
 * Reads and checks it.
 * @param what begins the message of a refusal: `Invalid cookies`
 * @throws {@link InvalidRequestError} naming each wrong field, and the nearest name to an unknown one
 */
export async function checkedBody<T>(
  { body }: Exchange,
  schema: z.ZodType<T>,
  what: string,
): Promise<T> {
  const parsed = schema.safeParse(await body(), { reportInput: true });
  if (parsed.success) return parsed.data;
  throw refused(
    what,
    describeIssues(
      parsed.error.issues,
      'shape' in schema ? Object.keys(schema.shape as object) : [],
    ),
  );
}
