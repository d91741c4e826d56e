/** Which worker gets which session: workers pass sessions on, share them, and end those that no worker needs. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiUnreachableError, SessionwrightError } from '../../../src/contract/errors';
import { type LeasableSession, Leases } from '../../../src/host/leases';
import type { AcquireRequest } from '../../../src/host/protocol';
import { RpcPeer } from '../../../src/host/rpc';
import type { StartWatch } from '../../../src/host/starts';

const REQUEST: AcquireRequest = { parallelIndex: 0, options: {}, browser: {} };
const NEXT_SLOT: AcquireRequest = { ...REQUEST, parallelIndex: 1 };
const OTHER_OPTIONS: AcquireRequest = { ...REQUEST, options: { headless: false } };
const worker = (): RpcPeer => Object.create(RpcPeer.prototype) as RpcPeer;

/** A session whose state the test sets. */
class TestSession implements LeasableSession {
  isNew = true;
  isLeased = false;
  hasEnded = false;
  keepsState = false;
  staysWithWorker = false;
  isCostly = false;
  /** How long it lasts, in milliseconds. */
  remainingMs = Infinity;
  #isKnownToHaveEnded = false;

  isGood(testTimeoutMs: number, { isKept = false } = {}): boolean {
    return !this.#isKnownToHaveEnded && (isKept || testTimeoutMs < this.remainingMs);
  }
  async checkHealth(): Promise<void> {
    this.#isKnownToHaveEnded = this.hasEnded;
  }
  leased(): void {
    this.isNew = false;
    this.isLeased = true;
  }
  released(): void {
    this.isLeased = false;
  }
}

let opened: TestSession[];
let ended: TestSession[];
let asked: string[];
let failures: unknown[];
let leases: Leases<TestSession>;

/** Starts sessions; a test may replace it. */
let open: (request: AcquireRequest, watch: StartWatch) => Promise<TestSession>;

beforeEach(() => {
  opened = [];
  ended = [];
  open = async () => new TestSession();
  asked = [];
  failures = [];
  leases = new Leases({
    open: async (request, watch) => {
      const session = await open(request, watch);
      opened.push(session);
      return session;
    },
    failed: (error) => failures.push(error),
    end: async (session) => ended.push(session),
    ask: (_peer, leaseId) => asked.push(leaseId),
  });
});

afterEach(() => {
  leases.close();
});

async function acquire(request: AcquireRequest, peer = worker()) {
  const { id: leaseId } = await leases.acquire(request, peer);
  return { session: leases.session(leaseId), leaseId, peer };
}
/** The next session takes until `finish` to start. */
function slowStart(more: Partial<TestSession> = {}): { finish: () => void } {
  let finish = (): void => undefined;
  const started = new Promise<TestSession>((resolve) => {
    finish = () => resolve(Object.assign(new TestSession(), more));
  });
  open = async () => started;
  return { finish };
}
async function check(
  leaseId: string,
  { timeoutMs = 0, hasOpenContexts = false, mayBeGone = false } = {},
): Promise<boolean> {
  if (mayBeGone) await leases.session(leaseId).checkHealth();
  return leases.ensureGood(leaseId, { timeoutMs, hasOpenContexts });
}

describe('the next worker of a place', () => {
  test.each(['releases its lease', 'is gone'])(
    'gets the session of the one before, when that %s',
    async (end) => {
      const first = await acquire(REQUEST);
      if (end === 'is gone') leases.releaseAll(first.peer);
      else leases.release(first.leaseId);
      expect(first.session.isLeased).toBe(false);

      const second = await acquire(REQUEST);
      expect(second.session).toBe(first.session);
      expect(second.leaseId).not.toBe(first.leaseId);
      expect(second.session.isLeased).toBe(true);
      expect(ended).toEqual([]);
    },
  );

  test('gets a new session when the one before has ended', async () => {
    const first = await acquire(REQUEST);
    first.session.hasEnded = true;
    leases.release(first.leaseId);
    const second = await acquire(REQUEST);
    expect(second.session).not.toBe(first.session);
    expect(ended).toEqual([first.session]);
  });

  test('with other options gets another session, and the one before is ended', async () => {
    const first = await acquire(REQUEST);
    leases.release(first.leaseId);
    const second = await acquire(OTHER_OPTIONS);
    expect(second.session).not.toBe(first.session);
    expect(ended).toEqual([first.session]);
    leases.release(second.leaseId);
    expect((await acquire(REQUEST)).session).not.toBe(first.session);
  });

  test('gets the session that is just being started for a worker that is gone', async () => {
    const start = slowStart();
    const [first, second] = [worker(), worker()];
    const lost = leases.acquire(REQUEST, first).catch(() => undefined); // nobody hears of it
    leases.releaseAll(first);
    const got = acquire(REQUEST, second);
    start.finish();
    expect((await got).session).toBe(opened[0]);
    expect((await got).session.isLeased).toBe(true);
    await lost;
    expect(opened).toHaveLength(1);
    expect(leases.session((await got).leaseId)).toBe(opened[0]);
  });
});

describe('workers side by side', () => {
  test('have sessions of their own, and each place keeps its own', async () => {
    const before = [await acquire(REQUEST), await acquire(NEXT_SLOT)];
    expect(opened).toHaveLength(2);
    for (const { leaseId } of before) leases.release(leaseId);
    expect((await acquire(NEXT_SLOT)).session).toBe(before[1]?.session);
    expect((await acquire(REQUEST)).session).toBe(before[0]?.session);
    expect(ended).toEqual([]);
  });

  test('with other options end nothing that is held, and nothing of another place', async () => {
    const held = await acquire(REQUEST);
    const free = await acquire(NEXT_SLOT);
    leases.release(free.leaseId);
    await acquire(OTHER_OPTIONS);
    expect(ended).toEqual([]);
    leases.release(held.leaseId);
    expect((await acquire(REQUEST)).session).toBe(held.session);
  });
});

test('whoever came first gets the session that is there first: no more are started than are asked for', async () => {
  const starts: (() => void)[] = [];
  open = async () => {
    const session = new TestSession();
    return new Promise((resolve) => starts.push(() => resolve(session)));
  };
  const [first, second] = [acquire(REQUEST), acquire(NEXT_SLOT)];
  starts[1]?.();
  const { session } = await first;
  starts[0]?.();
  expect((await second).session).not.toBe(session);
  expect(starts).toHaveLength(2);
});

describe('the session of a lease', () => {
  test('is looked after before a test only when it may be gone', async () => {
    const { leaseId, session } = await acquire(REQUEST);
    session.hasEnded = true;
    expect(await check(leaseId)).toBe(false);
    expect(await check(leaseId, { mayBeGone: true })).toBe(true);
    expect(leases.session(leaseId)).toBe(opened[1]);
    expect(opened[1]?.isLeased).toBe(true);
    expect(ended).toEqual([session]);
  });

  test('is replaced when it would end within the test', async () => {
    const { leaseId, session } = await acquire(REQUEST);
    session.remainingMs = 60_000;
    expect(await check(leaseId, { timeoutMs: 30_000 })).toBe(false);
    session.staysWithWorker = true;
    expect(await check(leaseId, { timeoutMs: 90_000 })).toBe(true);
    expect(ended).toEqual([session]);
  });

  test.each([
    ['a page of a hook is open on it', { hasOpenContexts: true }, false],
    ['it keeps what tests leave', {}, true],
  ])('is not replaced ahead of its end while %s, but once it has ended', async (_, more, keeps) => {
    const { leaseId, session } = await acquire(REQUEST);
    Object.assign(session, { remainingMs: 60_000, keepsState: keeps });
    expect(await check(leaseId, { timeoutMs: 90_000, ...more })).toBe(false);
    session.hasEnded = true;
    expect(await check(leaseId, { timeoutMs: 90_000, mayBeGone: true, ...more })).toBe(true);
    expect(ended).toEqual([session]);
  });

  test('that could not be replaced is started at the next check', async () => {
    const { leaseId, session } = await acquire(REQUEST);
    session.hasEnded = true;
    open = async () => Promise.reject(new Error('no place is free'));
    await expect(check(leaseId, { mayBeGone: true })).rejects.toThrow('no place is free');
    expect(() => leases.session(leaseId)).toThrow(
      expect.objectContaining({
        code: 'lease_unknown',
        message: 'This lease has no session: it has ended.',
      }) as Error,
    );
    open = async () => new TestSession();
    expect(await check(leaseId, {})).toBe(true);
    expect(ended).toEqual([session]);
  });

  test('is no longer to be had after its release', async () => {
    const { leaseId } = await acquire(REQUEST);
    leases.release(leaseId);
    const refusal = expect.objectContaining({
      name: 'HostError',
      code: 'lease_unknown',
      message: 'This worker no longer holds a lease on a session: it was released.',
    }) as Error;
    expect(() => leases.session(leaseId)).toThrow(refusal);
    expect(() => leases.release(leaseId)).toThrow(refusal);
    await expect(check(leaseId)).rejects.toEqual(refusal);
  });

  test('whose worker was gone before it was there sleeps until the next one', async () => {
    const start = slowStart();
    const first = worker();
    const lost = leases.acquire(REQUEST, first);
    leases.releaseAll(first);
    start.finish();
    await expect(lost).rejects.toMatchObject({ code: 'lease_unknown' });
    expect(opened[0]?.isLeased).toBe(false);
    expect((await acquire(REQUEST)).session).toBe(opened[0]);
    expect(opened[0]?.isLeased).toBe(true);
  });
});

describe('with fewer sessions than workers', () => {
  const ONE: AcquireRequest = { ...REQUEST, options: { maxSessions: 1, startTimeout: 10_000 } };
  const at = (parallelIndex: number, options = {}): AcquireRequest => ({
    ...ONE,
    parallelIndex,
    options: { ...ONE.options, ...options },
  });
  /** Whether somebody has got a session by now. */
  async function hasGot(wait: Promise<unknown>): Promise<boolean> {
    let got = false;
    void wait.then(() => (got = true));
    await vi.advanceTimersByTimeAsync(0);
    return got;
  }
  const lend = (leaseId: string): boolean => {
    const isWanted = leases.offer(leaseId);
    if (isWanted) leases.giveBack(leaseId);
    return isWanted;
  };

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('one that does not use its session is asked for it when its turn is over, and gets it back', async () => {
    const first = await acquire(ONE);
    const second = acquire(at(1));
    await vi.advanceTimersByTimeAsync(900);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual([first.leaseId]);
    expect(lend(first.leaseId)).toBe(true);
    expect((await second).session).toBe(first.session);
    const back = check(first.leaseId);
    await vi.advanceTimersByTimeAsync(1100);
    expect(lend((await second).leaseId)).toBe(true);
    expect(await back).toBe(true);
    expect(leases.session(first.leaseId)).toBe(first.session);
    expect(opened).toHaveLength(1);
  });

  test('who came first is served first, also by one that ends', async () => {
    const first = await acquire(ONE);
    const [second, third] = [acquire(at(1)), acquire(at(2))];
    leases.release(first.leaseId);
    expect(await hasGot(second)).toBe(true);
    expect(await hasGot(third)).toBe(false);
    leases.releaseAll((await second).peer);
    expect((await third).session).toBe(first.session);
    expect(ended).toEqual([]);
  });

  test('nobody gives what nobody waits for any more', async () => {
    const first = await acquire(ONE);
    const peer = worker();
    const second = acquire(at(1), peer);
    second.catch(() => undefined);
    expect(leases.offer(first.leaseId)).toBe(true);
    leases.releaseAll(peer);
    await expect(second).rejects.toMatchObject({ code: 'lease_unknown' });
    expect(leases.offer(first.leaseId)).toBe(false);
    expect(leases.session(first.leaseId)).toBe(first.session);
  });

  test('two do not give theirs to one', async () => {
    const two = { maxSessions: 2 };
    const holders = [await acquire(at(0, two)), await acquire(at(1, two))];
    const third = acquire(at(2, two));
    expect(holders.map(({ leaseId }) => leases.offer(leaseId))).toEqual([true, false]);
    leases.giveBack(holders[0]?.leaseId ?? '');
    expect((await third).session).toBe(holders[0]?.session);
  });

  test('one that waits with other options has a session that nobody uses ended, and its own started', async () => {
    const first = await acquire(ONE);
    const other = acquire(at(1, { headless: false }));
    await vi.advanceTimersByTimeAsync(4900);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual([first.leaseId]);
    expect(lend(first.leaseId)).toBe(true);
    expect((await other).session).toBe(opened[1]);
    expect(ended).toEqual([first.session]);
  });

  test('what tests have left for others stays with the worker, and is for nobody else', async () => {
    const first = await acquire(ONE);
    first.session.staysWithWorker = true;
    const second = acquire(at(1));
    await vi.advanceTimersByTimeAsync(6000);
    expect(asked).toEqual([]);
    expect(leases.offer(first.leaseId)).toBe(false);
    leases.release(first.leaseId);
    expect((await second).session).toBe(opened[1]);
    expect(ended).toEqual([first.session]);
  });

  describe('while the API is down', () => {
    const DOWN = new SessionwrightError('the session API is down', { code: 'api_down' });
    const FREE: AcquireRequest = { ...REQUEST, options: { startTimeout: 10_000 } };
    beforeEach(() => {
      vi.useFakeTimers();
    });

    test('one that waits shares the session that is there', async () => {
      const first = await acquire(FREE);
      open = async () => Promise.reject(DOWN);
      const second = acquire({ ...FREE, parallelIndex: 1 });
      await vi.advanceTimersByTimeAsync(1_100);
      expect(asked).toEqual([first.leaseId]);
      expect(lend(first.leaseId)).toBe(true);
      expect((await second).session).toBe(first.session);
    });

    test('one that waits with other options fails at once, and ends nothing', async () => {
      const first = await acquire(FREE);
      leases.release(first.leaseId);
      open = async () => Promise.reject(DOWN);
      const other = { ...FREE, parallelIndex: 1, options: { ...FREE.options, headless: false } };
      await expect(acquire(other)).rejects.toBe(DOWN);
      expect(ended).toEqual([]);
    });
  });

  test('a session that would end within the test of the one that gets it is replaced', async () => {
    const first = await acquire(ONE);
    const second = acquire(at(1));
    expect(lend(first.leaseId)).toBe(true);
    const back = check(first.leaseId, { timeoutMs: 90_000 });
    first.session.remainingMs = 60_000;
    expect(lend((await second).leaseId)).toBe(true);
    expect(await back).toBe(true);
    expect(ended).toEqual([first.session]);
    expect(leases.session(first.leaseId)).toBe(opened[1]);
  });

  test('one waits as long as tests begin and end, and until the running one is over by its own timeout; then it is told who has them', async () => {
    const first = await acquire(ONE);
    const second = acquire(at(1));
    let error: Error | undefined;
    second.catch((it: unknown) => (error = it as Error));
    leases.beginTest(first.leaseId, { title: 'takes long', timeoutMs: 60_000 });
    await vi.advanceTimersByTimeAsync(69_000);
    leases.endTest(first.leaseId);
    await vi.advanceTimersByTimeAsync(9000);
    leases.beginTest(first.leaseId, { title: 'without end', timeoutMs: 0 });
    await vi.advanceTimersByTimeAsync(9000);
    expect(error).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2000);
    expect(error).toMatchObject({ code: 'timeout', name: 'TimeoutError', timeout: 10_000 });
    expect(error?.message).toContain(
      'without success: 1 of 1 in use by worker 0 ("without end"), and no test',
    );
  });

  test('one waits for a test as long as that may take by the timeout that it has by now, and not for one without end', async () => {
    const first = await acquire(ONE);
    const second = acquire(at(1));
    let error: Error | undefined;
    second.catch((it: unknown) => (error = it as Error));
    const running = { title: 'takes its time', timeoutMs: 30_000 };
    leases.beginTest(first.leaseId, running);
    await vi.advanceTimersByTimeAsync(20_000);
    leases.testRuns(first.leaseId, { ...running, timeoutMs: 60_000 });
    await vi.advanceTimersByTimeAsync(49_000);
    expect(error).toBeUndefined();
    leases.testRuns(first.leaseId, { ...running, timeoutMs: 0 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(error).toMatchObject({ code: 'timeout' });
  });

  test('a start that finds no place is tried again when its API says, and is not what one fails with that can share', async () => {
    const first = await acquire(REQUEST);
    let tries = 0;
    open = async () => {
      tries++;
      const full = { name: 'RateLimitError', code: 'rate_limited', retryAfterMs: 2000 };
      return Promise.reject(Object.assign(new Error('full'), full));
    };
    const second = acquire(NEXT_SLOT);
    await vi.advanceTimersByTimeAsync(1900);
    expect([tries, asked]).toEqual([1, [first.leaseId]]);
    await vi.advanceTimersByTimeAsync(200);
    expect(tries).toBe(2);
    expect(lend(first.leaseId)).toBe(true);
    expect((await second).session).toBe(first.session);
  });

  test.each([
    { how: 'waited for a place until its time was over', maybeReceived: true, isShared: true },
    { how: 'never reached its API', maybeReceived: false, isShared: false },
  ])('a start that $how: one shares instead: $isShared', async ({ maybeReceived, isShared }) => {
    const first = await acquire(REQUEST);
    let tries = 0;
    open = async (_request, watch) => {
      tries++;
      watch.onFull();
      const request = { code: 'api_unreachable', method: 'POST', path: '/sessions/start' };
      const error = new ApiUnreachableError('no answer', { ...request, maybeReceived });
      return new Promise((_resolve, reject) => {
        setTimeout(() => reject(error), 60_000);
      });
    };
    const got = acquire(NEXT_SLOT).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(61_000);
    if (isShared) {
      lend(first.leaseId);
      expect(await got).toMatchObject({ session: first.session });
    } else expect(await got).toMatchObject({ code: 'api_unreachable' });
    expect(tries).toBe(1);
  });

  test.each([
    [5, ''],
    [7, ', 2 more'],
  ])('of %d that have the sessions, five are named', async (count, more) => {
    const options = { ...REQUEST.options, maxSessions: count };
    for (let parallelIndex = 0; parallelIndex < count; parallelIndex++)
      await acquire({ ...REQUEST, options, parallelIndex });
    const peer = worker();
    acquire({ ...REQUEST, options, parallelIndex: count }, peer).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    const named = [0, 1, 2, 3, 4].map((it) => `worker ${it} (between its tests)`).join(', ');
    expect(leases.usersFor(peer)).toBe(`${count} of ${count} in use by ${named}${more}`);
  });

  test('a start that waits for a place goes on for the next one, and ends with the run', async () => {
    const first = await acquire(REQUEST);
    let watch: StartWatch | undefined;
    open = async (_request, it) => {
      watch = it;
      return new Promise(() => undefined);
    };
    const peer = worker();
    const second = acquire(NEXT_SLOT, peer);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toEqual([]); // as far as is known, it is being started
    expect(leases.usersFor(peer)).toBeUndefined();
    watch?.onFull();
    expect(leases.usersFor(peer)).toBe('1 of 1 in use by worker 0 (between its tests)');
    expect(leases.usersFor(first.peer)).toBeUndefined();
    expect(asked).toEqual([first.leaseId]);
    expect(lend(first.leaseId)).toBe(true);
    expect((await second).session).toBe(first.session);
    const begun = watch;
    check(first.leaseId).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1100);
    expect(watch).toBe(begun);
    expect(asked).toEqual([first.leaseId, (await second).leaseId]);
    leases.close();
    expect(watch?.signal.aborted).toBe(true);
  });

  test('what costs elsewhere is ended when no worker comes for it', async () => {
    const [first, second] = [await acquire(REQUEST), await acquire(NEXT_SLOT)];
    for (const { session, leaseId } of [first, second]) {
      session.isCostly = true;
      leases.release(leaseId);
    }
    await acquire(NEXT_SLOT);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(ended).toEqual([first.session]);
  });

  test('what costs elsewhere is ended only when nobody has used it for so long at a stretch', async () => {
    const first = await acquire(REQUEST);
    first.session.isCostly = true;
    leases.release(first.leaseId);
    await vi.advanceTimersByTimeAsync(8000);
    leases.release((await acquire(REQUEST)).leaseId);
    await vi.advanceTimersByTimeAsync(8000);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(ended).toEqual([first.session]);
  });

  describe('a session that was started for one that has got another', () => {
    let other: TestSession;

    beforeEach(async () => {
      const first = await acquire(REQUEST);
      const start = slowStart({ isCostly: true });
      const second = acquire(NEXT_SLOT);
      leases.release(first.leaseId);
      expect((await second).session).toBe(first.session);
      start.finish();
      await vi.advanceTimersByTimeAsync(0);
      other = opened[1] ?? expect.fail('nothing was started');
    });

    test('is ended when it costs elsewhere, and nobody comes for it', async () => {
      await vi.advanceTimersByTimeAsync(9000);
      expect(ended).toEqual([]);
      await vi.advanceTimersByTimeAsync(2000);
      expect(ended).toEqual([other]);
    });

    test('is looked at before somebody gets it later', async () => {
      Object.assign(other, { isNew: false, hasEnded: true });
      open = async () => new TestSession();
      expect((await acquire(REQUEST)).session).toBe(opened[2]);
      expect(ended).toEqual([other]);
    });
  });

  test('what was just started is used, whatever the clocks say of its end', async () => {
    open = async () => {
      expect(opened.length).toBeLessThan(3);
      return Object.assign(new TestSession(), { remainingMs: 0 });
    };
    expect((await acquire(REQUEST)).session).toBe(opened[0]);
    expect(opened).toHaveLength(1);
  });
});
