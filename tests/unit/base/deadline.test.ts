import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  MAX_TIMER_MS,
  orAfter,
  settledWithin,
  unlessAborted,
  unlessInterrupted,
  withDeadline,
} from '../../../src/base/deadline';

const never = new Promise<never>(() => {});
const late = (): Error => new Error('late');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0); // whatever came of it, no timer keeps the process
  vi.useRealTimers();
});

/** Work that is done, or fails, at that time. */
async function after<T>(ms: number, end: () => T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return end();
}

function fail(): never {
  throw new Error('failed');
}

describe('withDeadline', () => {
  test('tells what came of work in time', async () => {
    await expect(withDeadline(Promise.resolve(1), 10, late)).resolves.toBe(1);
    await expect(withDeadline(Promise.reject(new Error('failed')), 10, late)).rejects.toThrow(
      'failed',
    );
  });

  test('throws the given error when the time is over, and only then makes it', async () => {
    const toError = vi.fn(late);
    const waiting = expect(withDeadline(never, 10, toError)).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(9);
    expect(toError).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
  });

  test('a failure that comes later is ignored', async () => {
    const waiting = expect(withDeadline(after(20, fail), 10, late)).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(30); // an unhandled rejection fails the run
    await waiting;
  });
});

describe('orAfter', () => {
  test('tells what came of work in time', async () => {
    await expect(orAfter(Promise.resolve(1), 10, 'late')).resolves.toBe(1);
    await expect(orAfter(Promise.reject(new Error('failed')), 10, 'late')).rejects.toThrow(
      'failed',
    );
  });

  test('gives the other value when the time is over', async () => {
    const waiting = expect(orAfter(after(20, fail), 10, 'late')).resolves.toBe('late');
    await vi.advanceTimersByTimeAsync(30);
    await waiting;
  });
});

describe('settledWithin', () => {
  test('is true for work that ended in time, however it ended', async () => {
    await expect(settledWithin(Promise.resolve(), 10)).resolves.toBe(true);
    await expect(settledWithin(Promise.reject(new Error('failed')), 10)).resolves.toBe(true);
  });

  test('is false when the time is over first', async () => {
    const waiting = expect(settledWithin(after(20, fail), 10)).resolves.toBe(false);
    await vi.advanceTimersByTimeAsync(30);
    await waiting;
  });
});

describe('unlessInterrupted', () => {
  test('stops looking out when the work is done, has failed or was interrupted', async () => {
    const stop = vi.fn();
    await expect(unlessInterrupted(Promise.resolve(1), () => stop)).resolves.toBe(1);
    expect(stop).toHaveBeenCalledTimes(1);
    await expect(
      unlessInterrupted(Promise.reject(new Error('failed')), () => stop),
    ).rejects.toThrow('failed');
    expect(stop).toHaveBeenCalledTimes(2);
    const interrupted = unlessInterrupted(never, (interrupt) => {
      setTimeout(() => interrupt(late()), 10);
      return stop;
    });
    const waiting = expect(interrupted).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(10);
    await waiting;
    expect(stop).toHaveBeenCalledTimes(3);
  });

  test('may be interrupted at once', async () => {
    const stop = vi.fn();
    const work = unlessInterrupted(never, (interrupt) => {
      interrupt(late());
      return stop;
    });
    await expect(work).rejects.toThrow('late');
    expect(stop).toHaveBeenCalledOnce();
  });
});

describe('unlessAborted', () => {
  test('tells what came of the work, and leaves no listener', async () => {
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, 'removeEventListener');
    await expect(unlessAborted(Promise.resolve(1), signal)).resolves.toBe(1);
    expect(remove).toHaveBeenCalledOnce();
  });

  test.each(['before', 'during'])(
    'throws the reason of a signal that is aborted %s',
    async (when) => {
      const controller = new AbortController();
      if (when === 'before') controller.abort(new Error('enough'));
      const waiting = expect(unlessAborted(never, controller.signal)).rejects.toThrow('enough');
      controller.abort(new Error('enough'));
      await waiting;
    },
  );
});

test('no timer waits longer than it can', async () => {
  const onTime = vi.fn();
  const timer = setTimeout(onTime, MAX_TIMER_MS);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(onTime).not.toHaveBeenCalled();
  clearTimeout(timer);
});
