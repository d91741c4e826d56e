/** Starts that outlive the patience of their callers: found again by the next try, and ended when there is none. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeStartRequest } from '../../../src/contract/start';
import {
  RememberedStarts,
  type StartedSession,
} from '../../../src/server/sessions/remembered-starts';

const MAX_WAIT_MS = 30_000;
const KEPT_MS = 15_000;
const request = decodeStartRequest({});

const SESSION: StartedSession = { id: 'a', end: async () => void discarded.push('a') };

let begun: number;
let abandoned: AbortSignal;
let arrive: (session: StartedSession) => void;
let discarded: string[];
let starts: RememberedStarts;

beforeEach(() => {
  vi.useFakeTimers();
  begun = 0;
  discarded = [];
  starts = new RememberedStarts({ maxWaitMs: MAX_WAIT_MS, title: 'the Selenium Grid' });
});
afterEach(() => {
  vi.useRealTimers();
});

async function start(leaving = new AbortController().signal): Promise<StartedSession> {
  return starts.start({ ticket: 'mine', request, leaving }, async (signal) => {
    begun += 1;
    abandoned = signal;
    return new Promise<StartedSession>((resolve, reject) => {
      arrive = resolve;
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });
}

async function waitInVain(): Promise<void> {
  const refused = expect(start()).rejects.toThrow('Stop one, or come again.');
  await vi.advanceTimersByTimeAsync(MAX_WAIT_MS);
  await refused;
}

test('the next try goes on with the start of the one before', async () => {
  await waitInVain();
  await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
  const again = start();
  await vi.advanceTimersByTimeAsync(KEPT_MS);
  expect(abandoned.aborted).toBe(false);
  arrive(SESSION);
  expect(await again).toBe(SESSION);
  expect(begun).toBe(1);
});

test('a session that came in between is there for the next try', async () => {
  await waitInVain();
  arrive(SESSION);
  expect(await start()).toBe(SESSION);
  await vi.advanceTimersByTimeAsync(KEPT_MS);
  expect(discarded).toEqual([]);
});

test('a start that nobody comes for again is given up, and the next one begins anew', async () => {
  await waitInVain();
  await vi.advanceTimersByTimeAsync(KEPT_MS);
  expect(abandoned.aborted).toBe(true);
  void start().catch(() => undefined);
  expect(begun).toBe(2);
});

test('a session that nobody comes for is ended', async () => {
  await waitInVain();
  arrive(SESSION);
  await vi.advanceTimersByTimeAsync(KEPT_MS);
  expect(discarded).toEqual(['a']);
});

test('whoever leaves gives its start up at once, unless somebody else waits for it', async () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const first = start(one.signal);
  const second = start(other.signal);
  one.abort(new Error('left'));
  expect(abandoned.aborted).toBe(false);
  other.abort(new Error('left'));
  expect(abandoned.aborted).toBe(true);
  await expect(first).rejects.toThrow('left');
  await expect(second).rejects.toThrow('left');
});
