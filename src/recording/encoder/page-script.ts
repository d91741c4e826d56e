/**
 * The encoder itself. It runs in a page, because that is where the codecs are: `encoder-page.ts` sends the source of these functions
 * there. Each of them therefore stands alone, and gets what it needs as parameters: nothing around it exists in the page.
 */
import type { Size } from '../../contract/limits';
import type { Mediabunny } from '../mediabunny';

/** One picture, as it is sent to the page. */
export interface EncodedShot {
  /** JPEG in base64. Empty: show the picture before it on, or white at the start. */
  jpeg: string;
  /** Times from the clip's start, in milliseconds. */
  startMs: number;
  durationMs: number;
}

/** What the page offers, as the global `clipEncoder`. Jobs are numbered by the caller. */
export interface PageEncoder {
  /** Width and height must be even. */
  begin(job: number, size: Size): Promise<void>;
  add(job: number, shots: EncodedShot[]): Promise<void>;
  /** Ends the clip. Gives its length in bytes, and its first part, which mostly is the whole. */
  finish(job: number): Promise<{ byteLength: number; start: string }>;
  /** A part of the finished clip from this byte on, in base64; empty at its end. */
  read(job: number, offset: number): Promise<string>;
  /** Forgets a job, finished or not. */
  drop(job: number): Promise<void>;
}

/** Makes pictures of the size of a clip. The caller closes them. */
export interface Pictures {
  /** Undefined when there is no picture, or a damaged one. */
  decode(jpeg: string): Promise<VideoFrame | undefined>;
  blank(): VideoFrame;
}

/** A clip in the making. */
export interface ClipInPage {
  add(shot: EncodedShot): Promise<void>;
  finish(): Promise<Blob>;
  cancel(): Promise<void>;
}

/** Decodes JPEGs, and fits those of another size into the clip. */
export function picturesScript({ width, height }: Size): Pictures {
  const draw = (colour: string, image?: VideoFrame): VideoFrame => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { alpha: false });
    if (context) context.fillStyle = colour;
    context?.fillRect(0, 0, width, height);
    if (image) {
      const scale = Math.min(1, width / image.displayWidth, height / image.displayHeight);
      const [w, h] = [image.displayWidth * scale, image.displayHeight * scale];
      context?.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
      image.close();
    }
    return new VideoFrame(canvas, { timestamp: 0 });
  };
  /** The quick way is there since Chromium 140. */
  const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  const toBytes = async (jpeg: string): Promise<BufferSource> =>
    fromBase64?.(jpeg) ?? (await fetch(`data:image/jpeg;base64,${jpeg}`)).arrayBuffer();
  return {
    async decode(jpeg) {
      if (!jpeg) return undefined;
      try {
        const decoder = new ImageDecoder({ data: await toBytes(jpeg), type: 'image/jpeg' });
        const { image } = await decoder.decode(); // in the YUV of the JPEG, which is what codecs take: a third of the work of a bitmap
        decoder.close();
        return image.displayWidth === width && image.displayHeight === height
          ? image
          : draw('#808080', image); // in the middle, on grey
      } catch {
        return undefined;
      }
    },
    blank: () => draw('white'),
  };
}

/**
 * Encodes one clip into memory.
 * @throws an `Error` when this browser cannot encode such a picture
 */
export async function clipScript(
  mediabunny: Mediabunny,
  size: Size,
  pictures: Pictures,
): Promise<ClipInPage> {
  // 1 Mbit/s as Playwright's own videos; screen content seldom needs it
  const quality = new mediabunny.Quality({ bitrate: 1_000_000 });
  // H.264 plays everywhere, but builds without proprietary codecs (Playwright's own Chromium) cannot make it
  const codec = await mediabunny.getFirstEncodableVideoCodec(['avc', 'vp9', 'av1'], {
    ...size,
    quality,
  });
  if (!codec)
    throw new Error(
      `this browser encodes neither H.264 nor VP9 nor AV1 at ${size.width}x${size.height}`,
    );
  const target = new mediabunny.BufferTarget();
  const output = new mediabunny.Output({
    format: new mediabunny.Mp4OutputFormat({ fastStart: 'in-memory' }),
    target,
  });
  const source = new mediabunny.VideoSampleSource({
    codec,
    quality,
    keyFrameInterval: 10, // seconds; a still page costs nothing between them
    latencyMode: 'quality', // never drops a frame
    ...(codec !== 'avc' && { contentHint: 'text' }), // screen content; H.264's encoder takes half more work for it, and half more bytes
  });
  output.addVideoTrack(source);
  await output.start();
  let shown: VideoFrame | undefined;
  return {
    async add({ jpeg, startMs, durationMs }) {
      const picture = (await pictures.decode(jpeg)) ?? shown ?? pictures.blank();
      if (picture !== shown) shown?.close();
      shown = picture;
      const sample = new mediabunny.VideoSample(
        new VideoFrame(picture, { timestamp: startMs * 1000, duration: durationMs * 1000 }),
      );
      await source.add(sample);
      sample.close();
    },
    async finish() {
      shown?.close();
      await output.finalize();
      return new Blob([target.buffer ?? '']);
    },
    async cancel() {
      shown?.close();
      if (output.state === 'started') await output.cancel();
    },
  };
}

/** Keeps the clips in the making, by job. */
export function encoderScript(openClip: (size: Size) => Promise<ClipInPage>): PageEncoder {
  const PART_BYTES = 4 * 1024 * 1024;
  const clips = new Map<number, ClipInPage>();
  const finished = new Map<number, Blob>();
  const read = async (job: number, offset: number): Promise<string> => {
    const part = (finished.get(job) ?? new Blob()).slice(offset, offset + PART_BYTES);
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      reader.readAsDataURL(part);
    });
    return url.slice(url.indexOf(',') + 1);
  };
  return {
    read,
    async begin(job, size) {
      clips.set(job, await openClip(size));
    },
    async add(job, shots) {
      for (const shot of shots) await clips.get(job)?.add(shot);
    },
    async finish(job) {
      const mp4 = (await clips.get(job)?.finish()) ?? new Blob();
      finished.set(job, mp4);
      return { byteLength: mp4.size, start: await read(job, 0) };
    },
    async drop(job) {
      const clip = clips.get(job);
      clips.delete(job);
      if (!finished.delete(job)) await clip?.cancel();
    },
  };
}
