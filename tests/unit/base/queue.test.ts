import { expect, test } from 'vitest';
import { Queue } from '../../../src/base/queue';

test('work is done one after the other, in its order, and each caller gets its own answer', async () => {
  const queue = new Queue();
  const log: string[] = [];
  const work = (name: string) => async (): Promise<string> => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${name} ends`);
    return name;
  };
  const answers = await Promise.all([queue.run(work('a')), queue.run(work('b'))]);
  expect(answers).toEqual(['a', 'b']);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('work that fails, in either way, holds up nothing', async () => {
  const queue = new Queue();
  const thrown = queue.run(() => {
    throw new Error('thrown');
  });
  const rejected = queue.run(async () => Promise.reject(new Error('rejected')));
  await expect(thrown).rejects.toThrow('thrown');
  await expect(rejected).rejects.toThrow('rejected');
  await expect(queue.run(() => 1)).resolves.toBe(1);
});

test('drained waits for what was asked for so far, done or failed', async () => {
  const queue = new Queue();
  await queue.drained();
  let isDone = false;
  const failing = expect(
    queue.run(async () => Promise.reject(new Error('failed'))),
  ).rejects.toThrow();
  void queue.run(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    isDone = true;
  });
  await queue.drained();
  expect(isDone).toBe(true);
  await failing;
});
