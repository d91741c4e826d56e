/**
 * The encoder itself. It runs in a page, because that is where the codecs are: `encoder-page.ts` sends the source of these functions
 * there. Each of them therefore stands alone, and gets what it needs as parameters: nothing around it exists in the page.
 */
import type { Size } from '../../contract/limits';
import type * as mediabunnyModule from 'mediabunny';

/** One picture, as it is sent to the page. */
export interface EncodedShot {
  /** JPEG in base64. Empty: show the picture before it on, or white at the start. */
  jpeg: string;
  /** Times from the clip's start, in milliseconds. */
  startMs: number;
  durationMs: number;
}

/** A part of a clip. */
export interface ClipPart {
  /** Size of the clip, in its first part: it begins the clip, and drops the one before, finished or not. Width and height must be even. */
  size?: Size | undefined;
  shots: EncodedShot[];
  /** The clip ends with it. */
  isLast: boolean;
}

/** What the page offers, as the global `clipEncoder`. It makes one clip at a time. */
export interface PageEncoder {
  /** Takes the next part. With the last one: the length of the clip in bytes, and its first stretch, which mostly is the whole, in base64. */
  add(part: ClipPart): Promise<{ byteLength: number; start: string } | undefined>;
  /** A stretch of the finished clip from this byte on, in base64; empty at its end. */
  read(offset: number): Promise<string>;
}

/** Makes pictures of the size of a clip. The caller closes them. */
export interface Pictures {
  /** Undefined when there is no picture, or a damaged one. */
  decode(jpeg: string): Promise<VideoFrame | undefined>;
  blank(): VideoFrame;
}

/** A codec at work, for pictures of one size. */
export interface Codec {
  readonly size: Size;
  /** As the container calls it. */
  readonly name: 'avc' | 'vp9' | 'av1';
  /** End of the last clip, on its clock, in microseconds. */
  endUs: number;
  /** False once it has failed. */
  isOpen(): boolean;
  /**
   * Encodes the next picture, and closes it. Times go on from clip to clip, in microseconds; so do the chunk's.
   * @throws when it cannot encode
   */
  encode(picture: VideoFrame, isKey: boolean): Promise<EncodedVideoChunk[]>;
  /** How its chunks are to be decoded. Known as soon as there is one. */
  metadata(): EncodedVideoChunkMetadata;
  close(): void;
}

/** A clip in the making. */
export interface ClipInPage {
  add(shot: EncodedShot): Promise<void>;
  /** Ends it. */
  finish(): Promise<Blob>;
  /** Gives its memory back. Safe after {@link ClipInPage.finish}. */
  drop(): Promise<void>;
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
 * Starts the first codec that this browser has: H.264 plays everywhere, but builds without proprietary codecs (Playwright's own
 * Chromium) cannot make it.
 * @throws an `Error` when it has none for such a picture
 */
export async function codecScript(size: Size): Promise<Codec> {
  const isSmall = Math.ceil(size.width / 16) * Math.ceil(size.height / 16) <= 3600; // macroblocks of H.264's level 3.1; else 5.1
  const candidates = [
    ['avc', isSmall ? 'avc1.64001f' : 'avc1.640033'],
    ['vp9', isSmall ? 'vp09.00.31.08' : 'vp09.00.51.08'],
    ['av1', isSmall ? 'av01.0.05M.08' : 'av01.0.13M.08'],
  ] as const;
  const start = (name: Codec['name'], config: VideoEncoderConfig): Codec => {
    const chunks: EncodedVideoChunk[] = [];
    let told: EncodedVideoChunkMetadata = {};
    const encoder = new VideoEncoder({
      output: (chunk, metadata) => {
        if (metadata?.decoderConfig) told = metadata; // once
        chunks.push(chunk);
      },
      error: () => undefined, // it is closed, and the next call throws
    });
    encoder.configure(config);
    return {
      size,
      name,
      endUs: 0,
      isOpen: () => encoder.state === 'configured',
      async encode(picture, isKey) {
        try {
          encoder.encode(picture, { keyFrame: isKey });
        } finally {
          picture.close();
        }
        await encoder.flush();
        return chunks.splice(0);
      },
      metadata: () => told,
      close: () => encoder.state !== 'closed' && encoder.close(),
    };
  };
  for (const [name, codec] of candidates) {
    const config: VideoEncoderConfig = {
      ...size,
      codec,
      bitrate: 1_000_000, // as Playwright's own videos; screen content seldom needs it
      latencyMode: 'quality', // never drops a frame
      ...(name === 'avc' ? { avc: { format: 'avc' } } : { contentHint: 'text' }), // screen content; H.264's encoder takes half more work for it, and half more bytes
    };
    if ((await VideoEncoder.isConfigSupported(config)).supported) return start(name, config);
  }
  throw new Error(
    `this browser encodes neither H.264 nor VP9 nor AV1 at ${size.width}x${size.height}`,
  );
}

/** Begins a clip in memory. */
export async function clipScript(
  mediabunny: typeof mediabunnyModule,
  codec: Codec,
  pictures: Pictures,
): Promise<ClipInPage> {
  const KEY_US = 10_000_000; // a still page costs nothing between them
  const target = new mediabunny.BufferTarget();
  const output = new mediabunny.Output({
    format: new mediabunny.Mp4OutputFormat({ fastStart: 'in-memory' }),
    target,
  });
  const source = new mediabunny.EncodedVideoPacketSource(codec.name);
  output.addVideoTrack(source);
  await output.start();
  const startUs = codec.endUs;
  let shown: VideoFrame | undefined;
  let keyUs = -Infinity;
  return {
    async add({ jpeg, startMs, durationMs }) {
      const picture = (await pictures.decode(jpeg)) ?? shown ?? pictures.blank();
      if (picture !== shown) shown?.close();
      shown = picture;
      const timestamp = startUs + Math.round(startMs * 1000);
      const duration = Math.round(durationMs * 1000);
      codec.endUs = timestamp + duration;
      const isKey = timestamp - keyUs >= KEY_US;
      if (isKey) keyUs = timestamp;
      const frame = new VideoFrame(picture, { timestamp, duration });
      for (const chunk of await codec.encode(frame, isKey)) {
        const packet = mediabunny.EncodedPacket.fromEncodedChunk(chunk);
        const seconds = (chunk.timestamp - startUs) / 1_000_000;
        await source.add(packet.clone({ timestamp: seconds }), codec.metadata());
      }
    },
    async finish() {
      await output.finalize();
      return new Blob([target.buffer ?? '']);
    },
    async drop() {
      shown?.close();
      shown = undefined;
      if (output.state === 'started') await output.cancel();
    },
  };
}

/** Makes one clip after the other. The codec stays at work from clip to clip: to start one is half the work of a small clip. */
export function encoderScript(
  openCodec: (size: Size) => Promise<Codec>,
  openClip: (codec: Codec) => Promise<ClipInPage>,
): PageEncoder {
  const READ_BYTES = 4 * 1024 * 1024;
  let codec: Codec | undefined;
  let clip: ClipInPage | undefined;
  let finished = new Blob();
  const codecFor = async ({ width, height }: Size): Promise<Codec> => {
    if (codec?.isOpen() && codec.size.width === width && codec.size.height === height) return codec;
    codec?.close();
    codec = undefined;
    return (codec = await openCodec({ width, height }));
  };
  const read = async (offset: number): Promise<string> => {
    const stretch = finished.slice(offset, offset + READ_BYTES);
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      reader.readAsDataURL(stretch);
    });
    return url.slice(url.indexOf(',') + 1);
  };
  return {
    read,
    async add({ size, shots, isLast }) {
      if (size) {
        await clip?.drop();
        finished = new Blob();
        clip = await openClip(await codecFor(size));
      }
      for (const shot of shots) await clip?.add(shot);
      if (!isLast) return undefined;
      finished = (await clip?.finish()) ?? finished;
      await clip?.drop();
      return { byteLength: finished.size, start: await read(0) };
    },
  };
}
