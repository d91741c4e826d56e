/** Which failures are tried again, how often, and after which wait. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  idempotentPolicy,
  noRetry,
  parseRetryAfter,
  startOutcome,
  startPolicy,
} from '../../../src/client/retry-policy';
import {
  ApiError,
  ApiUnreachableError,
  NotFoundError,
  OverloadedError,
  RateLimitError,
  ServerError,
} from '../../../src/contract/errors';

const details = { method: 'POST', path: '/x', code: 'x' };
const refused = new ApiUnreachableError('', { ...details, maybeReceived: false });
const broken = new ApiUnreachableError('', { ...details, maybeReceived: true });
const limited = new RateLimitError('', { ...details, status: 429, retryAfterMs: undefined });
const overloaded = new OverloadedError('', { ...details, status: 529 });
const unavailable = new OverloadedError('', { ...details, status: 503 });
const failed = new ServerError('', { ...details, status: 500 });
const missing = new NotFoundError('', { ...details, status: 404 });

const after = (error: Error, retryAfterMs?: number) => ({ error, retryAfterMs });
const backoff = { retries: 3, retryDelayMs: 1000 };

afterEach(() => vi.restoreAllMocks());

/** The shortest, the middle and the longest wait that chance can draw. */
function waits(wait: () => number | undefined): (number | undefined)[] {
  const random = vi.spyOn(Math, 'random');
  return [0, 0.5, 1].map((drawn) => {
    random.mockReturnValue(drawn);
    return wait();
  });
}

describe('idempotent calls', () => {
  const policy = idempotentPolicy(backoff);

  it('are tried again after what may pass, a few times', () => {
    for (const error of [refused, broken, limited, overloaded, unavailable, failed]) {
      expect(policy(after(error), 3)).toBeGreaterThan(0);
      expect(policy(after(error), 4)).toBeUndefined();
    }
  });

  it('are not tried again after an answer that stays the same', () => {
    expect(policy(after(missing), 1)).toBeUndefined();
    expect(policy(after(new ApiError('', { ...details, status: 400 })), 1)).toBeUndefined();
  });

  it('wait twice as long each time, a quarter more or less, and never much over half a minute', () => {
    const patient = idempotentPolicy({ retries: 20, retryDelayMs: 1000 });
    for (const [attempt, ms] of [
      [1, 1000],
      [2, 2000],
      [3, 4000],
      [5, 16_000],
      [6, 30_000],
      [20, 30_000],
    ] as const)
      expect(waits(() => patient(after(failed), attempt))).toEqual([ms * 0.75, ms, ms * 1.25]);
  });

  it('wait as long as the API asks, and up to a quarter more', () => {
    expect(waits(() => policy(after(limited, 8_000), 1))).toEqual([8_000, 9_000, 10_000]);
    expect(waits(() => policy(after(limited, 60_000), 1))).toEqual([60_000, 67_500, 75_000]);
  });

  it('wait no shorter than the back-off, however short the wait that the API asks for', () => {
    for (const retryAfterMs of [0, 1, 100])
      for (const [attempt, ms] of [
        [1, 1000],
        [2, 2000],
        [3, 4000],
      ] as const)
        expect(policy(after(limited, retryAfterMs), attempt)).toBeGreaterThanOrEqual(ms);
  });

  it('do not come back together: the waits that an API asks for differ', () => {
    const drawn = Array.from({ length: 20 }, () => policy(after(limited, 7_000), 1));
    expect(new Set(drawn).size).toBeGreaterThan(10);
  });
});

describe('starts', () => {
  it('say what they may have left', () => {
    expect([refused, limited, overloaded, unavailable].map(startOutcome)).toEqual(
      Array(4).fill('not-created'),
    );
    expect([broken, failed].map(startOutcome)).toEqual(['unknown', 'unknown']);
    expect([missing, new Error('x')].map(startOutcome)).toEqual(['refused', 'refused']);
  });

  it('wait for a place as long as they may, and try other failures a few times', () => {
    const policy = startPolicy(backoff);
    expect(policy(after(limited), 50)).toBeGreaterThan(0);
    expect(policy(after(overloaded), 50)).toBe(30_000);
    expect(policy(after(overloaded, 2_000), 1)).toBeGreaterThanOrEqual(2_000);
    expect(policy(after(overloaded, 2_000), 1)).toBeLessThanOrEqual(2_500);
    expect(policy(after(unavailable), 1)).toBeLessThan(2_000);
    for (const error of [refused, broken, failed]) {
      expect(policy(after(error), 3)).toBeGreaterThan(0);
      expect(policy(after(error), 4)).toBeUndefined();
    }
    expect(policy(after(missing), 1)).toBeUndefined();
  });

  it('do not hurry when the API asks for no wait, even without a back-off', () => {
    let requests = 0;
    for (let ms = 0; ms < 4_000 && requests < 838; requests++)
      ms += startPolicy(backoff)(after(limited, 0), requests + 1) ?? Infinity;
    expect(requests).toBeLessThanOrEqual(4);
    const eager = startPolicy({ retries: 3, retryDelayMs: 0 });
    expect(eager(after(limited, 0), 12)).toBeGreaterThan(1_000);
  });

  it('look for a place again soon when the API says so, however often they have looked', () => {
    expect(startPolicy(backoff)(after(limited, 2_000), 50)).toBeLessThanOrEqual(6_250);
  });

  it('are tried once when retries are off', () => {
    expect(startPolicy({ ...backoff, retries: 0 })(after(limited), 1)).toBeUndefined();
  });
});

describe('Retry-After', () => {
  it.each([
    ['3', 3_000],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 9_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['0.25', 250],
    ['120', 120_000],
    [' 12.75 ', 12_750],
    ['soon', undefined],
    ['5 minutes', undefined],
    ['3s', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, ms) => {
    expect(parseRetryAfter(header, 1_000)).toBe(ms);
  });

  it('may be a date in the old form, which ends with its year', () => {
    expect(parseRetryAfter('Sun Nov  6 08:49:37 2094', 1_000)).toBeGreaterThan(3e12);
  });
});

it('a call that must not be repeated is not', () => {
  expect(noRetry(after(refused), 1)).toBeUndefined();
});
