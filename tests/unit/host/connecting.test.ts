/** How often sessions are replaced that cannot be connected to: by the clock of the test, which is turned on by hand. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Connecting } from '../../../src/host/connecting';

let connecting: Connecting;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  connecting = new Connecting();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first is replaced, those that follow are not, until one is connected to', () => {
  expect(connecting.failed('a')).toBe(true);
  expect(connecting.failed('a')).toBe(false);
  expect(connecting.failed('b')).toBe(true);
  connecting.succeeded('b');
  expect(connecting.failed('a')).toBe(false);
  connecting.succeeded('a');
  expect(connecting.failed('a')).toBe(true);
});

test('after five minutes it is tried again', () => {
  connecting.failed('a');
  vi.advanceTimersByTime(299_000);
  expect(connecting.failed('a')).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(connecting.failed('a')).toBe(true);
  expect(connecting.failed('a')).toBe(false);
});
