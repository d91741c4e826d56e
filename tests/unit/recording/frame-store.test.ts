/** The frame store: order, selection, crash, bound, and a disk that fails. */
import { appendFile, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameStore } from '../../../src/recording/frame-store';

let folder: string;
const open: FrameStore[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'frames-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

describe('FrameStore', () => {
  it('gives back what was appended, before and after it is on disk', async () => {
    const store = await openStore();
    append(store, 100, 'one');
    append(store, 200, 'two');
    expect(await texts(store, 0, 1000)).toEqual(['one', 'two']);
    await store.flushed();
    expect(await texts(store, 0, 1000)).toEqual(['one', 'two']);
  });

  it('selects the frames of a stretch and the one that was on screen at its start', async () => {
    const store = await openStore();
    for (const atMs of [100, 200, 300, 400]) append(store, atMs, String(atMs));
    expect(await texts(store, 250, 350)).toEqual(['200', '300']);
    expect(await texts(store, 200, 300)).toEqual(['200', '300']);
    expect(await texts(store, 500, 600)).toEqual(['400']);
    expect(await texts(store, 0, 99)).toEqual([]);
    expect(await texts(store, 50, 100)).toEqual(['100']);
  });

  it('does not show what was before a cut', async () => {
    const store = await openStore();
    append(store, 100, 'test one');
    store.cut(150);
    store.cut(160);
    append(store, 200, 'test two');
    expect(await texts(store, 160, 300)).toEqual(['test two']);
    expect(await texts(store, 160, 190)).toEqual([]);
    expect(await texts(store, 120, 300)).toEqual(['test one', 'test two']);
  });

  it('keeps frames in the order of their arrival when the clock is set back', async () => {
    const store = await openStore();
    append(store, 500, 'early');
    append(store, 300, 'late');
    expect(store.select(0, 1000).map(({ atMs }) => atMs)).toEqual([500, 500]);
    expect(store.last?.byteLength).toBe('late'.length);
  });

  it('is readable again after a crash, without the frame that was half written', async () => {
    const store = await openStore();
    for (const text of ['one', 'two', 'three']) append(store, 100, text);
    store.cut(110);
    await store.flushed();
    const [data = '', index = ''] = (await readdir(folder)).sort();
    await truncate(join(folder, data), 'onetwothr'.length);
    await appendFile(join(folder, index), '{"atMs":120,"off');
    const again = await openStore();
    expect(await texts(again, 0, 1000)).toEqual(['one', 'two']);
    append(again, 200, 'after');
    await again.flushed();
    expect(await texts(await openStore(), 0, 1000)).toEqual(['one', 'two', 'after']);
  });

  it('drops its oldest frames when it is full, and says so', async () => {
    const store = await openStore({ maxBytes: 8000 });
    for (let n = 0; n < 100; n++) {
      append(store, n, String(n).padStart(200, '.'));
      if (n % 7 === 0) await store.flushed();
    }
    await store.flushed();
    const kept = (await texts(store, 0, 1000)).map(Number.parseFloat.bind(null));
    const refs = store.select(0, 1000);
    expect(kept.length).toBe(refs.length);
    expect(refs.at(-1)?.atMs).toBe(99);
    expect(refs.length).toBeGreaterThan(30);
    expect(await bytesOnDisk('.frames')).toBeLessThanOrEqual(8000 + 200);
  });

  it('answers with an error for a frame that was dropped', async () => {
    const store = await openStore({ maxBytes: 800 });
    append(store, 1, 'x'.repeat(200));
    const [first] = store.select(0, 10);
    for (let n = 2; n < 30; n++) append(store, n, 'x'.repeat(200));
    await store.flushed();
    await expect(first && store.read(first)).rejects.toMatchObject({ code: 'frame_lost' });
  });

  it('writes what waits when it is closed, and ignores what comes later', async () => {
    const store = await openStore();
    append(store, 1, 'kept');
    const closing = store.close();
    append(store, 2, 'late');
    await closing;
    await store.close();
    expect(await texts(store, 0, 10)).toEqual(['kept']);
    expect(await texts(await openStore(), 0, 10)).toEqual(['kept']);
  });

  it('stops storing when the disk fails, and says why', async () => {
    const store = await openStore();
    await rm(folder, { recursive: true });
    append(store, 1, 'lost');
    await store.flushed();
    expect(store.problem).toMatchObject({ code: 'ENOENT' });
    append(store, 2, 'ignored');
    expect(store.select(0, 10)).toEqual([]);
  });

  it('bounds the frames of all stores that wait for the disk', async () => {
    const stores = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map(async (name) => FrameStore.open(join(folder, name))),
    );
    open.push(...stores);
    const jpeg = Buffer.alloc(1024 * 1024);
    for (let atMs = 0; atMs < 30; atMs++)
      for (const store of stores) store.append({ atMs, jpeg, width: 1, height: 1 });
    const kept = stores.map((store) => store.select(0, 100).length);
    expect(kept.reduce((sum, count) => sum + count)).toBe(128);
    await Promise.all(stores.map(async (store) => store.flushed()));
    for (const store of stores) append(store, 200, 'goes on');
    expect(stores.map(({ last }) => last?.byteLength)).toEqual(stores.map(() => 'goes on'.length));
  });
});

async function openStore(options?: { maxBytes: number }): Promise<FrameStore> {
  const store = await FrameStore.open(folder, options);
  open.push(store);
  return store;
}

function append(store: FrameStore, atMs: number, text: string): void {
  store.append({ atMs, jpeg: Buffer.from(text), width: 8, height: 4 });
}

async function texts(store: FrameStore, fromMs: number, toMs: number): Promise<string[]> {
  const frames = await Promise.all(store.select(fromMs, toMs).map((ref) => store.read(ref)));
  return frames.map(String);
}

async function bytesOnDisk(suffix: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
