/** Who gets which session: slots hand theirs over from worker to worker, and end what nobody needs. */
import { beforeEach, describe, expect, test } from 'vitest';
import { HostError } from '../../../src/contract/errors';
import type { HeldSession } from '../../../src/host/held-session';
import type { AcquireRequest } from '../../../src/host/protocol';
import { RpcPeer } from '../../../src/host/rpc';
import { Slots } from '../../../src/host/slots';

const REQUEST: AcquireRequest = { parallelIndex: 0, options: {}, browser: {} };
const NEXT_PLACE: AcquireRequest = { ...REQUEST, parallelIndex: 1 };
const OTHER_OPTIONS: AcquireRequest = { ...REQUEST, options: { headless: false } };
const worker = (): RpcPeer => Object.create(RpcPeer.prototype) as RpcPeer;

/** A session as far as slots know it. */
class FakeSession {
  used = false;
  isAwake = false;
  hasEnded = false;
  /** How long it lasts, in milliseconds. */
  remainingMs = Infinity;
  /** Whether slots know that it has ended. */
  #isKnown = false;

  isGood(testTimeoutMs: number): boolean {
    return !this.#isKnown && testTimeoutMs < this.remainingMs;
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
let slots: Slots;

/** What opens sessions; a test may replace it. */
let open: (request: AcquireRequest) => Promise<FakeSession>;

beforeEach(() => {
  opened = [];
  ended = [];
  open = async () => new FakeSession();
  slots = new Slots(
    async (request) => {
      const session = await open(request);
      opened.push(session);
      return session as unknown as HeldSession;
    },
    (held) => ended.push(held as unknown as FakeSession),
  );
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
function slowStart(): { finish: () => void } {
  let finish = (): void => undefined;
  const started = new Promise<FakeSession>((resolve) => {
    finish = () => resolve(new FakeSession());
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
    expect(await check(leaseId, { timeoutMs: 90_000 })).toBe(true);
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
