import { expect, test } from 'vitest';
import type { HeldSession } from '../../../src/host/held-session';
import type { AcquireRequest } from '../../../src/host/protocol';
import { RpcPeer } from '../../../src/host/rpc';
import { Slots } from '../../../src/host/slots';

const REQUEST: AcquireRequest = { parallelIndex: 0, options: {}, browser: {} };
const worker = (): RpcPeer => Object.create(RpcPeer.prototype) as RpcPeer;
/** A session as far as slots know it. */
const session = (): HeldSession =>
  ({
    used: false,
    isGood: () => true,
    look: async () => undefined,
    leased: () => undefined,
    released: () => undefined,
  }) as unknown as HeldSession;

test('a worker that is gone before its session is there leaves it to its replacement', async () => {
  const opened: ((held: HeldSession) => void)[] = [];
  const slots = new Slots(
    async () => new Promise((resolve) => opened.push(resolve)),
    () => undefined,
  );
  const [first, second] = [worker(), worker()];
  const lost = slots.acquire(REQUEST, first);
  slots.releaseAll(first);
  const got = slots.acquire(REQUEST, second);
  await expect.poll(() => opened.length).toBe(1);
  const held = session();
  opened[0]?.(held);
  expect((await got).slot.held).toBe(held);
  await lost.catch(() => undefined); // nobody hears of it
  expect(opened).toHaveLength(1);
});

test('the next worker of a place gets its session, and one beside a living worker gets another', async () => {
  const slots = new Slots(
    async () => session(),
    () => undefined,
  );
  const [first, second] = [worker(), worker()];
  const { slot } = await slots.acquire(REQUEST, first);
  expect((await slots.acquire(REQUEST, second)).slot.held).not.toBe(slot.held);
  const { held } = slot;
  slots.releaseAll(first);
  expect((await slots.acquire(REQUEST, worker())).slot.held).toBe(held);
});
