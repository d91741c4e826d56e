/** How often workers print that they wait for a session. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WaitMessages } from '../../../src/host/messages';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

test('prints the first message of each kind at once, and the next ones after growing pauses', () => {
  const messages = new WaitMessages();
  const printed = Array.from({ length: 60 }, () => {
    const mayPrint = messages.mayPrint('in use');
    vi.advanceTimersByTime(5_000);
    return mayPrint;
  });
  const seconds = printed.flatMap((mayPrint, n) => (mayPrint ? [n * 5] : []));
  expect(seconds).toEqual([0, 30, 90, 210]);
  expect(messages.mayPrint('starting')).toBe(true);
});
