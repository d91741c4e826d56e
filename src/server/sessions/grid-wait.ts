/** The wait of a start for its turn on a Selenium Grid, which decides by itself whose turn it is: until nobody wants it any more, and no longer than it may. */
import { durationText } from '../../base/texts';
import { tooMany } from '../../contract/refusals';
import type { FinishedSession } from './finished-session';
import type { Patience } from './remembered-starts';
import type { LiveSession } from './session';

/** How long one that has waited in vain should stay away, in milliseconds. */
const RETRY_MS = 1_000;

/** What ends the wait. */
export interface GridWait {
  /** Each gives the start up, with its reason. */
  signals: readonly AbortSignal[];
  /** In milliseconds; undefined for as long as the caller. */
  maxWaitMs: number | undefined;
}

/**
 * Does the work with a signal that gives it up.
 * @throws {@link RateLimitError} when it has waited too long, the reason of the signal that has given it up, and what the work throws
 */
export async function waitOnGrid<T>(
  { signals, maxWaitMs }: GridWait,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const tooLong = new AbortController();
  const timer =
    maxWaitMs === undefined
      ? undefined
      : setTimeout(() => tooLong.abort(inVain(maxWaitMs)), maxWaitMs);
  try {
    return await work(AbortSignal.any([...signals, tooLong.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A start that waits longer than its caller may goes on for a while, and the next try of that caller finds it.
 * @param maxWaitMs - in milliseconds; undefined for as long as the caller
 */
export function gridPatience(
  maxWaitMs: number | undefined,
): Patience<LiveSession | FinishedSession> | undefined {
  if (maxWaitMs === undefined) return undefined;
  const end = { status: 'closed', reason: 'Its caller did not come again.' } as const;
  return {
    maxWaitMs,
    inVain: () => inVain(maxWaitMs),
    discard: async (session) => session.end(end),
  };
}

function inVain(maxWaitMs: number): Error {
  return tooMany(
    `Waited ${durationText(maxWaitMs)} for a session: the Selenium Grid had none to give. Stop one, or come again.`,
    RETRY_MS,
  );
}
