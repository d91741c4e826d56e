/** Waits for a page with a time limit: a frozen page must not block later calls. */
import { withDeadline } from '../base/deadline';
import { TimeoutError } from '../contract/errors';

/**
 * Waits for an answer of a page.
 * @param what - completes "Could not ..." and "in ... ms": `observe the page`
 * @throws {@link TimeoutError} after the time limit
 */
export async function withPageDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  what: string,
): Promise<T> {
  return withDeadline(
    work,
    timeoutMs,
    () =>
      new TimeoutError(
        `Could not ${what} in ${timeoutMs} ms: the page does not answer. Reload it, or open another one.`,
        { timeoutMs },
      ),
  );
}
