/** A session API that is down is not waited for by each test: by the clock of the test, which is turned on by hand. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiUnreachableError, SessionwrightError } from '../../../src/contract/errors';
import { Breaker } from '../../../src/host/breaker';

let isUp: boolean;
let doesAnswer: boolean;
/** Whether sessions of the run are there. */
let isUsed: boolean;
/** What the API answers when it does not do so well. */
let probeError: Error;
let starts: number;
let said: string[];
let breaker: Breaker;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  isUp = false;
  doesAnswer = false;
  isUsed = false;
  probeError = unreachable();
  starts = 0;
  said = [];
  breaker = new Breaker({
    name: 'the session API https://api.example',
    probe: async () => {
      if (!doesAnswer) throw probeError;
    },
    hasSessions: () => isUsed,
    onOpen: ({ message }) => said.push(message),
  });
});
afterEach(() => {
  breaker.close();
  vi.useRealTimers();
});

function unreachable(maybeReceived = false): ApiUnreachableError {
  const message = 'Could not start a session: it is not reachable (ECONNREFUSED).';
  const details = { code: 'api_unreachable', method: 'POST', path: '/', maybeReceived };
  return new ApiUnreachableError(message, details);
}

/** One start, which takes so long by that clock; what came of it. */
async function begin(
  tookMs: number,
  error: Error = unreachable(),
  { wasFull = false } = {},
): Promise<string> {
  const work = breaker.run(async (saysFull) => {
    starts++;
    if (wasFull) saysFull();
    await new Promise((done) => setTimeout(done, tookMs));
    if (!isUp) throw error;
  });
  return work.then(
    () => 'started',
    (failure: unknown) => (failure as SessionwrightError).code,
  );
}

/** The same, and the clock is turned on meanwhile. */
async function start(tookMs: number, error?: Error, how = {}): Promise<string> {
  const outcome = begin(tookMs, error, how);
  await vi.advanceTimersByTimeAsync(tookMs);
  return outcome;
}

async function open(): Promise<void> {
  await start(6_000);
  await start(6_000);
  starts = 0;
}

test('an API that fails for ten seconds is not tried by the tests that follow; they say why, and what was said is told once', async () => {
  expect(await start(6_000)).toBe('api_unreachable');
  expect(await start(6_000)).toBe('api_unreachable');
  starts = 0;
  for (let n = 0; n < 20; n++) expect(await start(0)).toBe('api_down');
  expect(starts).toBe(0);
  expect(said).toEqual([
    'Could not start a session: the session API https://api.example is down. 2 starts failed in 12.0 s, so tests do not wait for it any more. The last one: it is not reachable (ECONNREFUSED). Once it is up again, the run goes on by itself.',
  ]);
});

test('once it answers again one start is tried, and the others wait for what comes of it', async () => {
  await open();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await start(0)).toBe('api_down');
  doesAnswer = isUp = true;
  await vi.advanceTimersByTimeAsync(5_000);
  const all = Promise.all([begin(2_000), begin(2_000), begin(2_000)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await all).toEqual(['started', 'started', 'started']);
  expect(starts).toBe(3);
});

test('when the one that is tried fails, the others fail too, and the next is tried later', async () => {
  await open();
  doesAnswer = true;
  await vi.advanceTimersByTimeAsync(5_000);
  const both = Promise.all([begin(1_000), begin(1_000)]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await both).toEqual(['api_unreachable', 'api_down']);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(await start(0)).toBe('api_down');
  isUp = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await start(0)).toBe('started');
  expect(await start(0)).toBe('started');
  expect(said).toHaveLength(1);
});

test('a short failure, and one with a success in between, opens nothing', async () => {
  await start(6_000);
  isUp = true;
  expect(await start(6_000)).toBe('started');
  isUp = false;
  expect(await start(6_000)).toBe('api_unreachable');
  expect(await start(0)).toBe('api_unreachable');
  expect(said).toEqual([]);
});

test.each(['invalid_request', 'unauthorized', 'rate_limited'])(
  'what is answered by %s is not down',
  async (code) => {
    const answer = new SessionwrightError('no', { code });
    for (let n = 0; n < 5; n++) expect(await start(6_000, answer)).toBe(code);
    expect(starts).toBe(5);
  },
);

const ANSWERED_5XX = new SessionwrightError('it answered 500', { code: 'server_error' });
const ANSWERED_503 = new SessionwrightError('it answered 503', { code: 'overloaded' });
const HELD = unreachable(true);

test.each([
  ['is not answered', HELD],
  ['is answered by 500', ANSWERED_5XX],
])(
  'while the API answers other calls, one start that %s after long is no more than that; with three in a row it is enough',
  async (_, error) => {
    doesAnswer = true;
    for (let n = 0; n < 3; n++) expect(await start(120_000, error)).toBe(error.code);
    expect(await start(0)).toBe('api_down');
    expect(starts).toBe(3);
  },
);

test('an API that answers everything by 503 is down', async () => {
  probeError = ANSWERED_503;
  expect(await start(6_000, ANSWERED_503)).toBe('overloaded');
  expect(await start(6_000, ANSWERED_503)).toBe('overloaded');
  expect(await start(0)).toBe('api_down');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await start(0)).toBe('api_down');
  doesAnswer = isUp = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await start(0)).toBe('started');
});

test.each([
  ['it says so at last', ANSWERED_503, {}, false],
  ['it has said so, and answers no more', HELD, { wasFull: true }, false],
  ['it holds the starts, while sessions of the run are there', HELD, {}, true],
])('an API that is full is never down: %s', async (_, error, how, used) => {
  doesAnswer = true;
  isUsed = used;
  for (let n = 0; n < 5; n++) expect(await start(120_000, error, how)).toBe(error.code);
  expect(starts).toBe(5);
});
