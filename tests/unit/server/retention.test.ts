import { expect, test, vi } from 'vitest';
import { Retention } from '../../../src/server/sessions/retention';

test('each thing is let go of once, when its time is over', async () => {
  vi.useFakeTimers({ now: 0 });
  const forget = vi.fn(async () => undefined);
  const retention = new Retention<string>(1_000, forget);
  retention.add('old', new Date(-2_000));
  retention.add('new', new Date(0));
  expect(forget.mock.calls).toEqual([['old']]);
  await vi.advanceTimersByTimeAsync(999);
  expect(forget).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1);
  expect(forget.mock.calls).toEqual([['old'], ['new']]);
  retention.add('never', new Date(1_000));
  retention.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(forget).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});

test('what cannot be removed now ends nothing', async () => {
  const failures: unknown[] = [];
  const onFailure = (reason: unknown): void => void failures.push(reason);
  process.on('unhandledRejection', onFailure);
  const retention = new Retention<string>(0, async () => Promise.reject(new Error('EBUSY')));
  retention.add('busy', new Date(0));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', onFailure);
  expect(failures).toEqual([]);
});
