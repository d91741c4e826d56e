/** Frames on a disk that is full for a while. Where this user may not mount a small one, nothing is tried. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FrameStore } from '../../../src/recording/frame-store';
import { canMount, SmallDisk } from '../../small-disk';

let folder: string;
let disk: SmallDisk | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'frame-disk-'));
});
afterEach(async () => {
  await disk?.unmount();
  disk = undefined;
  await rm(folder, { recursive: true });
});

test.skipIf(!canMount())(
  'what does not fit is missing, and known to be; with room again the same store goes on',
  async () => {
    disk = await SmallDisk.mount(join(folder, 'disk'), 4 * 1024 * 1024);
    const store = await FrameStore.open(join(disk.folder, 'frames'));
    await append(store, 100, 'before');
    await disk.fill();
    for (const atMs of [200, 300, 400]) await append(store, atMs, 'x'.repeat(20_000));
    expect(store.problem?.message).toContain(store.folder);
    expect(await texts(store, 0, 1000)).toEqual(['before']);
    await disk.free();
    await append(store, 500, 'after');
    await append(store, 600, 'later');
    expect(store.problem).toBeUndefined();
    expect(await texts(store, 0, 1000)).toEqual(['before', 'after', 'later']);
    expect(await texts(store, 500, 550)).toEqual(['after']);
    const missing = [
      [0, 150],
      [150, 250],
      [350, 600],
      [450, 600],
    ].map(([fromMs = 0, toMs = 0]) => store.whyMissing(fromMs, toMs) !== undefined);
    expect(missing).toEqual([false, true, true, false]);
    await store.close();
    const again = await FrameStore.open(store.folder);
    expect(await texts(again, 0, 1000)).toEqual(['before', 'after', 'later']);
    await again.close();
    expect(await readdir(store.folder)).toHaveLength(4); // of two segments, and of none that failed
  },
);

test.skipIf(!canMount())(
  'a disk that is full again and again costs nothing of what was recorded before',
  async () => {
    disk = await SmallDisk.mount(join(folder, 'disk'), 4 * 1024 * 1024);
    const store = await FrameStore.open(join(disk.folder, 'frames'));
    await append(store, 1, 'long ago');
    for (let time = 1; time <= 10; time++) {
      await disk.fill();
      await append(store, time * 100, 'x'.repeat(20_000));
      await disk.free();
      await append(store, time * 100 + 50, `after ${time}`);
    }
    const kept = await texts(store, 0, 2_000);
    expect([kept[0], kept.length]).toEqual(['long ago', 11]);
    await store.close();
  },
);

async function append(store: FrameStore, atMs: number, text: string): Promise<void> {
  store.append({ atMs, jpeg: Buffer.from(text), width: 8, height: 4 });
  await store.flushed();
}

async function texts(store: FrameStore, fromMs: number, toMs: number): Promise<string[]> {
  const frames = await Promise.all(store.select(fromMs, toMs).map(async (ref) => store.read(ref)));
  return frames.map(String);
}
