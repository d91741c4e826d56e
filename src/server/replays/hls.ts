/** The replay of a session for HLS players: the same pictures in a fragmented MP4, and the playlist that leads to its parts. */
import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../base/atomic-file';
import { readJson } from '../../base/json';
import { loadMediabunny } from '../../recording/mediabunny';

/** A part begins with a whole picture, which the encoder makes every 10 seconds at most: shorter parts cannot be. In seconds. */
const LEAST_SEGMENT_SECONDS = 2;
/** Version of HLS that knows parts of one MP4 file. */
const HLS_VERSION = 7;

/** A stretch of the fragmented file. */
interface Part {
  offset: number;
  length: number;
}

/** Where the parts of a fragmented MP4 are. */
export interface HlsIndex {
  /** What a player must know before any segment. */
  map: Part;
  segments: (Part & { seconds: number })[];
}

/** A fragmented MP4 on disk. */
export interface HlsReplay {
  path: string;
  index: HlsIndex;
}

/** The parts of a replay, if they have been made. */
export async function readHlsReplay(mp4Path: string): Promise<HlsReplay | undefined> {
  const index = (await readJson(indexPath(mp4Path))) as HlsIndex | undefined;
  return index && { path: partsPath(mp4Path), index };
}

/** Makes the parts of a replay from its MP4, without encoding it again, and keeps them next to it. */
export async function makeHlsReplay(mp4Path: string): Promise<HlsReplay> {
  const { file, index } = await fragment(mp4Path);
  const path = partsPath(mp4Path);
  await replaceFile(path, file, { isDurable: false });
  await replaceFile(indexPath(mp4Path), JSON.stringify(index), { isDurable: false }); // last: if it is there, the parts are too
  return { path, index };
}

function partsPath(mp4Path: string): string {
  return `${mp4Path}.hls.mp4`;
}

function indexPath(mp4Path: string): string {
  return `${mp4Path}.hls.json`;
}

/**
 * The text of the playlist. Every part of it is a range of the file at the URL.
 * @see https://www.rfc-editor.org/rfc/rfc8216
 */
export function hlsPlaylist({ map, segments }: HlsIndex, url: string): string {
  const range = ({ offset, length }: Part): string => `${length}@${offset}`;
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${HLS_VERSION}`,
    `#EXT-X-TARGETDURATION:${Math.ceil(Math.max(1, ...segments.map(({ seconds }) => seconds)))}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${url}",BYTERANGE="${range(map)}"`,
    ...segments.flatMap((segment) => [
      `#EXTINF:${segment.seconds.toFixed(3)},`,
      `#EXT-X-BYTERANGE:${range(segment)}`,
      url,
    ]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
}

/** Puts the encoded pictures into another wrapping. */
async function fragment(mp4Path: string): Promise<{ file: Buffer; index: HlsIndex }> {
  const {
    ALL_FORMATS,
    BufferSource,
    BufferTarget,
    EncodedPacketSink,
    EncodedVideoPacketSource,
    Input,
    Mp4OutputFormat,
    Output,
  } = await loadMediabunny();
  const input = new Input({
    formats: ALL_FORMATS,
    source: new BufferSource(await readFile(mp4Path)),
  });
  const track = await input.getPrimaryVideoTrack();
  const codec = await track?.getCodec();
  if (!track || !codec) throw new Error(`The replay ${mp4Path} has no video track.`);
  const parts = new PartList();
  const target = new BufferTarget();
  const output = new Output({
    format: new Mp4OutputFormat({
      fastStart: 'fragmented',
      minimumFragmentDuration: LEAST_SEGMENT_SECONDS,
      ...parts.listeners,
    }),
    target,
  });
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source);
  await output.start();
  const decoderConfig = (await track.getDecoderConfig()) ?? undefined;
  for await (const packet of new EncodedPacketSink(track).packets())
    await source.add(packet, decoderConfig && { decoderConfig });
  await output.finalize();
  return {
    file: Buffer.from(target.buffer ?? new ArrayBuffer(0)),
    index: parts.index(await track.computeDuration()),
  };
}

/** Notes where the library writes what. */
class PartList {
  readonly #fragments: { offset: number; end: number; startSeconds: number }[] = [];
  #mapEnd = 0;

  readonly listeners = {
    onMoov: (data: Uint8Array, position: number): void =>
      void (this.#mapEnd = position + data.length),
    onMoof: (_: Uint8Array, position: number, startSeconds: number): void =>
      void this.#fragments.push({ offset: position, end: position, startSeconds }),
    onMdat: (data: Uint8Array, position: number): void => {
      const fragment = this.#fragments.at(-1);
      if (fragment) fragment.end = position + data.length;
    },
  };

  index(totalSeconds: number): HlsIndex {
    const segments = this.#fragments.map(({ offset, end, startSeconds }, n) => ({
      offset,
      length: end - offset,
      seconds: (this.#fragments[n + 1]?.startSeconds ?? totalSeconds) - startSeconds,
    }));
    return { map: { offset: 0, length: this.#mapEnd }, segments };
  }
}
