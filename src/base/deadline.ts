/** Waiting with a bound. Work that is left behind goes on; its later failure is ignored. */

/** Longest time that a timer of Node can wait, in milliseconds: about 24.8 days. A longer one would be over at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for the work, at most so long.
 * @param toError makes the error that is thrown when the time is over first
 */
export async function withDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  toError: () => Error,
): Promise<T> {
  return unlessInterrupted(work, (interrupt) => {
    const timer = setTimeout(() => interrupt(toError()), timeoutMs);
    return () => clearTimeout(timer);
  });
}

/** The value of the work, or `late` when the time is over first. A failure of the work in time is thrown. */
export async function orAfter<T, const L>(
  work: Promise<T>,
  timeoutMs: number,
  late: L,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsOver = new Promise<L>((resolve) => {
    timer = setTimeout(() => resolve(late), timeoutMs);
  });
  try {
    return await Promise.race([work, timeIsOver]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until the work is done or has failed, at most so long. True when it was in time. Never rejects. */
export async function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const settled = work.then(
    () => true,
    () => true,
  );
  return orAfter(settled, timeoutMs, false);
}

/**
 * Waits for the work, unless something happens that ends the wait: a signal is aborted, a connection closes.
 * @param watch begins to look out for it, calls `interrupt` with the error to throw, at once or later, and returns how to stop looking out
 */
export async function unlessInterrupted<T>(
  work: Promise<T>,
  watch: (interrupt: (error: Error) => void) => () => void,
): Promise<T> {
  let stop = (): void => {};
  try {
    return await new Promise<T>((resolve, reject) => {
      work.then(resolve, reject);
      stop = watch(reject);
    });
  } finally {
    stop();
  }
}

/** Waits for the work, unless the signal is aborted first, which throws the signal's reason. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return unlessInterrupted(work, (interrupt) => {
    const onAbort = (): void => interrupt(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    return () => signal.removeEventListener('abort', onAbort);
  });
}
