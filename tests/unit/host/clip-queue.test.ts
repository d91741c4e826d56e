/** Who waits for which clips. The encoder is a stand-in that makes a clip when the test says so. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClipQueue, type ClipJob } from '../../../src/host/clip-queue';
import type { ClipEncoder, ClipRequest } from '../../../src/recording/clip-encoder';
import { FrameStore } from '../../../src/recording/frame-store';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sw-clips-'))));
afterEach(async () => rm(folder, { recursive: true }));

/** A queue whose clips are made one by one with `next`; clips are told apart by their begin. */
function queue(): { clips: ClipQueue; next: (fromMs: number) => void; told: string[] } {
  const told: string[] = [];
  const waiting = new Map<number, () => void>();
  const encoder = {
    encode: async ({ fromMs }: ClipRequest) =>
      new Promise((resolve) => waiting.set(fromMs, () => resolve(Buffer.from('mp4')))),
    close: async () => undefined,
  } as unknown as ClipEncoder;
  const clips = new ClipQueue(
    { launch: async () => encoder, isInstalled: async () => true },
    ({ what }) => told.push(what),
  );
  return { clips, told, next: (fromMs) => waiting.get(fromMs)?.() };
}

async function clip(leaseId: string, fromMs: number): Promise<ClipJob> {
  const store = await FrameStore.open(folder);
  return { leaseId, store, fromMs, toMs: fromMs + 1, path: join(folder, `${fromMs}.mp4`) };
}

test('a worker waits for its own clips, and not for those that others have ordered or go on to order', async () => {
  const { clips, next } = queue();
  clips.add(await clip('other', 1));
  clips.add(await clip('own', 2));
  const written = clips.writtenFor('own');
  clips.add(await clip('other', 3));
  await expect
    .poll(async () => {
      next(2);
      return readdir(folder);
    })
    .toEqual(['2.mp4']);
  await written;
  await clips.writtenFor('who has ordered none');
});

test('the end of the run waits for all clips', async () => {
  const { clips, next } = queue();
  clips.add(await clip('one', 1));
  let isDrained = false;
  const drained = clips.close().then(() => (isDrained = true));
  clips.add(await clip('two', 2));
  await expect
    .poll(async () => {
      next(1);
      return clips.written;
    })
    .toBe(1);
  expect(isDrained).toBe(false);
  await expect
    .poll(async () => {
      next(2);
      return clips.written;
    })
    .toBe(2);
  await drained;
});

test('a clip that waits for others is told of all the same, though pictures of later tests are missing by then', async () => {
  const { clips, next, told } = queue();
  const torn = await clip('one', 200);
  const gaps = [{ fromMs: 200, toMs: 200 }];
  torn.store.whyMissing = (fromMs, toMs) =>
    gaps.some((gap) => gap.fromMs <= toMs && gap.toMs >= fromMs) ? new Error('full') : undefined;
  clips.add(torn);
  await new Promise(setImmediate);
  gaps[0] = { fromMs: 900, toMs: 900 };
  await expect
    .poll(async () => {
      next(200);
      return clips.written;
    })
    .toBe(1);
  await clips.close();
  expect(told).toEqual([`Pictures are missing in ${torn.path}`]);
});

test('a clip that has not all of its pictures is told', async () => {
  const { clips, next, told } = queue();
  const [whole, torn] = [await clip('one', 1), await clip('one', 200)];
  const { store } = torn;
  await rm(folder, { recursive: true }); // nothing can be written any more
  store.append({ atMs: 200, jpeg: Buffer.from('lost'), width: 8, height: 4 });
  await store.flushed();
  for (const job of [{ ...whole, store }, torn]) {
    clips.add(job);
    await expect
      .poll(async () => {
        next(job.fromMs);
        return readdir(folder).catch(() => []);
      })
      .toContain(basename(job.path));
  }
  await clips.close();
  expect(told).toEqual([`Pictures are missing in ${torn.path}`]);
});

test('on a machine without a browser, a session encodes the clips before it ends; if it dies, the next one does', async () => {
  const problems: string[] = [];
  const local = {
    launch: async () => Promise.reject(new Error('No browser was found')),
    isInstalled: async () => false,
  };
  const clips = new ClipQueue(local, ({ what, reason }) => problems.push(`${what}: ${reason}`));
  const encoderOf = async (encode: () => Promise<Buffer>): Promise<ClipEncoder> =>
    ({ encode, close: async () => undefined }) as unknown as ClipEncoder;
  const lost = async (): Promise<Buffer> => Promise.reject(new Error('The browser was closed'));
  for (const fromMs of [1, 2]) clips.add(await clip('one', fromMs));
  await clips.encodeIn(async () => Promise.reject(new Error('no answer')));
  await clips.encodeIn(async () => encoderOf(lost));
  expect(clips.writtenInSessions).toBe(0);
  await clips.encodeIn(async () => encoderOf(async () => Buffer.from('mp4')));
  await clips.writtenFor('one');
  expect(await readdir(folder)).toEqual(['1.mp4', '2.mp4']);
  const late = await clip('one', 3);
  clips.add(late);
  await clips.encodeIn(async () => encoderOf(lost));
  clips.sessionsOver();
  await clips.close();
  expect(problems).toEqual([`No clip ${late.path}: The browser was closed`]);
  expect(clips.writtenInSessions).toBe(2);
});
