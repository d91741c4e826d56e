/** Waiting for a page with a bound: one that hangs must not hold up the calls behind it. */
import { withDeadline } from '../base/deadline';
import { TimeoutError } from '../contract/errors';

/**
 * Waits for what a page is asked for, at most so long.
 * @param what completes "Could not ..." and "in ... ms": `observe the page`
 * @throws {@link TimeoutError} when the time is over
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
