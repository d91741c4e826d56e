/** Decides whether and when a failed call is tried again. Pure: no clock, no network. */
import {
  ApiUnreachableError,
  OverloadedError,
  RateLimitError,
  ServerError,
} from '../contract/errors';

/** One failed try. */
export interface Failure {
  error: Error;
  /** What the API asked to wait, in milliseconds. */
  retryAfterMs: number | undefined;
}

/** How long to wait after the given try (counted from 1), in milliseconds; `undefined` to give up. */
export type RetryPolicy = (failure: Failure, attempt: number) => number | undefined;

/** How many new tries, and the first wait between them in milliseconds. */
export interface Backoff {
  retries: number;
  retryDelayMs: number;
}

/** Longest wait between two tries that we choose ourselves, in milliseconds: the cap of the cloud's own client. */
const MAX_DELAY_MS = 30_000;
/** Wait after 529 when the API names none, in milliseconds: what the cloud's own client waits. */
const OVERLOADED_DELAY_MS = 30_000;
/** What the back-off adds at most to a wait that the API asked for, in milliseconds: a place that comes free is found soon. */
const MAX_FLOOR_MS = 5_000;
/** Jitter: up to a quarter more or less, so that parallel workers do not come back together. */
const JITTER = 0.25;

/** For calls that may be repeated without harm: lost connections, 5xx, 429 and 529 are tried again. */
export function idempotentPolicy(backoff: Backoff): RetryPolicy {
  return (failure, attempt) =>
    attempt <= backoff.retries && startOutcome(failure.error) !== 'refused'
      ? waitFor(failure, attempt, backoff)
      : undefined;
}

/** What a failed start says about the session: certainly none, perhaps one, or none ever with this request. */
export type StartOutcome = 'not-created' | 'unknown' | 'refused';

export function startOutcome(error: Error): StartOutcome {
  if (error instanceof ApiUnreachableError) return error.maybeReceived ? 'unknown' : 'not-created';
  if (isFull(error)) return 'not-created';
  return error instanceof ServerError ? 'unknown' : 'refused';
}

/** Whether the API has no place for a session now. */
export function isFull(error: Error): error is RateLimitError | OverloadedError {
  return error instanceof RateLimitError || error instanceof OverloadedError;
}

/** For starts: waits for a free place as long as the start's deadline allows; everything else that may pass is tried a few times. */
export function startPolicy(backoff: Backoff): RetryPolicy {
  return (failure, attempt) => {
    if (startOutcome(failure.error) === 'refused') return undefined;
    const waitsForPlace = isFull(failure.error);
    if (backoff.retries === 0 || (!waitsForPlace && attempt > backoff.retries)) return undefined;
    const isOverloaded = failure.error instanceof OverloadedError && failure.error.status === 529;
    return isOverloaded && failure.retryAfterMs === undefined
      ? OVERLOADED_DELAY_MS
      : waitFor(failure, attempt, backoff);
  };
}

/** Never tries again. */
export const noRetry: RetryPolicy = () => undefined;

/** Milliseconds of a `Retry-After` header: seconds, or a date (RFC 9110 section 10.2.3). */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/** The back-off; or what the API asked for, when that is longer. A wait of 0, or until a date in the past, is no leave to hurry. */
function waitFor({ retryAfterMs }: Failure, attempt: number, { retryDelayMs }: Backoff): number {
  const delayMs = Math.min(MAX_DELAY_MS, Math.max(1, retryDelayMs) * 2 ** (attempt - 1));
  if (retryAfterMs === undefined) return delayMs * (1 - JITTER + Math.random() * 2 * JITTER);
  const leastMs = Math.max(retryAfterMs, Math.min(delayMs, MAX_FLOOR_MS));
  return leastMs * (1 + Math.random() * JITTER); // never sooner than the API asked
}
