import { expect, test } from 'vitest';
import { MemoryBudget } from '../../../src/base/memory-budget';

test('a list keeps its newest entries, and counts those that were dropped', () => {
  const list = new MemoryBudget(1_000_000).list<number>(3);
  for (let n = 0; n < 5; n++) list.push(n);
  expect(list.entries).toEqual([2, 3, 4]);
  expect(list.dropped).toBe(2);
  list.replace(0, 9);
  expect(list.take()).toEqual([9, 3, 4]);
  expect(list.bytes).toBe(0);
});

test('beyond the budget, the list that takes most gives way, and not the others', () => {
  const budget = new MemoryBudget(10_000);
  const [small, large] = [budget.list<string>(1_000), budget.list<{ text: string }>(1_000)];
  small.push('a test that began first');
  for (let n = 0; n < 100; n++) large.push({ text: 'x'.repeat(500) });
  expect(small.entries).toHaveLength(1);
  expect(small.bytes + large.bytes).toBeLessThanOrEqual(10_000);
  expect(large.entries.length).toBeGreaterThan(5);
  expect(large.entries.length + large.dropped).toBe(100);
});

test('an entry that is larger than the budget is dropped', () => {
  const list = new MemoryBudget(1_000).list<string>(10);
  list.push('x'.repeat(1_000));
  expect([list.entries.length, list.dropped, list.bytes]).toEqual([0, 1, 0]);
});
