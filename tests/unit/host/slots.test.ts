/** Who gets which session: slots hand theirs over from worker to worker, share what there is, and end what nobody needs. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../../eventually';
import { ApiUnreachableError, HostError, SessionwrightError } from '../../../src/contract/errors';
import type { HeldSession } from '../../../src/host/held-session';
import type { AcquireRequest } from '../../../src/host/protocol';
import { RpcPeer } from '../../../src/host/rpc';
import { Slots } from '../../../src/host/slots';
import type { StartWatch } from '../../../src/host/start-watched';

const REQUEST: AcquireRequest = { parallelIndex: 0, options: {}, browser: {} };
const NEXT_PLACE: AcquireRequest = { ...REQUEST, parallelIndex: 1 };
const OTHER_OPTIONS: AcquireRequest = { ...REQUEST, options: { headless: false } };
const worker = (): RpcPeer => Object.create(RpcPeer.prototype) as RpcPeer;

/** A session as far as slots know it. */
class FakeSession {
  used = false;
  isAwake = false;
  hasEnded = false;
  keepsState = false;
  staysWithWorker = false;
  isCostly = false;
  /** How long it lasts, in milliseconds. */
  remainingMs = Infinity;
  /** Whether slots know that it has ended. */
  #isKnown = false;

  isGood(testTimeoutMs: number, { isKept = false } = {}): boolean {
    return !this.#isKnown && (isKept || testTimeoutMs < this.remainingMs);
  }
  async look(): Promise<void> {
    this.#isKnown = this.hasEnded;
  }
  leased(): void {
    this.isAwake = true;
  }
  released(): void {
    this.isAwake = false;
  }
}

let opened: FakeSession[];
let ended: FakeSession[];
let asked: string[];
let failures: unknown[];
let slots: Slots;

/** What opens sessions; a test may replace it. */
let open: (request: AcquireRequest, watch: StartWatch) => Promise<FakeSession>;

beforeEach(() => {
  opened = [];
  ended = [];
  open = async () => new FakeSession();
  asked = [];
  failures = [];
  slots = new Slots({
    open: async (request, watch) => {
      const session = await open(request, watch);
      opened.push(session);
      return session as unknown as HeldSession;
    },
    failed: (error) => failures.push(error),
    end: async (held) => ended.push(held as unknown as FakeSession),
    ask: (_peer, leaseId) => asked.push(leaseId),
  });
});

afterEach(() => {
  slots.close();
});

async function acquire(request: AcquireRequest, peer = worker()) {
  const { slot, reused } = await slots.acquire(request, peer);
  return {
    session: slot.held as unknown as FakeSession,
    leaseId: slot.lease.id,
    peer,
    reused,
    place: slot.parallelIndex,
  };
}
/** The next session takes until `finish` to start. */
function slowStart(more: Partial<FakeSession> = {}): { finish: () => void } {
  let finish = (): void => undefined;
  const started = new Promise<FakeSession>((resolve) => {
    finish = () => resolve(Object.assign(new FakeSession(), more));
  });
  open = async () => started;
  return { finish };
}
const check = (leaseId: string, more = {}) =>
  slots.ensureGood({ leaseId, timeoutMs: 0, mayBeGone: false, ...more });

describe('the next worker of a place', () => {
  test.each(['releases its lease', 'is gone'])(
    'gets the session of the one before, when that %s',
    async (end) => {
      const first = await acquire(REQUEST);
      expect(first).toMatchObject({ reused: false, place: 0 });
      first.session.used = true;
      if (end === 'is gone') slots.releaseAll(first.peer);
      else slots.release(first.leaseId);
      expect(first.session.isAwake).toBe(false);

      const second = await acquire(REQUEST);
      expect(second.session).toBe(first.session);
      expect(second.reused).toBe(true);
      expect(second.leaseId).not.toBe(first.leaseId);
      expect(second.session.isAwake).toBe(true);
      expect(ended).toEqual([]);
    },
  );

  test('is not told of a worker before that had used nothing', async () => {
    const first = await acquire(REQUEST);
    slots.release(first.leaseId);
    expect(await acquire(REQUEST)).toMatchObject({ session: first.session, reused: false });
  });

  test('gets a new session when the one before has ended', async () => {
    const first = await acquire(REQUEST);
    Object.assign(first.session, { used: true, hasEnded: true });
    slots.release(first.leaseId);
    const second = await acquire(REQUEST);
    expect(second.session).not.toBe(first.session);
    expect(second.reused).toBe(false);
    expect(ended).toEqual([first.session]);
  });

  test('with other options gets another session, and the one before is ended', async () => {
    const first = await acquire(REQUEST);
    slots.release(first.leaseId);
    const second = await acquire(OTHER_OPTIONS);
    expect(second.session).not.toBe(first.session);
    expect(ended).toEqual([first.session]);
    slots.release(second.leaseId);
    expect((await acquire(REQUEST)).session).not.toBe(first.session);
  });

  test('gets the session that is just being started for a worker that is gone', async () => {
    const start = slowStart();
    const [first, second] = [worker(), worker()];
    const lost = slots.acquire(REQUEST, first).catch(() => undefined); // nobody hears of it
    slots.releaseAll(first);
    const got = acquire(REQUEST, second);
    start.finish();
    expect((await got).session).toBe(opened[0]);
    expect((await got).session.isAwake).toBe(true);
    await lost;
    expect(opened).toHaveLength(1);
    expect(slots.leased((await got).leaseId).held).toBe(opened[0]);
  });

  test('is not hindered by a start that failed', async () => {
    open = async () => Promise.reject(new Error('no place is free'));
    await expect(acquire(REQUEST)).rejects.toThrow('no place is free');
    open = async () => new FakeSession();
    expect((await acquire(OTHER_OPTIONS)).session).toBe(opened[0]);
    expect((await acquire(REQUEST)).session).toBe(opened[1]);
    expect(ended).toEqual([]);
  });
});

describe('a session that is started ahead', () => {
  test('goes to the worker that asks for it: of its place first, and while it still starts', async () => {
    slots.openAhead(REQUEST);
    slots.openAhead(NEXT_PLACE);
    await eventually(() => expect(opened).toHaveLength(2));
    expect((await acquire(NEXT_PLACE)).session).toBe(opened[1]);
    expect((await acquire(REQUEST)).session).toBe(opened[0]);

    const start = slowStart();
    slots.openAhead(REQUEST);
    const waits = acquire(REQUEST);
    start.finish();
    expect((await waits).session).toBe(opened[2]);
    expect(opened).toHaveLength(3);
  });

  test('is ended when a worker of its place wants another one', async () => {
    slots.openAhead(REQUEST);
    await eventually(() => expect(opened).toHaveLength(1));
    const [ahead] = opened;
    expect((await acquire(OTHER_OPTIONS)).session).not.toBe(ahead);
    expect(ended).toEqual([ahead]);
  });

  test('is ended though it is ready only after its worker has asked for another one', async () => {
    const start = slowStart();
    slots.openAhead(REQUEST);
    open = async () => new FakeSession();
    const other = await acquire(OTHER_OPTIONS);
    start.finish();
    await eventually(() => expect(opened).toHaveLength(2));
    expect(opened[0]).toBe(other.session);
    await eventually(() => expect(ended).toEqual([opened[1]]));
  });

  test('is none where its worker has asked already, where one is there, or where the run is full', async () => {
    await acquire({ ...REQUEST, options: { maxSessions: 2 } });
    slots.openAhead(REQUEST);
    slots.openAhead(NEXT_PLACE);
    await eventually(() => expect(opened).toHaveLength(2));
    slots.openAhead(NEXT_PLACE); // as the next run of a user interface does
    slots.openAhead({ ...REQUEST, parallelIndex: 2 });
    await new Promise(setImmediate);
    expect(opened).toHaveLength(2);
  });

  test('and cannot be started keeps nobody from starting another one, and counts only for who waits for it', async () => {
    open = async () => {
      throw new HostError('No such browser.', { code: 'host_unavailable' });
    };
    slots.openAhead(REQUEST);
    await new Promise(setImmediate);
    expect(failures).toEqual([]);
    await expect(acquire(REQUEST)).rejects.toThrow('No such browser.');
    expect(failures).toHaveLength(1);

    slots.openAhead(REQUEST);
    await expect(acquire(REQUEST)).rejects.toThrow('No such browser.');
    expect(failures).toHaveLength(2);
    open = async () => new FakeSession();
    expect((await acquire(REQUEST)).session).toBe(opened[0]);
  });
});

describe('workers side by side', () => {
  test('have sessions of their own, and each place keeps its own', async () => {
    const before = [await acquire(REQUEST), await acquire(NEXT_PLACE)];
    expect(before.map(({ place }) => place)).toEqual([0, 1]);
    expect(opened).toHaveLength(2);
    for (const { leaseId } of before) slots.release(leaseId);
    expect((await acquire(NEXT_PLACE)).session).toBe(before[1]?.session);
    expect((await acquire(REQUEST)).session).toBe(before[0]?.session);
    expect(ended).toEqual([]);
  });

  test('of the same place, while old ones still hold theirs, get others', async () => {
    const workers = [];
    for (const request of [REQUEST, REQUEST, REQUEST, NEXT_PLACE, NEXT_PLACE])
      workers.push(await acquire(request));
    expect(new Set(workers.map(({ session }) => session)).size).toBe(5);
    expect(new Set(workers.map(({ leaseId }) => leaseId)).size).toBe(5);
    expect(ended).toEqual([]);
  });

  test('with other options end nothing that is held, and nothing of another place', async () => {
    const held = await acquire(REQUEST);
    const free = await acquire(NEXT_PLACE);
    slots.release(free.leaseId);
    await acquire(OTHER_OPTIONS);
    expect(ended).toEqual([]);
    slots.release(held.leaseId);
    expect((await acquire(REQUEST)).session).toBe(held.session);
  });

  test('lose nothing when another is gone', async () => {
    const [first, second] = [await acquire(REQUEST), await acquire(NEXT_PLACE)];
    slots.releaseAll(first.peer);
    slots.releaseAll(worker()); // one that held nothing
    expect(slots.leased(second.leaseId).held).toBe(second.session);
    expect(() => slots.leased(first.leaseId)).toThrow(HostError);
    expect(second.session.isAwake).toBe(true);
  });
});

test('whoever came first gets the session that is there first: no more are started than are asked for', async () => {
  const starts: (() => void)[] = [];
  open = async () => {
    const session = new FakeSession();
    return new Promise((resolve) => starts.push(() => resolve(session)));
  };
  const [first, second] = [acquire(REQUEST), acquire(NEXT_PLACE)];
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
    expect(slots.leased(leaseId).held).toBe(opened[1]);
    expect(opened[1]?.isAwake).toBe(true);
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

  test('is replaced as often as it ends', async () => {
    const { leaseId } = await acquire(REQUEST);
    for (const count of [2, 3]) {
      Object.assign(slots.leased(leaseId).held, { hasEnded: true });
      expect(await check(leaseId, { mayBeGone: true })).toBe(true);
      expect(opened).toHaveLength(count);
    }
    expect(ended).toEqual(opened.slice(0, 2));
  });

  test('that could not be replaced is started at the next check', async () => {
    const { leaseId, session } = await acquire(REQUEST);
    session.hasEnded = true;
    open = async () => Promise.reject(new Error('no place is free'));
    await expect(check(leaseId, { mayBeGone: true })).rejects.toThrow('no place is free');
    expect(() => slots.leased(leaseId)).toThrow(
      expect.objectContaining({
        code: 'lease_unknown',
        message: 'This slot has no session: it was ended meanwhile.',
      }) as Error,
    );
    open = async () => new FakeSession();
    expect(await check(leaseId, { mayBeGone: true })).toBe(true);
    expect(ended).toEqual([session]);
  });

  test('is no longer to be had after its release', async () => {
    const { leaseId } = await acquire(REQUEST);
    slots.release(leaseId);
    const refusal = expect.objectContaining({
      name: 'HostError',
      code: 'lease_unknown',
      message: 'This worker no longer holds a lease on a session: it was released.',
    }) as Error;
    expect(() => slots.leased(leaseId)).toThrow(refusal);
    expect(() => slots.release(leaseId)).toThrow(refusal);
    await expect(check(leaseId)).rejects.toEqual(refusal);
  });

  test('whose worker was gone before it was there sleeps until the next one', async () => {
    const start = slowStart();
    const first = worker();
    const lost = slots.acquire(REQUEST, first);
    slots.releaseAll(first);
    start.finish();
    await expect(lost).rejects.toMatchObject({ code: 'lease_unknown' });
    expect(opened[0]?.isAwake).toBe(false);
    expect((await acquire(REQUEST)).session).toBe(opened[0]);
    expect(opened[0]?.isAwake).toBe(true);
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
    const isWanted = slots.offer(leaseId);
    if (isWanted) slots.give(leaseId);
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
    expect(slots.leased(first.leaseId).held).toBe(first.session);
    expect(opened).toHaveLength(1);
  });

  test('who came first is served first, also by one that ends', async () => {
    const first = await acquire(ONE);
    const [second, third] = [acquire(at(1)), acquire(at(2))];
    slots.release(first.leaseId);
    expect(await hasGot(second)).toBe(true);
    expect(await hasGot(third)).toBe(false);
    slots.releaseAll((await second).peer);
    expect((await third).session).toBe(first.session);
    expect(ended).toEqual([]);
  });

  test('each of three gives it when its turn is over, again and again', async () => {
    const first = await acquire(ONE);
    const [second, third] = [acquire(at(1)), acquire(at(2))];
    const turns = [first.leaseId];
    await vi.advanceTimersByTimeAsync(1100);
    expect(asked).toEqual(turns);
    lend(first.leaseId);
    turns.push((await second).leaseId);
    await vi.advanceTimersByTimeAsync(1100); // the first one does nothing yet
    expect(asked).toEqual(turns);
    const back = check(first.leaseId);
    lend((await second).leaseId);
    turns.push((await third).leaseId);
    const again = check((await second).leaseId);
    await vi.advanceTimersByTimeAsync(1100);
    expect(asked).toEqual(turns);
    lend((await third).leaseId);
    expect(await back).toBe(true);
    turns.push(first.leaseId);
    await vi.advanceTimersByTimeAsync(1100);
    expect(asked).toEqual(turns);
    lend(first.leaseId);
    expect(await again).toBe(true);
    expect([opened.length, ended]).toEqual([1, []]);
  });

  test('nobody gives what nobody waits for any more', async () => {
    const first = await acquire(ONE);
    const peer = worker();
    const second = acquire(at(1), peer);
    second.catch(() => undefined);
    expect(slots.offer(first.leaseId)).toBe(true);
    slots.releaseAll(peer);
    await expect(second).rejects.toMatchObject({ code: 'lease_unknown' });
    expect(slots.offer(first.leaseId)).toBe(false);
    expect(slots.leased(first.leaseId).held).toBe(first.session);
  });

  test('two do not give theirs to one', async () => {
    const two = { maxSessions: 2 };
    const holders = [await acquire(at(0, two)), await acquire(at(1, two))];
    const third = acquire(at(2, two));
    expect(holders.map(({ leaseId }) => slots.offer(leaseId))).toEqual([true, false]);
    slots.give(holders[0]?.leaseId ?? '');
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
    expect(slots.offer(first.leaseId)).toBe(false);
    slots.release(first.leaseId);
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
      slots.release(first.leaseId);
      open = async () => Promise.reject(DOWN);
      const other = { ...FREE, parallelIndex: 1, options: { ...FREE.options, headless: false } };
      await expect(acquire(other)).rejects.toBe(DOWN);
      expect(ended).toEqual([]);
    });

    test('one that waits for its like holds up nobody with other options, and ends nothing', async () => {
      const other = { ...FREE, options: { ...FREE.options, headless: false } };
      const [busy, free] = [await acquire(FREE), await acquire({ ...other, parallelIndex: 1 })];
      open = async () => Promise.reject(DOWN);
      const waits = acquire({ ...FREE, parallelIndex: 2 });
      slots.beginTest(busy.leaseId, { title: 'takes long', timeoutMs: 60_000 });
      await vi.advanceTimersByTimeAsync(6_000);
      slots.release(free.leaseId);
      expect(await acquire({ ...other, parallelIndex: 3 })).toMatchObject({
        session: free.session,
      });
      expect(ended).toEqual([]);
      slots.release(busy.leaseId);
      expect((await waits).session).toBe(busy.session);
    });
  });

  test('a session that ended while nobody had it is replaced', async () => {
    const first = await acquire(ONE);
    const second = acquire(at(1));
    first.session.hasEnded = true;
    expect(lend(first.leaseId)).toBe(true);
    expect((await second).session).toBe(opened[1]);
    expect(ended).toEqual([first.session]);
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
    expect(slots.leased(first.leaseId).held).toBe(opened[1]);
  });

  test('one waits as long as tests begin and end, and until the running one is over by its own timeout; then it is told who has them', async () => {
    const first = await acquire(ONE);
    const second = acquire(at(1));
    let error: Error | undefined;
    second.catch((it: unknown) => (error = it as Error));
    slots.beginTest(first.leaseId, { title: 'takes long', timeoutMs: 60_000 });
    await vi.advanceTimersByTimeAsync(69_000);
    slots.endTest(first.leaseId);
    await vi.advanceTimersByTimeAsync(9000);
    slots.beginTest(first.leaseId, { title: 'without end', timeoutMs: 0 });
    await vi.advanceTimersByTimeAsync(9000);
    expect(error).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2000);
    expect(error).toMatchObject({ code: 'timeout', name: 'TimeoutError', timeout: 10_000 });
    expect(error?.message).toContain('in vain: 1 of 1 in use by worker 0 ("without end"), and no');
  });

  test('one waits for a test as long as that may take by the timeout that it has by now, and not for one without end', async () => {
    const first = await acquire(ONE);
    const second = acquire(at(1));
    let error: Error | undefined;
    second.catch((it: unknown) => (error = it as Error));
    const running = { title: 'takes its time', timeoutMs: 30_000 };
    slots.beginTest(first.leaseId, running);
    await vi.advanceTimersByTimeAsync(20_000);
    slots.testRuns(first.leaseId, { ...running, timeoutMs: 60_000 });
    await vi.advanceTimersByTimeAsync(49_000);
    expect(error).toBeUndefined();
    slots.testRuns(first.leaseId, { ...running, timeoutMs: 0 });
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
    const second = acquire(NEXT_PLACE);
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
    const got = acquire(NEXT_PLACE).catch((error: unknown) => error);
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
    expect(slots.waitsFor(peer)).toBe(`${count} of ${count} in use by ${named}${more}`);
  });

  test('a start that waits for a place goes on for the next one, and ends with the run', async () => {
    const first = await acquire(REQUEST);
    let watch: StartWatch | undefined;
    open = async (_request, it) => {
      watch = it;
      return new Promise(() => undefined);
    };
    const peer = worker();
    const second = acquire(NEXT_PLACE, peer);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toEqual([]); // as far as is known, it is being started
    expect(slots.waitsFor(peer)).toBeUndefined();
    watch?.onFull();
    expect(slots.waitsFor(peer)).toBe('1 of 1 in use by worker 0 (between its tests)');
    expect(slots.waitsFor(first.peer)).toBeUndefined();
    expect(asked).toEqual([first.leaseId]);
    expect(lend(first.leaseId)).toBe(true);
    expect((await second).session).toBe(first.session);
    const begun = watch;
    check(first.leaseId).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1100);
    expect(watch).toBe(begun);
    expect(asked).toEqual([first.leaseId, (await second).leaseId]);
    slots.close();
    expect(watch?.signal.aborted).toBe(true);
  });

  test('what costs elsewhere is ended when no worker comes for it', async () => {
    const [first, second] = [await acquire(REQUEST), await acquire(NEXT_PLACE)];
    for (const { session, leaseId } of [first, second]) {
      session.isCostly = true;
      slots.release(leaseId);
    }
    await acquire(NEXT_PLACE);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(ended).toEqual([first.session]);
  });

  test('what costs elsewhere is ended only when nobody has used it for so long at a stretch', async () => {
    const first = await acquire(REQUEST);
    first.session.isCostly = true;
    slots.release(first.leaseId);
    await vi.advanceTimersByTimeAsync(8000);
    slots.release((await acquire(REQUEST)).leaseId);
    await vi.advanceTimersByTimeAsync(8000);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(ended).toEqual([first.session]);
  });

  describe('a session that was started for one that has got another', () => {
    let other: FakeSession;

    beforeEach(async () => {
      const first = await acquire(REQUEST);
      const start = slowStart({ isCostly: true });
      const second = acquire(NEXT_PLACE);
      slots.release(first.leaseId);
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
      other.hasEnded = true;
      open = async () => new FakeSession();
      expect((await acquire(REQUEST)).session).toBe(opened[2]);
      expect(ended).toEqual([other]);
    });
  });

  test('what was just started is used, whatever the clocks say of its end', async () => {
    open = async () => {
      expect(opened.length).toBeLessThan(3);
      return Object.assign(new FakeSession(), { remainingMs: 0 });
    };
    expect((await acquire(REQUEST)).session).toBe(opened[0]);
    expect(opened).toHaveLength(1);
  });
});
