import { expect, test } from 'vitest';
import { FairQueue, Queue } from '../../../src/base/queue';

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

/** A fair queue whose work is told when to end. */
function fairQueue(): {
  order: (name: string, left?: AbortSignal) => Promise<string>;
  begun: string[];
  end: () => Promise<void>;
  queue: FairQueue;
} {
  const queue = new FairQueue(3, () => new Error('too many'));
  const begun: string[] = [];
  let endWork: () => void = () => undefined;
  return {
    queue,
    begun,
    order: async (name, left = new AbortController().signal) => {
      const [group = '', line = ''] = name;
      return queue.run({ key: name, group, line, left }, async () => {
        begun.push(name);
        await new Promise<void>((resolve) => (endWork = resolve));
        return name;
      });
    },
    end: async () => {
      endWork();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('groups take turns, and so do the lines of a group, however much each orders', async () => {
  const { order, begun, end } = fairQueue();
  const done = ['a11', 'a12', 'a13', 'a14', 'a21', 'b11', 'b12'].map((name) => order(name));
  for (let turn = 0; turn < 7; turn++) await end();
  expect(await Promise.all(done)).toHaveLength(7);
  expect(begun).toEqual(['a11', 'a12', 'b11', 'a21', 'b12', 'a13', 'a14']);
});

test('orders with one key share their work, and a line has an end', async () => {
  const { order, begun, end } = fairQueue();
  const all = ['a11', 'a11', 'a12', 'a13', 'a14', 'a13'].map((name) => order(name));
  await expect(order('a15')).rejects.toThrow('too many');
  const other = order('a21');
  for (let turn = 0; turn < 6; turn++) await end();
  expect(await Promise.all([...all, other])).toEqual([
    ...['a11', 'a11', 'a12', 'a13', 'a14', 'a13', 'a21'],
  ]);
  expect([...begun].sort()).toEqual(['a11', 'a12', 'a13', 'a14', 'a21']);
});

test('work whose callers have all left is dropped, unless it has begun', async () => {
  const { order, begun, end, queue } = fairQueue();
  const callers = ['a11', 'a12', 'a13', 'a13', 'b11'].map((name) => {
    const leaving = new AbortController();
    return { leaving, answer: order(name, leaving.signal) };
  });
  for (const index of [0, 1, 2, 4]) {
    callers[index]?.leaving.abort(new Error('left'));
    await expect(callers[index]?.answer).rejects.toThrow('left');
  }
  const again = order('b11');
  for (let turn = 0; turn < 4; turn++) await end();
  await queue.drained();
  expect(begun).toEqual(['a11', 'a13', 'b11']);
  expect(await callers[3]?.answer).toBe('a13');
  expect(await again).toBe('b11');
  await expect(order('a16', AbortSignal.abort(new Error('left before')))).rejects.toThrow('before');
});

test('work of a fair queue that fails holds up nothing', async () => {
  const queue = new FairQueue(3, () => new Error('too many'));
  const order = { key: 'a', group: 'g', line: 'l', left: new AbortController().signal };
  await expect(queue.run(order, async () => Promise.reject(new Error('rejected')))).rejects.toThrow(
    'rejected',
  );
  await expect(
    queue.run(order, () => {
      throw new Error('thrown');
    }),
  ).rejects.toThrow('thrown');
  await expect(queue.run(order, async () => 1)).resolves.toBe(1);
});
