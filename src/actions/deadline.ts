/** Waiting for a page with a bound: one that hangs must not hold up the calls behind it. */
import { TimeoutError } from '../contract/errors';

/**
 * Waits for the work, at most so long.
 * @param what completes "Could not ..." and "in ... ms": `observe the page`
 * @throws {@link TimeoutError} when the time is over; the work itself goes on, and its later failure is ignored
 */
export async function withDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  what: string,
): Promise<T> {
  return orLate(
    work,
    timeoutMs,
    () =>
      new TimeoutError(
        `Could not ${what} in ${timeoutMs} ms: the page does not answer. Reload it, or open another one.`,
        { timeoutMs },
      ),
  );
}

/** The work, or an error of the caller's when the time is over first. */
export async function orLate<T>(
  work: Promise<T>,
  timeoutMs: number,
  toError: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>(
    (_, reject) => (timer = setTimeout(() => reject(toError()), timeoutMs)),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
