/** Who waits in a run, and how seldom that is said. */
import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RpcPeer } from '../../../src/host/rpc';
import { Waits } from '../../../src/host/waits';

const [ONE, OTHER] = [new RpcPeer(new Socket()), new RpcPeer(new Socket())];

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

test('knows those that wait, the longest first, until they have what they wait for', async () => {
  const waits = new Waits();
  let resolve: (session: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const works = [waits.during(ONE, async () => new Promise<string>((done) => (resolve = done)))];
  vi.advanceTimersByTime(3_000);
  works.push(waits.during(OTHER, async () => new Promise<string>((_, fail) => (reject = fail))));
  expect(waits.longerThan(0).map(({ peer }) => peer)).toEqual([ONE, OTHER]);
  expect(waits.longerThan(1_000).map(({ peer }) => peer)).toEqual([ONE]);
  resolve('a session');
  reject(new Error('none'));
  expect(await Promise.allSettled(works)).toMatchObject([
    { value: 'a session' },
    { status: 'rejected' },
  ]);
  expect(waits.longerThan(0)).toEqual([]);
});

test('a run says it of each kind at once, then ever less often', () => {
  const waits = new Waits();
  const told = Array.from({ length: 60 }, () => {
    const may = waits.mayTell('in use');
    vi.advanceTimersByTime(5_000);
    return may;
  });
  const seconds = told.flatMap((may, n) => (may ? [n * 5] : []));
  expect(seconds).toEqual([0, 30, 90, 210]);
  expect(waits.mayTell('starting')).toBe(true);
});

test('where a terminal shows it nobody says it, until the terminal asks no more', () => {
  const waits = new Waits();
  waits.shown();
  expect(waits.mayTell('in use')).toBe(false);
  vi.advanceTimersByTime(4_000);
  expect(waits.mayTell('in use')).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(waits.mayTell('in use')).toBe(true);
});
