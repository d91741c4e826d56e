import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TOLD_BYTES, TOLD_BYTES_OF_ALL, Trajectory } from '../../../src/server/sessions/trajectory';
import { readSteps, TrajectoryFile } from '../../../src/server/sessions/trajectory-file';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sw-steps-'))));
afterEach(async () => rm(folder, { recursive: true }));

/** A step that takes a tenth of what is told. */
const large = (n: number) =>
  ({ type: 'observation', value: { n, text: 'x'.repeat(TOLD_BYTES / 10) } }) as const;
const numbers = (steps: readonly { value?: unknown }[]): number[] =>
  steps.map(({ value }) => (value as { n: number }).n);

test('of many large steps the newest are told, all of them counted, and each is heard of', async () => {
  const trajectory = new Trajectory();
  const file = new TrajectoryFile(trajectory, join(folder, 'trajectory.jsonl'));
  const heard: number[] = [];
  trajectory.onStep((step) => heard.push(...numbers([step])));
  for (let n = 0; n < 12; n++) trajectory.add(large(n));
  expect(numbers(trajectory.steps)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(trajectory.count).toBe(12);
  expect(heard).toHaveLength(12);
  expect(trajectory.from(0)?.number).toBe(3);
  expect(trajectory.from(5)?.number).toBe(5);
  expect(trajectory.from(12)).toBeUndefined();
  expect(numbers([trajectory.last('observation') ?? {}])).toEqual([11]);
  expect(trajectory.last('screenshot')).toBeUndefined();
  await file.flushed();
  expect(numbers(await readSteps(join(folder, 'trajectory.jsonl')))).toEqual([
    3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]);
});

test('the file of a session that never ends keeps the newest steps, and says that older ones are missing', async () => {
  const trajectory = new Trajectory();
  const path = join(folder, 'trajectory.jsonl');
  const file = new TrajectoryFile(trajectory, path);
  for (let n = 0; n < 45; n++) trajectory.add(large(n));
  await file.flushed();
  expect((await stat(path)).size).toBeLessThan(2 * TOLD_BYTES);
  expect((await readFile(path, 'utf8')).split('\n')[0]).toBe('{"cut":"older lines were dropped"}');
  const read = numbers(await readSteps(path));
  expect(read.at(-1)).toBe(44);
  expect(read.length).toBeGreaterThanOrEqual(8);
  trajectory.release();
});

test('many sessions together tell no more than a server has room for, and each its newest', () => {
  const all = Array.from({ length: 10 }, () => new Trajectory());
  for (const trajectory of all) for (let n = 0; n < 9; n++) trajectory.add(large(n));
  const toldOf = (it: Trajectory): number => it.count - (it.from(0)?.number ?? 0);
  const told = all.reduce((sum, it) => sum + toldOf(it), 0);
  expect(told * (TOLD_BYTES / 10)).toBeLessThan(TOLD_BYTES_OF_ALL);
  for (const it of all) expect(numbers([it.last('observation') ?? {}])).toEqual([8]);
  const [first, last = new Trajectory()] = [all.shift(), all.at(-1)];
  const before = toldOf(last);
  first?.release(); // its session has ended
  first?.release();
  last.add(large(9));
  expect(toldOf(last)).toBe(before + 1);
  for (const trajectory of all) trajectory.release();
});

test('steps that others have taken the memory for are told from the disk', async () => {
  const trajectory = new Trajectory();
  const file = new TrajectoryFile(trajectory, join(folder, 'trajectory.jsonl'));
  const others = Array.from({ length: 9 }, () => new Trajectory());
  try {
    for (const it of others) for (let n = 0; n < 9; n++) it.add(large(n));
    for (let n = 0; n < 4; n++) trajectory.add({ type: 'screenshot', value: { n } });
    expect(numbers(trajectory.steps)).toEqual([3]);
    expect(numbers(await file.newest())).toEqual([0, 1, 2, 3]);
  } finally {
    for (const it of [...others, trajectory]) it.release();
  }
});

test('what is added when sessions have ended takes no room from others', () => {
  for (let count = 0; count < 9; count++) {
    const ended = new Trajectory();
    ended.release();
    for (let n = 0; n < 9; n++) ended.add(large(n));
  }
  const other = new Trajectory();
  for (let n = 0; n < 2; n++) other.add(large(n));
  expect(numbers(other.steps)).toEqual([0, 1]);
  other.release();
});

test('a step that is larger than what is told is told alone', () => {
  const trajectory = new Trajectory();
  trajectory.add(large(0));
  trajectory.add({ type: 'observation', value: { n: 1, text: 'x'.repeat(TOLD_BYTES) } });
  expect(numbers(trajectory.steps)).toEqual([1]);
});
