import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SessionTimers } from '../../../src/server/sessions/session-timers';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a session that is not used expires after its idle time', () => {
  const onExpired = vi.fn();
  new SessionTimers({ idleMs: 180_000, maxMs: 900_000 }, onExpired);
  vi.advanceTimersByTime(179_999);
  expect(onExpired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onExpired).toHaveBeenCalledExactlyOnceWith('It was not used for 3 minutes.');
  vi.advanceTimersByTime(900_000);
  expect(onExpired).toHaveBeenCalledOnce();
});

test('using it starts the idle time anew, and never extends the maximum', () => {
  const onExpired = vi.fn();
  const timers = new SessionTimers({ idleMs: 180_000, maxMs: 900_000 }, onExpired);
  for (let minute = 0; minute < 14; minute++) {
    vi.advanceTimersByTime(60_000);
    timers.touch();
  }
  expect(onExpired).not.toHaveBeenCalled();
  expect(timers.lastUsedAt.getTime()).toBe(Date.now());
  vi.advanceTimersByTime(60_000);
  expect(onExpired).toHaveBeenCalledExactlyOnceWith(
    'It reached its maximum duration of 15 minutes.',
  );
});

test('one minute is no plural', () => {
  const onExpired = vi.fn();
  new SessionTimers({ idleMs: 60_000, maxMs: 900_000 }, onExpired);
  vi.advanceTimersByTime(60_000);
  expect(onExpired).toHaveBeenCalledExactlyOnceWith('It was not used for 1 minute.');
});

test('stopped, it never expires', () => {
  const onExpired = vi.fn();
  new SessionTimers({ idleMs: 1000, maxMs: 2000 }, onExpired).stop();
  vi.advanceTimersByTime(5000);
  expect(onExpired).not.toHaveBeenCalled();
});

test.each([
  ['ahead', 3_600_000],
  ['back', -3_600_000],
])('the clock of the machine is set %s: the idle time is as long as ever', (_name, byMs) => {
  const onExpired = vi.fn();
  const timers = new SessionTimers({ idleMs: 180_000, maxMs: 900_000 }, onExpired);
  vi.advanceTimersByTime(100_000);
  timers.touch();
  vi.setSystemTime(Date.now() + byMs);
  vi.advanceTimersByTime(179_999);
  expect(onExpired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onExpired).toHaveBeenCalledExactlyOnceWith('It was not used for 3 minutes.');
});

test('when it was used last is the same at each look, however the two clocks tick', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(100.7);
  vi.setSystemTime(1_000);
  const timers = new SessionTimers({ idleMs: 1_000, maxMs: 5_000 }, () => undefined);
  now.mockReturnValue(101.9);
  vi.setSystemTime(1_001);
  expect(timers.lastUsedAt).toEqual(new Date(1_000));
  now.mockRestore();
});
