/** The steps of a session: the newest in memory, more in the file. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MemoryBudget } from '../../../src/base/memory-budget';
import { MAX_RETURNED_BYTES, readSteps, Trajectory } from '../../../src/server/sessions/trajectory';

const MAX_BYTES = 10_000_000;

let folder: string;
let path: string;
let trajectory: Trajectory;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-steps-'));
  path = join(folder, 'trajectory.jsonl');
  trajectory = new Trajectory(path, new MemoryBudget(MAX_BYTES));
});
afterEach(async () => {
  await trajectory.flushed();
  await rm(folder, { recursive: true });
});

/** A step that takes a tenth of what the API returns. */
const large = (n: number) =>
  ({ type: 'observation', value: { n, text: 'x'.repeat(MAX_RETURNED_BYTES / 10) } }) as const;
const numbers = (steps: readonly { value?: unknown }[]): number[] =>
  steps.map(({ value }) => (value as { n: number }).n);

test('keeps the newest steps in memory, counts all of them, and announces each', async () => {
  const announced: number[] = [];
  trajectory.subscribe((step) => announced.push(...numbers([step])));
  for (let n = 0; n < 12; n++) trajectory.add(large(n));
  expect(numbers(trajectory.steps)).toEqual([7, 8, 9, 10, 11]);
  expect(trajectory.count).toBe(12);
  expect(announced).toHaveLength(12);
  expect(trajectory.from(0)?.number).toBe(7);
  expect(trajectory.from(9)?.number).toBe(9);
  expect(trajectory.from(12)).toBeUndefined();
  expect(numbers([trajectory.last('observation') ?? {}])).toEqual([11]);
  expect(trajectory.last('screenshot')).toBeUndefined();
});

test('returns steps from the file that are not in memory any more', async () => {
  for (let n = 0; n < 12; n++) trajectory.add(large(n));
  const newest = [3, 4, 5, 6, 7, 8, 9, 10, 11];
  expect(numbers(await trajectory.newest())).toEqual(newest);
  expect(numbers(await readSteps(path))).toEqual(newest);
});

test('the file of a session that never ends keeps the newest steps, and says that older ones are missing', async () => {
  for (let n = 0; n < 45; n++) trajectory.add(large(n));
  await trajectory.flushed();
  expect((await stat(path)).size).toBeLessThan(2 * MAX_RETURNED_BYTES);
  expect((await readFile(path, 'utf8')).split('\n')[0]).toBe('{"cut":"older lines were dropped"}');
  const read = numbers(await readSteps(path));
  expect(read.at(-1)).toBe(44);
  expect(read.length).toBeGreaterThanOrEqual(8);
});

test('returns what is in memory if the file cannot be written', async () => {
  const lost = new Trajectory(join(folder, 'missing', 'file'), new MemoryBudget(MAX_BYTES));
  for (let n = 0; n < 8; n++) lost.add(large(n));
  expect(numbers(await lost.newest())).toEqual([3, 4, 5, 6, 7]);
});
