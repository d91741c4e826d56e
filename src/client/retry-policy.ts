/** Decides whether and when to repeat a failed call. Pure: no clock, no network. */
import {
  ApiUnreachableError,
  OverloadedError,
  RateLimitError,
  ServerError,
} from '../contract/errors';

/** A failed try. */
export interface Failure {
  error: Error;
  /** `Retry-After` of the API, in milliseconds. */
  retryAfterMs: number | undefined;
}

/** Returns the wait after the given try (counted from 1), in milliseconds; `undefined` to give up. */
export type RetryPolicy = (failure: Failure, attempt: number) => number | undefined;

/** Number of retries, and the first wait in milliseconds. */
export interface Backoff {
  retries: number;
  retryDelayMs: number;
}

/** Maximum wait of the back-off, in milliseconds: that of the cloud's client. */
const MAX_DELAY_MS = 30_000;
/** Wait after 529 without `Retry-After`, in milliseconds: that of the cloud's client. */
const OVERLOADED_DELAY_MS = 30_000;
/** Maximum that the back-off adds to `Retry-After`, in milliseconds, so that free capacity is used soon. */
const MAX_FLOOR_MS = 5_000;
/** Jitter: up to a quarter more or less, so that parallel workers do not retry at the same time. */
const JITTER = 0.25;

/** For idempotent calls: retries lost connections, 5xx, 429 and 529. */
export function idempotentPolicy(backoff: Backoff): RetryPolicy {
  return (failure, attempt) =>
    attempt <= backoff.retries && startOutcome(failure.error) !== 'refused'
      ? waitFor(failure, attempt, backoff)
      : undefined;
}

/** Whether a failed start left a session: certainly not, perhaps, or never with this request. */
export type StartOutcome = 'not-created' | 'unknown' | 'refused';

export function startOutcome(error: Error): StartOutcome {
  if (error instanceof ApiUnreachableError) return error.maybeReceived ? 'unknown' : 'not-created';
  if (isFull(error)) return 'not-created';
  return error instanceof ServerError ? 'unknown' : 'refused';
}

/** Whether the API has no free capacity. */
export function isFull(error: Error): error is RateLimitError | OverloadedError {
  return error instanceof RateLimitError || error instanceof OverloadedError;
}

/** For starts: waits for free capacity until the deadline, and retries other temporary failures a few times. */
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

/** Never retries. */
export const noRetry: RetryPolicy = () => undefined;

/** Parses a `Retry-After` header (seconds or a date, RFC 9110 section 10.2.3) into milliseconds. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/** Returns the back-off, or `Retry-After` if it is longer. A `Retry-After` of 0 or in the past does not shorten the back-off. */
function waitFor({ retryAfterMs }: Failure, attempt: number, { retryDelayMs }: Backoff): number {
  const delayMs = Math.min(MAX_DELAY_MS, Math.max(1, retryDelayMs) * 2 ** (attempt - 1));
  if (retryAfterMs === undefined) return delayMs * (1 - JITTER + Math.random() * 2 * JITTER);
  const leastMs = Math.max(retryAfterMs, Math.min(delayMs, MAX_FLOOR_MS));
  return leastMs * (1 + Math.random() * JITTER); // never before `Retry-After`
}
