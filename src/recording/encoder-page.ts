/** The script of the encoder's page (`assets/encoder.js`): browsers have the codecs. {@link ClipEncoder} calls the global `clipEncoder`. */
import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import type { Size } from '../contract/limits';

/** One picture of a clip. */
export interface EncodedShot {
  /** JPEG in base64. If empty, the picture before it stays on screen, or white at the start. */
  jpeg: string;
  /** Times from the clip's start, in milliseconds. */
  startMs: number;
  durationMs: number;
}

/** A part of a clip. */
export interface ClipPart {
  /** Size of the clip, in its first part: that begins the clip, and drops the one before, finished or not. Width and height must be even. */
  size?: Size | undefined;
  shots: EncodedShot[];
  /** True for the last part of the clip. */
  isLast: boolean;
}

/** The calls of the page. It makes one clip at a time. */
export interface PageEncoder {
  /** Takes the next part. With the last one: the length of the clip in bytes, and its first stretch in base64, which is usually all of it. */
  add(part: ClipPart): Promise<{ byteLength: number; start: string } | undefined>;
  /** A stretch of the finished clip from this byte on, in base64; empty at its end. */
  read(offset: number): Promise<string>;
}

/** A video encoder for pictures of one size. It is used for one clip after the other: to start one is half the work of a small clip. */
interface Codec {
  readonly size: Size;
  /** Its name in the container. */
  readonly name: 'avc' | 'vp9' | 'av1';
  readonly encoder: VideoEncoder;
  /** Encoded pictures that were not taken yet. */
  readonly chunks: EncodedVideoChunk[];
  /** How to decode its chunks. Known with the first one. */
  metadata: EncodedVideoChunkMetadata;
  /** End of the last clip, in microseconds: its clock runs on from clip to clip. */
  endUs: number;
}

/** Size of a stretch, in bytes. */
const READ_BYTES = 4 * 1024 * 1024;
/** Time between key frames, in microseconds. A still page costs nothing in between. */
const KEY_US = 10_000_000;
/** As in Playwright's own videos, in bits per second. Pictures of screens seldom need it. */
const BITRATE = 1_000_000;

/** Codecs with their names in the container, in the order of preference. */
const SMALL_CODECS = [
  ['avc', 'avc1.64001f'],
  ['vp9', 'vp09.00.31.08'],
  ['av1', 'av01.0.05M.08'],
] as const;
const LARGE_CODECS = [
  ['avc', 'avc1.640033'],
  ['vp9', 'vp09.00.51.08'],
  ['av1', 'av01.0.13M.08'],
] as const;

/** A clip in memory that is not finished. */
class Clip {
  readonly #codec: Codec;
  readonly #startUs: number;
  readonly #target = new BufferTarget();
  readonly #output = new Output({
    format: new Mp4OutputFormat({ fastStart: 'in-memory' }),
    target: this.#target,
  });
  readonly #source: EncodedVideoPacketSource;
  #shown: VideoFrame | undefined;
  #keyUs = -Infinity;

  constructor(codec: Codec) {
    this.#codec = codec;
    this.#startUs = codec.endUs;
    this.#source = new EncodedVideoPacketSource(codec.name);
    this.#output.addVideoTrack(this.#source);
  }

  async add({ jpeg, startMs, durationMs }: EncodedShot): Promise<void> {
    if (this.#output.state === 'pending') await this.#output.start();
    const { size } = this.#codec;
    const picture = (await decode(jpeg, size)) ?? this.#shown ?? draw(size, 'white');
    if (picture !== this.#shown) this.#shown?.close();
    this.#shown = picture;
    const timestamp = this.#startUs + Math.round(startMs * 1000);
    const duration = Math.round(durationMs * 1000);
    this.#codec.endUs = timestamp + duration;
    const isKey = timestamp - this.#keyUs >= KEY_US;
    if (isKey) this.#keyUs = timestamp;
    await this.#encode(new VideoFrame(picture, { timestamp, duration }), isKey);
  }

  async finish(): Promise<Blob> {
    await this.#output.finalize();
    return new Blob([this.#target.buffer ?? '']);
  }

  /** Frees its memory. Safe after {@link finish}. */
  async drop(): Promise<void> {
    this.#shown?.close();
    this.#shown = undefined;
    if (this.#output.state === 'started') await this.#output.cancel();
  }

  async #encode(picture: VideoFrame, keyFrame: boolean): Promise<void> {
    const { encoder, chunks } = this.#codec;
    try {
      encoder.encode(picture, { keyFrame });
    } finally {
      picture.close();
    }
    await encoder.flush();
    for (const chunk of chunks.splice(0)) {
      const timestamp = (chunk.timestamp - this.#startUs) / 1_000_000;
      const packet = EncodedPacket.fromEncodedChunk(chunk).clone({ timestamp });
      await this.#source.add(packet, this.#codec.metadata);
    }
  }
}

let codec: Codec | undefined;
let clip: Clip | undefined;
let finished = new Blob();

const clipEncoder: PageEncoder = {
  read,
  async add({ size, shots, isLast }) {
    if (size) {
      await clip?.drop();
      finished = new Blob();
      codec = await codecFor(size);
      clip = new Clip(codec);
    }
    for (const shot of shots) await clip?.add(shot);
    if (!isLast) return undefined;
    finished = (await clip?.finish()) ?? finished;
    await clip?.drop();
    return { byteLength: finished.size, start: await read(0) };
  },
};
Object.assign(globalThis, { clipEncoder });

async function read(offset: number): Promise<string> {
  const stretch = finished.slice(offset, offset + READ_BYTES);
  const url = await new Promise<string>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.readAsDataURL(stretch);
  });
  return url.slice(url.indexOf(',') + 1);
}

/**
 * Starts the first codec that this browser has. H.264 plays everywhere, but builds without proprietary codecs (Playwright's own
 * Chromium) cannot encode it.
 * @throws an `Error` when it has none for such a picture
 */
async function codecFor(size: Size): Promise<Codec> {
  const { width, height } = size;
  if (codec?.encoder.state === 'configured') {
    if (codec.size.width === width && codec.size.height === height) return codec;
    codec.encoder.close();
  }
  codec = undefined;
  const isSmall = Math.ceil(width / 16) * Math.ceil(height / 16) <= 3600; // macroblocks of H.264's level 3.1; else 5.1
  for (const [name, codecString] of isSmall ? SMALL_CODECS : LARGE_CODECS) {
    const config: VideoEncoderConfig = {
      ...{ width, height, codec: codecString, bitrate: BITRATE },
      latencyMode: 'quality', // never drops a frame
      ...(name === 'avc' ? { avc: { format: 'avc' } } : { contentHint: 'text' }), // screen content; with the hint H.264's encoder takes half more time and bytes
    };
    if ((await VideoEncoder.isConfigSupported(config)).supported)
      return startCodec(name, size, config);
  }
  throw new Error(`this browser encodes neither H.264 nor VP9 nor AV1 at ${width}x${height}`);
}

function startCodec(name: Codec['name'], size: Size, config: VideoEncoderConfig): Codec {
  const chunks: EncodedVideoChunk[] = [];
  const encoder = new VideoEncoder({
    output: (chunk, metadata) => {
      if (metadata?.decoderConfig) started.metadata = metadata; // once
      chunks.push(chunk);
    },
    error: () => undefined, // it is closed, and the next call throws
  });
  encoder.configure(config);
  const started: Codec = { size, name, encoder, chunks, metadata: {}, endUs: 0 };
  return started;
}

/** Undefined when there is no picture, or a damaged one. */
async function decode(jpeg: string, size: Size): Promise<VideoFrame | undefined> {
  if (!jpeg) return undefined;
  try {
    const decoder = new ImageDecoder({ data: await bytesOf(jpeg), type: 'image/jpeg' });
    const { image } = await decoder.decode(); // in the YUV of the JPEG, as codecs take it: a third of the work of a bitmap
    decoder.close();
    return image.displayWidth === size.width && image.displayHeight === size.height
      ? image
      : draw(size, '#808080', image); // in the middle, on grey
  } catch {
    return undefined;
  }
}

async function bytesOf(jpeg: string): Promise<BufferSource> {
  const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }; // faster, since Chromium 140
  return fromBase64?.(jpeg) ?? (await fetch(`data:image/jpeg;base64,${jpeg}`)).arrayBuffer();
}

/** A picture of one color, with an image in its middle. */
function draw({ width, height }: Size, color: string, image?: VideoFrame): VideoFrame {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (context) context.fillStyle = color;
  context?.fillRect(0, 0, width, height);
  if (image) {
    const scale = Math.min(1, width / image.displayWidth, height / image.displayHeight);
    const [w, h] = [image.displayWidth * scale, image.displayHeight * scale];
    context?.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
    image.close();
  }
  return new VideoFrame(canvas, { timestamp: 0 });
}
