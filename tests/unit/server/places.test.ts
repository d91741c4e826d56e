/** The queue in front of a server's sessions, without any session. */
import { expect, test } from 'vitest';
import { OPERATOR, type Account } from '../../../src/server/accounts/account';
import { Places, type PlacesOptions } from '../../../src/server/sessions/places';

const one: Account = { name: 'one', maxSessions: 1 };
const two: Account = { name: 'two' };
const stays = new AbortController().signal;

function placesOf(options: Partial<PlacesOptions>): Places {
  return new Places({ maxSessions: 2, maxWaiting: 9, maxWaitMs: 60_000, ...options });
}

const take = async (places: Places, account: Account): Promise<() => void> =>
  places.take({ account, ticket: undefined, leaving: stays });

/** A place that is asked for, and whether it has come. */
function asked(places: Places, account: Account) {
  const it = { isThere: false, place: take(places, account) };
  it.place.then(
    () => (it.isThere = true),
    () => {},
  );
  return it;
}

/** Everything that can go on has gone on. */
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a key whose quota is used up waits, and those behind it go on', async () => {
  const places = placesOf({});
  const leave = await take(places, one);
  const again = asked(places, one);
  const other = asked(places, two);
  await settled();
  expect([again.isThere, other.isThere, places.waiting]).toEqual([false, true, 1]);
  leave();
  await settled();
  expect(again.isThere).toBe(true);
});

test('the error of a used up quota names the key', async () => {
  const places = placesOf({ maxWaiting: 0 });
  await take(places, one);
  await expect(take(places, one)).rejects.toThrow('All 1 sessions of the key "one" are in use');
  await take(places, two);
  await expect(take(places, two)).rejects.toThrow('All 2 sessions of this server are in use');
});

test('each key has a queue of its own length', async () => {
  const places = placesOf({ maxSessions: 1, maxWaiting: 1 });
  await take(places, two);
  void asked(places, two);
  await expect(take(places, two)).rejects.toMatchObject({ code: 'rate_limited' });
  void asked(places, OPERATOR);
  expect(places.waiting).toBe(2);
});

test('a place is given back once, however often that is said', async () => {
  const places = placesOf({ maxSessions: 1 });
  const leave = await take(places, two);
  const [next, last] = [asked(places, two), asked(places, two)];
  leave();
  leave();
  await settled();
  expect([next.isThere, last.isThere]).toEqual([true, false]);
});

test('who has left before it could wait is not kept', async () => {
  const places = placesOf({ maxSessions: 1 });
  await take(places, two);
  const leaving = AbortSignal.abort(new Error('gone'));
  await expect(places.take({ account: two, ticket: undefined, leaving })).rejects.toThrow('gone');
  expect(places.waiting).toBe(0);
});

test('closed ones refuse who waits and who comes', async () => {
  const places = placesOf({ maxSessions: 1 });
  const leave = await take(places, two);
  const waiting = asked(places, two);
  places.close(new Error('over'));
  leave();
  await expect(waiting.place).rejects.toThrow('over');
  await expect(take(places, two)).rejects.toThrow('over');
});
