/** The queue in front of a server's sessions, without any session. */
import { expect, test } from 'vitest';
import { OPERATOR, type Account } from '../../../src/server/accounts/account';
import { Capacity, type CapacityOptions } from '../../../src/server/sessions/capacity';

const one: Account = { name: 'one', maxSessions: 1 };
const two: Account = { name: 'two' };
const stays = new AbortController().signal;

function capacityOf(options: Partial<CapacityOptions>): Capacity {
  return new Capacity({ maxSessions: 2, maxWaiting: 9, maxWaitMs: 60_000, ...options });
}

const take = async (capacity: Capacity, account: Account): Promise<() => void> =>
  capacity.take({ account, ticket: undefined, leaving: stays });

/** A place that is asked for, and whether it has come. */
function asked(capacity: Capacity, account: Account) {
  const it = { isThere: false, place: take(capacity, account) };
  it.place.then(
    () => (it.isThere = true),
    () => {},
  );
  return it;
}

/** Everything that can go on has gone on. */
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a key whose quota is used up waits, and those behind it go on', async () => {
  const capacity = capacityOf({});
  const leave = await take(capacity, one);
  const again = asked(capacity, one);
  const other = asked(capacity, two);
  await settled();
  expect([again.isThere, other.isThere, capacity.waiting]).toEqual([false, true, 1]);
  leave();
  await settled();
  expect(again.isThere).toBe(true);
});

test('the error of a used up quota names the key', async () => {
  const capacity = capacityOf({ maxWaiting: 0 });
  await take(capacity, one);
  await expect(take(capacity, one)).rejects.toThrow('All 1 sessions of the key "one" are in use');
  await take(capacity, two);
  await expect(take(capacity, two)).rejects.toThrow('All 2 sessions of this server are in use');
});

test('each key has a queue of its own length', async () => {
  const capacity = capacityOf({ maxSessions: 1, maxWaiting: 1 });
  await take(capacity, two);
  void asked(capacity, two);
  await expect(take(capacity, two)).rejects.toMatchObject({ code: 'rate_limited' });
  void asked(capacity, OPERATOR);
  expect(capacity.waiting).toBe(2);
});

test('a place is given back once, however often that is said', async () => {
  const capacity = capacityOf({ maxSessions: 1 });
  const leave = await take(capacity, two);
  const [next, last] = [asked(capacity, two), asked(capacity, two)];
  leave();
  leave();
  await settled();
  expect([next.isThere, last.isThere]).toEqual([true, false]);
});

test('who has left before it could wait is not kept', async () => {
  const capacity = capacityOf({ maxSessions: 1 });
  await take(capacity, two);
  const leaving = AbortSignal.abort(new Error('gone'));
  await expect(capacity.take({ account: two, ticket: undefined, leaving })).rejects.toThrow('gone');
  expect(capacity.waiting).toBe(0);
});

test('closed ones refuse who waits and who comes', async () => {
  const capacity = capacityOf({ maxSessions: 1 });
  const leave = await take(capacity, two);
  const waiting = asked(capacity, two);
  capacity.close(new Error('over'));
  leave();
  await expect(waiting.place).rejects.toThrow('over');
  await expect(take(capacity, two)).rejects.toThrow('over');
});
