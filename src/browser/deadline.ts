/** Waiting with a bound. */
import { TimeoutError } from '../contract/errors';

/**
 * Waits for the promise, at most so long.
 * @param what names what is waited for, such as `Chromium to close`
 * @throws {@link TimeoutError} when the time is over; the promise itself goes on, and its later failure is ignored
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutError(`Waited ${timeoutMs} ms for ${what}, in vain.`, { timeoutMs })),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
