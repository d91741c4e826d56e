/** Clips as a browser plays them: exact duration, every picture at its time, and what happens when things go wrong. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BufferSource, Input, MP4 } from 'mediabunny';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeoutError } from '../../../src/contract/errors';
import { ClipEncoder } from '../../../src/recording/clip-encoder';
import { FrameStore } from '../../../src/recording/frame-store';
import type { PictureViewer } from './pictures';
import { openPictureViewer } from './pictures';
import { launchRecorded } from './recorded-browser';

const LARGE = { width: 1280, height: 720 };

let viewer: PictureViewer;
let encoder: ClipEncoder;
let folder: string;
let store: FrameStore;

beforeAll(async () => {
  [viewer, encoder] = await Promise.all([openPictureViewer(), ClipEncoder.launch()]);
});
afterAll(() => Promise.all([viewer.close(), encoder.close()]));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-'));
  store = await FrameStore.open(join(folder, 'frames'));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe('ClipEncoder', () => {
  it('shows each picture at its time, and the last one until the end', async () => {
    await append({ 1000: 'red', 1500: 'lime', 2000: 'blue' });
    const mp4 = await encoder.encode({ store, fromMs: 1000, toMs: 3250 });
    const clip = await viewer.play(mp4, [100, 600, 1100, 2240]);
    expect(clip).toMatchObject({
      width: 320,
      height: 180,
      colours: ['red', 'lime', 'blue', 'blue'],
    });
    expect(clip.durationMs).toBeCloseTo(2250, 0);
    expect(mp4.indexOf('moov')).toBeLessThan(mp4.indexOf('mdat'));
  });

  it('makes clips of their own from one session', async () => {
    await append({ 1000: 'red', 1500: 'lime', 2000: 'blue' });
    const clips = await Promise.all([
      encoder.encode({ store, fromMs: 1200, toMs: 1800 }),
      encoder.encode({ store, fromMs: 1800, toMs: 2400 }),
    ]);
    const played = [
      await viewer.play(clips[0], [100, 500]),
      await viewer.play(clips[1], [100, 500]),
    ];
    expect(played.map(({ colours }) => colours)).toEqual([
      ['red', 'lime'],
      ['lime', 'blue'],
    ]);
    for (const { durationMs } of played) expect(durationMs).toBeCloseTo(600, 0);
  });

  it('keeps the picture of the very last moment', async () => {
    await append({ 1000: 'red', 1999: 'blue' });
    const { colours } = await viewer.play(
      await encoder.encode({ store, fromMs: 1000, toMs: 2000 }),
      [900, 999],
    );
    expect(colours).toEqual(['red', 'blue']);
  });

  it('plays a minute without a change', async () => {
    await append({ 1000: 'red', 61_500: 'blue' });
    const { durationMs, colours } = await viewer.play(
      await encoder.encode({ store, fromMs: 1000, toMs: 62_000 }),
      [30_000, 60_400, 60_700],
    );
    expect(durationMs).toBeCloseTo(61_000, 0);
    expect(colours).toEqual(['red', 'red', 'blue']);
  });

  it('is white without a frame', async () => {
    const { durationMs, colours } = await viewer.play(
      await encoder.encode({ store, fromMs: 0, toMs: 700 }),
      [10, 690],
    );
    expect(durationMs).toBeCloseTo(700, 0);
    expect(colours).toEqual(['white', 'white']);
  });

  it('puts pictures of other sizes into the middle, and takes a given size', async () => {
    await append({ 1000: 'red' });
    await append({ 1500: 'lime' }, { width: 100, height: 161 });
    const request = { store, fromMs: 1000, toMs: 1800 };
    expect(await viewer.play(await encoder.encode(request), [100, 700])).toMatchObject({
      width: 320,
      height: 180,
      colours: ['red', 'lime'],
    });
    expect(
      await viewer.play(
        await encoder.encode({ ...request, size: { width: 201, height: 100 } }),
        [100],
      ),
    ).toMatchObject({ width: 200, height: 100, colours: ['red'] });
  });

  it('makes a clip of any size after any other, and after one that could not be made', async () => {
    await append({ 1000: 'red', 1500: 'lime' });
    const request = { store, fromMs: 1200, toMs: 2000 };
    const tall = { width: 100, height: 160 };
    for (const size of [undefined, tall, undefined, { width: 100_000, height: 2 }, tall, tall]) {
      const clip = encoder.encode({ ...request, size });
      if (size && size.width > 65_536) {
        await expect(clip).rejects.toMatchObject({ code: 'encoding_failed' });
        continue;
      }
      const played = await viewer.play(await clip, [100, 700]);
      expect(played).toMatchObject({
        ...(size ?? { width: 320, height: 180 }),
        colours: ['red', 'lime'],
      });
      expect(played.durationMs).toBeCloseTo(800, 0);
    }
  });

  it('shows on what was before a damaged frame', async () => {
    await append({ 1000: 'red' });
    store.append({ atMs: 1300, jpeg: Buffer.from('no picture'), width: 320, height: 180 });
    const { durationMs, colours } = await viewer.play(
      await encoder.encode({ store, fromMs: 1000, toMs: 2000 }),
      [900],
    );
    expect(durationMs).toBeCloseTo(1000, 0);
    expect(colours).toEqual(['red']);
  });

  it('encodes a long session in bounded memory', async () => {
    const jpegs = await Promise.all(
      ['red', 'lime', 'blue'].map((colour) => viewer.paint(colour, { width: 800, height: 450 })),
    );
    for (let n = 0; n < 2000; n++)
      store.append({
        atMs: n * 100,
        jpeg: jpegs[n % 3] ?? Buffer.alloc(0),
        width: 800,
        height: 450,
      });
    await store.flushed();
    const before = process.memoryUsage().rss;
    const mp4 = await encoder.encode({ store, fromMs: 0, toMs: 200_000 });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    const track = await new Input({
      source: new BufferSource(mp4),
      formats: [MP4],
    }).getPrimaryVideoTrack();
    expect(await track?.computeDuration()).toBeCloseTo(200, 1);
    expect((await track?.computePacketStats())?.packetCount).toBe(2000);
  }, 120_000);

  it('encodes what a crashed browser left', async () => {
    const recorded = await launchRecorded();
    const fromMs = Date.now();
    recorded.recorder.start();
    const page = await recorded.browser.newPage();
    await page.evaluate(() => void (document.body.style.background = 'red'));
    await recorded.recorder.stop();
    process.kill(recorded.process.pid, 'SIGKILL');
    await recorded.process.exited;
    const toMs = Date.now();
    const mp4 = await encoder.encode({ store: recorded.store, fromMs, toMs });
    await recorded.close();
    const { durationMs, colours } = await viewer.play(mp4, [toMs - fromMs - 1]);
    expect(durationMs).toBeCloseTo(toMs - fromMs, 0);
    expect(colours).toEqual(['red']);
  });
});

describe('ClipEncoder: its browser', () => {
  it('needs no display, and asks none that is not there', async () => {
    vi.stubEnv('DISPLAY', ':99'); // as left over from a desktop that has ended
    await append({ 1000: 'red' });
    const own = await ClipEncoder.launch();
    try {
      const mp4 = await own.encode({ store, fromMs: 1000, toMs: 1500 });
      expect((await viewer.play(mp4, [250])).colours).toEqual(['red']);
    } finally {
      vi.unstubAllEnvs();
      await own.close();
    }
  });

  it('is replaced when it dies, and the clip is made again', async () => {
    const own = await ClipEncoder.launch({ workDir: folder });
    await append({ 1000: 'red', 1500: 'blue' });
    const encoding = own.encode({ store, fromMs: 1000, toMs: 2000 });
    process.kill(own.pid ?? 0, 'SIGKILL');
    expect((await viewer.play(await encoding, [900])).colours).toEqual(['blue']);
    await own.close();
  });

  it('is replaced when it hangs', async () => {
    const own = await ClipEncoder.launch({ workDir: folder, stepTimeoutMs: 5_000 });
    await append({ 1000: 'red', 1500: 'blue' });
    process.kill(own.pid ?? 0, 'SIGSTOP');
    expect(
      (await viewer.play(await own.encode({ store, fromMs: 1000, toMs: 2000 }), [900])).colours,
    ).toEqual(['blue']);
    await own.close();
  });

  it('makes no further clip once the one that replaced it hangs too', async () => {
    const own = await ClipEncoder.launch({ workDir: folder, stepTimeoutMs: 1_500 });
    const [red, blue] = await Promise.all(['red', 'blue'].map((it) => viewer.paint(it, LARGE)));
    for (let atMs = 0; atMs < 20_000; atMs += 40)
      store.append({ atMs, jpeg: (atMs % 80 === 0 ? red : blue) ?? Buffer.alloc(0), ...LARGE });
    const stopped = new Set<number>();
    const watch = setInterval(() => own.pid !== undefined && stop(own.pid, stopped), 2);
    try {
      const clip = { store, fromMs: 0, toMs: 20_000 };
      const clips = [1, 2, 3].map(async () =>
        expect(own.encode(clip)).rejects.toThrow(TimeoutError),
      );
      await Promise.all(clips);
      await expect(own.encode(clip)).rejects.toThrow(TimeoutError);
      expect(stopped.size).toBe(2); // those of the first clip
    } finally {
      clearInterval(watch);
      await own.close();
    }
  });

  it('goes on with the next clip when one has died, and the one that replaced it hangs: nothing has hung twice', async () => {
    const own = await ClipEncoder.launch({ workDir: folder, stepTimeoutMs: 5_000 });
    await append({ 1000: 'red', 1500: 'blue' });
    const clip = { store, fromMs: 1000, toMs: 2000 };
    const first = own.pid;
    const stopped = new Set<number>();
    const watch = setInterval(() => {
      if (own.pid !== undefined && own.pid !== first && stopped.size === 0) stop(own.pid, stopped);
    }, 2);
    try {
      const encoding = own.encode(clip);
      process.kill(first ?? 0, 'SIGKILL');
      await expect(encoding).rejects.toThrow(TimeoutError);
      expect(stopped.size).toBe(1);
      const next = await own.encode(clip);
      expect((await viewer.play(next, [900])).colours).toEqual(['blue']);
    } finally {
      clearInterval(watch);
      await own.close();
    }
  });

  it('leaves nothing behind, and refuses what it has not made', async () => {
    const own = await ClipEncoder.launch({ workDir: folder });
    const { pid = 0 } = own;
    const refused = Promise.all(
      [1, 2].map((n) =>
        expect(own.encode({ store, fromMs: 0, toMs: n * 1000 })).rejects.toMatchObject({
          code: 'encoder_closed',
        }),
      ),
    );
    await Promise.all([own.close(), own.close(), refused]);
    await expect(own.encode({ store, fromMs: 0, toMs: 10 })).rejects.toMatchObject({
      code: 'encoder_closed',
    });
    expect(await readdir(folder)).toEqual(['frames']);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

function stop(pid: number, stopped: Set<number>): void {
  try {
    process.kill(pid, 'SIGSTOP');
    stopped.add(pid);
  } catch {
    // it is gone, and another one comes
  }
}

async function append(
  colours: Record<number, string>,
  size = { width: 320, height: 180 },
): Promise<void> {
  for (const [atMs, colour] of Object.entries(colours))
    store.append({ atMs: Number(atMs), jpeg: await viewer.paint(colour, size), ...size });
}
