/** How often a session is replaced that cannot be connected to, by a fake clock. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BadSessions } from '../../../src/host/bad-sessions';

let sessions: BadSessions;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  sessions = new BadSessions();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first one is replaced, the next ones are not, until a worker connects', () => {
  expect(sessions.mayReplace('a')).toBe(true);
  expect(sessions.mayReplace('a')).toBe(false);
  expect(sessions.mayReplace('b')).toBe(true);
  sessions.connected('b');
  expect(sessions.mayReplace('a')).toBe(false);
  sessions.connected('a');
  expect(sessions.mayReplace('a')).toBe(true);
});

test('after five minutes the next one is replaced', () => {
  sessions.mayReplace('a');
  vi.advanceTimersByTime(299_000);
  expect(sessions.mayReplace('a')).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(sessions.mayReplace('a')).toBe(true);
  expect(sessions.mayReplace('a')).toBe(false);
});
