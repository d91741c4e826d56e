import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refusals } from '../../../src/host/messages';

const FIRST = { message: 'No Chromium was found.', testId: 'a' };
const SECOND = { message: 'use.recording: wrong', testId: 'b' };

let refusals: Refusals;
beforeEach(() => {
  vi.useFakeTimers();
  refusals = new Refusals();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a run ends with the first that is said', () => {
  expect(refusals.current).toBeNull();
  expect(refusals.refuse(FIRST)).toEqual(FIRST);
  expect(refusals.refuse(SECOND)).toEqual(FIRST);
  expect(refusals.current).toEqual(FIRST);
});

test('the workers of a run follow each other at once, those of the next run after a while', () => {
  const [one, two, three] = [{}, {}, {}];
  refusals.workerCame(one);
  refusals.refuse(FIRST);
  refusals.workerLeft(one);
  vi.advanceTimersByTime(4_000);
  refusals.workerCame(two);
  expect(refusals.current).toEqual(FIRST);
  vi.advanceTimersByTime(60_000);
  refusals.workerCame(three); // beside another one: the same run
  expect(refusals.current).toEqual(FIRST);
  refusals.workerLeft(two);
  refusals.workerLeft(three);
  vi.advanceTimersByTime(6_000);
  refusals.workerCame(one);
  expect(refusals.current).toBeNull();
  expect(refusals.refuse(SECOND)).toEqual(SECOND);
});

test('the clock of the machine is set ahead: the next worker follows at once all the same', () => {
  const [one, two] = [{}, {}];
  refusals.workerCame(one);
  refusals.refuse(FIRST);
  refusals.workerLeft(one);
  vi.setSystemTime(Date.now() + 3_600_000);
  refusals.workerCame(two);
  expect(refusals.current).toEqual(FIRST);
});
