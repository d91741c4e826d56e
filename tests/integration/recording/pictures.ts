/** Looks at pictures and clips in a real browser: which colour is where, how long a clip plays. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BufferSource, EncodedPacketSink, Input, MP4 } from 'mediabunny';
import { chromium } from 'playwright-core';
import { launchChromium } from '../../../src/browser/chromium';

/** A clip as a `<video>` element plays it. */
export interface PlayedClip {
  durationMs: number;
  width: number;
  height: number;
  /** Names of the colours in the middle of the picture, one per moment asked for. */
  colours: string[];
}

export interface PictureViewer {
  /** The colour in the middle of a JPEG, by name. */
  colourOf(jpeg: Buffer): Promise<string>;
  /** A JPEG of one colour. */
  paint(colour: string, size: { width: number; height: number }): Promise<Buffer>;
  /** Plays an MP4, and looks at the given moments (milliseconds from its start). */
  play(mp4: Buffer, atMs?: number[]): Promise<PlayedClip>;
  close(): Promise<void>;
}

/** The pure colours that tests paint pages with. */
const COLOURS: Record<string, [number, number, number]> = {
  red: [255, 0, 0],
  lime: [0, 255, 0],
  blue: [0, 0, 255],
  yellow: [255, 255, 0],
  white: [255, 255, 255],
  black: [0, 0, 0],
};

export async function openPictureViewer(): Promise<PictureViewer> {
  const folder = await mkdtemp(join(tmpdir(), 'viewer-'));
  const process = await launchChromium({ userDataDir: folder });
  const browser = await chromium.connectOverCDP(process.cdpUrl ?? '');
  const page = await browser.newPage();
  let served: Buffer = Buffer.alloc(0);
  const server = createServer((request, response) => {
    response.setHeader('content-type', request.url === '/clip.mp4' ? 'video/mp4' : 'text/html');
    response.end(request.url === '/clip.mp4' ? served : '<!doctype html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    async colourOf(jpeg) {
      return nearest(
        await page.evaluate(middleOfPicture, `data:image/jpeg;base64,${jpeg.toString('base64')}`),
      );
    },
    async paint(colour, size) {
      return Buffer.from(await page.evaluate(paintPicture, { colour, ...size }), 'base64');
    },
    async play(mp4, atMs = []) {
      served = mp4;
      const moments = await Promise.all(
        atMs.map(async (at) => ({ seconds: at / 1000, frameUs: await frameAt(mp4, at / 1000) })),
      );
      const { pixels, ...clip } = await page.evaluate(playClip, moments);
      return { ...clip, colours: pixels.map(nearest) };
    },
    async close() {
      server.close();
      await browser.close();
      await process.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function middleOfPicture(url: string): Promise<number[]> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context?.drawImage(image, 0, 0);
  return [...(context?.getImageData(image.width / 2, image.height / 2, 1, 1).data ?? [])];
}

function paintPicture({
  colour,
  width,
  height,
}: {
  colour: string;
  width: number;
  height: number;
}): string {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (context) context.fillStyle = colour;
  context?.fillRect(0, 0, width, height);
  return canvas.toDataURL('image/jpeg').split(',')[1] ?? '';
}

/** When the frame begins that belongs to this moment, in microseconds: by the file, not by a player. */
async function frameAt(mp4: Buffer, seconds: number): Promise<number> {
  const input = new Input({ source: new BufferSource(mp4), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  const packet = track && (await new EncodedPacketSink(track).getPacket(seconds));
  if (!packet) throw new Error(`the clip has nothing at ${seconds} s`);
  return packet.microsecondTimestamp;
}

async function playClip(
  moments: { seconds: number; frameUs: number }[],
): Promise<{ durationMs: number; width: number; height: number; pixels: number[][] }> {
  const video = document.createElement('video');
  const blob = await (await fetch('/clip.mp4', { cache: 'no-store' })).blob();
  video.src = URL.createObjectURL(blob);
  const happens = (event: string): Promise<void> =>
    new Promise((resolve, reject) => {
      video.addEventListener(event, () => resolve(), { once: true });
      video.addEventListener(
        'error',
        () => reject(new Error(video.error?.message ?? 'the clip cannot be played')),
        { once: true },
      );
    });
  const picture = (): VideoFrame | undefined => {
    try {
      return new VideoFrame(video);
    } catch {
      return undefined; // it has none yet, whatever its `readyState` says
    }
  };
  await happens('loadeddata');
  const { videoWidth: width, videoHeight: height } = video;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  const pixels: number[][] = [];
  for (const { seconds, frameUs } of moments) {
    const seeked = happens('seeked');
    video.currentTime = seconds;
    await seeked;
    // 'seeked' can come before the picture is there: until then the video has none, or still shows the one before
    const until = performance.now() + 10_000; // then it is taken as it is, and its colour tells
    for (let isShown = false; !isShown; await new Promise(requestAnimationFrame)) {
      const frame = picture();
      const isRight = frame !== undefined && Math.abs(frame.timestamp - frameUs) < 500; // a player rounds by its own clock
      isShown = isRight || (frame !== undefined && performance.now() > until);
      if (frame && isShown) {
        context?.drawImage(frame, 0, 0);
        pixels.push([...(context?.getImageData(width / 2, height / 2, 1, 1).data ?? [])]);
      }
      frame?.close();
    }
  }
  return { durationMs: video.duration * 1000, width, height, pixels };
}

/** JPEG and video change colours a little. */
function nearest(pixel: number[]): string {
  const distance = (colour: number[]): number =>
    colour.reduce((sum, value, n) => sum + Math.abs(value - (pixel[n] ?? 0)), 0);
  const [name = '', colour = []] =
    Object.entries(COLOURS).sort(([, a], [, b]) => distance(a) - distance(b))[0] ?? [];
  return distance(colour) < 60 ? name : `rgb(${pixel.join()})`;
}
