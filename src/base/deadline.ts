/** Waits with a time limit. Work that exceeds it continues; its later failure is ignored. */

/** Maximum delay of a Node timer, in milliseconds: about 24.8 days. Longer delays fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for the work with a time limit.
 * @param toError - creates the error for the timeout
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

/** Returns the result of the work, or `late` after the time limit. Rejects if the work fails in time. */
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

/** Waits until the work settles. Returns false after the time limit. Never rejects. */
export async function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const settled = work.then(
    () => true,
    () => true,
  );
  return orAfter(settled, timeoutMs, false);
}

/**
 * Waits for the work until an event ends the wait, such as an aborted signal or a closed connection.
 * @param watch - subscribes to the event, calls `interrupt` with the error to throw, and returns a function that unsubscribes
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

/** Waits for the work. Throws the signal's reason if it is aborted first. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return unlessInterrupted(work, (interrupt) => {
    const onAbort = (): void => interrupt(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    return () => signal.removeEventListener('abort', onAbort);
  });
}
