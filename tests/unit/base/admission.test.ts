/** First come, first served: with deadlines, with callers that leave, and with tickets of callers that come again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Admission, type WaitOptions } from '../../../src/base/admission';

/** Free units; each admitted caller takes one. */
let free: number;
let admission: Admission<string, number>;
/** The outcome of each caller, in the order of the outcomes. */
let outcomes: string[];

beforeEach(() => {
  vi.useFakeTimers();
  [free, outcomes] = [0, []];
  admission = new Admission(serve);
});
afterEach(() => {
  vi.useRealTimers();
});

function serve(): void {
  for (const waiter of admission.waiting) if (free > 0 && waiter.admit(free)) free--;
}

async function enter(name: string, options?: WaitOptions): Promise<void> {
  const waiter = admission.enter(name, options);
  waiter.granted.then(
    () => outcomes.push(name),
    (error: unknown) => outcomes.push(`${name}: ${(error as Error).message}`),
  );
  await vi.advanceTimersByTimeAsync(0);
}

async function release(units: number): Promise<void> {
  free += units;
  serve();
  await vi.advanceTimersByTimeAsync(0);
}

test('a caller is admitted at once where there is room', async () => {
  free = 1;
  await enter('one', { onQueued: () => new Error('full') });
  await enter('two');
  expect([outcomes, admission.waiting.map(({ request }) => request)]).toEqual([['one'], ['two']]);
});

test('callers are admitted in their order, each once', async () => {
  for (const name of ['one', 'two', 'three']) await enter(name);
  const [first] = admission.waiting;
  await release(2);
  expect(outcomes).toEqual(['one', 'two']);
  expect([first?.admit(1), first?.refuse(new Error('late'))]).toEqual([false, false]);
  await release(1);
  expect(outcomes).toEqual(['one', 'two', 'three']);
});

test('a caller that finds the queue full is refused', async () => {
  await enter('one', { onQueued: () => new Error('full') });
  expect([outcomes, admission.waiting]).toEqual([['one: full'], []]);
});

test('a caller waits until its deadline', async () => {
  await enter('one', { deadline: { ms: 1_000, toError: () => new Error('timed out') } });
  await vi.advanceTimersByTimeAsync(999);
  expect(outcomes).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(outcomes).toEqual(['one: timed out']);
});

test('the deadline of an admitted caller means nothing', async () => {
  free = 1;
  await enter('one', { deadline: { ms: 1_000, toError: () => expect.fail('too late') } });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(outcomes).toEqual(['one']);
});

test('a caller that leaves gets nothing, before its wait or during it', async () => {
  const leaving = new AbortController();
  await enter('one', { signal: leaving.signal });
  leaving.abort(new Error('left'));
  await enter('two', { signal: leaving.signal });
  await release(1);
  expect([outcomes, free]).toEqual([['one: left', 'two: left'], 1]);
});

test('a caller with a ticket keeps its turn for a while', async () => {
  const deadline = { ms: 1_000, toError: () => new Error('come again') };
  await enter('early', { ticket: 'mine', deadline });
  await vi.advanceTimersByTimeAsync(900);
  await enter('late');
  await vi.advanceTimersByTimeAsync(14_000);
  await enter('early again', { ticket: 'mine' });
  await release(1);
  expect(outcomes).toEqual(['early: come again', 'early again']);
});

test('the turn of a ticket is kept for 15 s', async () => {
  const deadline = { ms: 1_000, toError: () => new Error('come again') };
  await enter('early', { ticket: 'mine', deadline });
  await vi.advanceTimersByTimeAsync(900);
  await enter('late');
  await vi.advanceTimersByTimeAsync(16_000);
  await enter('early again', { ticket: 'mine' });
  await release(1);
  expect(outcomes).toEqual(['early: come again', 'late']);
});

test('a closed one refuses those that wait and those that come', async () => {
  await enter('one');
  admission.close(new Error('closed'));
  free = 1;
  await enter('two');
  await vi.advanceTimersByTimeAsync(0);
  expect(outcomes).toEqual(['one: closed', 'two: closed']);
});
