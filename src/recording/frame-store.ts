/** The frames of one session, on disk as they come: a crash loses nothing that was written, and clips are cut from it afterwards. */
import { mkdir } from 'node:fs/promises';
import { errorOf } from '../base/errors';
import { isSessionwrightError, SessionwrightError } from '../contract/errors';
import type { FrameEntry } from './frame-segment';
import { FrameSegment } from './frame-segment';

/** How much of a session is kept, in bytes of JPEG: 512 MiB, about four hours of busy 800x450 pages at 25 KB a frame. */
const MAX_BYTES = 512 * 1024 * 1024;
/** A full store makes room by dropping its oldest part: one of so many. */
const SEGMENTS = 8;
/** At most so many parts, each of them an open file: a disk that is full at times leaves small ones. */
const MAX_SEGMENTS = 64;
/** Frames that wait for the disk may take so much memory, in bytes: 32 MiB. Beyond it the disk is too slow, and frames are left out. */
const MAX_UNWRITTEN_BYTES = 32 * 1024 * 1024;
/** All stores of a process together, in bytes: many sessions on one slow disk must not fill the memory. */
const MAX_UNWRITTEN_BYTES_OF_ALL = 128 * 1024 * 1024;
/** Frames written by one call: well below the 1024 buffers that POSIX systems take (IOV_MAX). */
const MAX_WRITE_FRAMES = 256;

/** One picture of the screen. */
export interface Frame {
  /** When it was on screen, in milliseconds since the epoch, on the scale of `Date.now()`. */
  atMs: number;
  jpeg: Buffer;
  /** Size of the picture, in pixels. */
  width: number;
  height: number;
}

/** A stored frame; {@link FrameStore.read} gives its picture. */
export interface FrameRef extends FrameEntry {
  /** Number of the segment that holds it. */
  readonly segment: number;
}

/** How to keep frames. */
export interface FrameStoreOptions {
  /**
   * Upper bound on the disk space, in bytes. A full store drops its oldest frames, an eighth at a time: the clips of earlier
   * tests are made by then, and it is the end of a test that shows why it failed.
   * @default 512 MiB
   */
  maxBytes?: number | undefined;
}

/**
 * An append-only store of frames, bounded in size.
 *
 *     append --> memory --> [segment n: data, then index] --> read
 *                              |
 *         more than maxBytes:  '-- the oldest segment is removed, `truncated` is true
 *
 * A disk that fails ends the storing (`problem` says why), never a test. One that is full does so for as long as it is: each frame
 * is tried, and the first that fits begins a new segment.
 */
export class FrameStore {
  static #unwrittenBytesOfAll = 0;
  /** Where the files are. They stay when the store is closed. */
  readonly folder: string;
  readonly #maxBytes: number;
  /** The files, oldest first. */
  readonly #segments: FrameSegment[];
  /** Where the next frame goes; its file is made when that frame is written. */
  #end: { segment: number; offset: number };
  /** Oldest first. */
  #refs: FrameRef[];
  readonly #unwritten = new Map<FrameRef, Buffer>();
  #unwrittenBytes = 0;
  #writing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  #truncated = false;
  #problem: Error | undefined;
  /** Pictures that could not be written, the latest of them in a row: from when to when. */
  #gap: { fromMs: number; toMs: number; reason: Error } | undefined;
  /** Frames were lost since the last one that was added: what was on screen before is not known to be any more. */
  #isInterrupted = false;

  private constructor(
    folder: string,
    options: FrameStoreOptions,
    found: { segments: FrameSegment[]; refs: FrameRef[] },
  ) {
    this.folder = folder;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#segments = found.segments;
    this.#refs = found.refs;
    this.#end = { segment: (found.segments.at(-1)?.number ?? 0) + 1, offset: 0 };
  }

  /** Opens a store in a folder, which is made if need be. What an earlier store wrote there, and a crash left, can be read. */
  static async open(folder: string, options: FrameStoreOptions = {}): Promise<FrameStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const numbers = await FrameSegment.list(folder);
    const loaded = await Promise.all(numbers.map((number) => FrameSegment.load(folder, number)));
    const refs = loaded.flatMap(({ segment, entries }) =>
      entries.map((entry) => ({ ...entry, segment: segment.number })),
    );
    return new FrameStore(folder, options, {
      segments: loaded.map(({ segment }) => segment),
      refs,
    });
  }

  /** True once frames were dropped: the oldest for want of space, or some because the disk was too slow. */
  get truncated(): boolean {
    return this.#truncated;
  }

  /** Why nothing is stored at present, such as a full disk; undefined while all is well. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** Why pictures of a stretch could not be written; undefined when all that came were. To be asked once it is {@link flushed}, soon after: only the latest failure is known. */
  whyMissing(fromMs: number, toMs: number): Error | undefined {
    const gap = this.#gap;
    return gap && gap.fromMs <= toMs && gap.toMs >= fromMs ? gap.reason : undefined;
  }

  /** The latest frame; undefined when there is none. */
  get last(): FrameRef | undefined {
    return this.#refs.findLast(isPicture);
  }

  /** Stores a frame. Returns at once; frames are written in this order. Ignored once the store is closed or its disk failed for good. */
  append(frame: Frame): void {
    const { length } = frame.jpeg;
    const isTooMuch =
      this.#unwrittenBytes + length > MAX_UNWRITTEN_BYTES ||
      FrameStore.#unwrittenBytesOfAll + length > MAX_UNWRITTEN_BYTES_OF_ALL;
    if (isTooMuch) this.#truncated = true;
    else this.#add(frame);
  }

  /** Marks that what was on screen before is not any more, so that {@link select} does not take it for the start of a clip. */
  cut(atMs: number): void {
    const last = this.#refs.at(-1);
    if (last && isPicture(last)) this.#add(cutAt(atMs));
  }

  /** The frames from one moment to another, in order, and before them the one that was on screen at the start, if there was one. */
  select(fromMs: number, toMs: number): FrameRef[] {
    const onScreen = this.#countUntil(fromMs) - 1; // a cut stands for nothing
    return this.#refs.slice(Math.max(0, onScreen), this.#countUntil(toMs)).filter(isPicture);
  }

  /**
   * Reads the picture of a frame, written or not yet written.
   * @throws {@link SessionwrightError} `frame_lost` when it was dropped in the meantime, or its file was changed
   */
  async read(ref: FrameRef): Promise<Buffer> {
    const unwritten = this.#unwritten.get(ref);
    if (unwritten) return unwritten;
    const segment = this.#segments.find(({ number }) => number === ref.segment);
    if (!segment)
      throw new SessionwrightError(
        `A frame of ${this.folder} is gone: it was dropped to make room, or could not be written.`,
        { code: 'frame_lost' },
      );
    return segment.read(ref);
  }

  /** Resolves when everything that was appended so far is on disk, or the disk has failed. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  /** Writes what waits, and closes the files. They stay, and can still be read. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#writing;
    await Promise.all(this.#segments.map((segment) => segment.close()));
  }

  #add(frame: Frame): void {
    if (this.#closed || (this.#problem && !isFull(this.#problem))) return;
    const isAfterGap = this.#isInterrupted;
    this.#isInterrupted = false;
    if (isAfterGap) this.#put(cutAt(frame.atMs));
    this.#put(frame);
  }

  #put({ atMs, jpeg, width, height }: Frame): void {
    if (this.#end.offset >= this.#maxBytes / SEGMENTS)
      this.#end = { segment: this.#end.segment + 1, offset: 0 };
    const inOrder = Math.max(Math.round(atMs), this.#refs.at(-1)?.atMs ?? 0); // a clock may be set back
    const ref = { atMs: inOrder, byteLength: jpeg.length, width, height, ...this.#end };
    this.#end.offset += jpeg.length;
    this.#refs.push(ref);
    this.#unwritten.set(ref, jpeg);
    this.#countUnwritten(jpeg.length);
    this.#writing ??= this.#write();
  }

  /** Writes until nothing waits. There is one such loop at a time, so frames keep their order. */
  async #write(): Promise<void> {
    await Promise.resolve(); // frames that arrive together are written together
    while (this.#unwritten.size > 0)
      await this.#writeWaiting().catch(async (error: unknown) => this.#fail(error));
    this.#writing = undefined;
  }

  /** What waits is lost, and a segment with nothing in it is removed: its place is for one that has something. */
  async #fail(error: unknown): Promise<void> {
    const reason = errorOf(error);
    this.#noteGap(reason);
    this.#problem = reason;
    this.#refs = this.#refs.filter((ref) => !this.#unwritten.has(ref));
    this.#unwritten.clear();
    this.#countUnwritten(-this.#unwrittenBytes);
    this.#isInterrupted = true;
    this.#end = { segment: this.#end.segment + 1, offset: 0 };
    const last = this.#segments.at(-1);
    if (!last || this.#refs.some(({ segment }) => segment === last.number)) return;
    this.#segments.pop();
    await last.remove().catch(() => undefined); // it goes with the folder
  }

  /** Pictures that fail one after the other make one gap. */
  #noteGap(reason: Error): void {
    const lost = [...this.#unwritten.keys()].filter(isPicture);
    const [first, last] = [lost[0], lost.at(-1)];
    if (!first || !last) return;
    const fromMs = this.#problem && this.#gap ? this.#gap.fromMs : first.atMs;
    this.#gap = { fromMs, toMs: isFull(reason) ? last.atMs : Infinity, reason };
  }

  /** Writes what waits for the oldest segment that something waits for. */
  async #writeWaiting(): Promise<void> {
    const waiting = [...this.#unwritten];
    const number = waiting[0]?.[0].segment ?? 0;
    const frames = waiting
      .filter(([ref]) => ref.segment === number)
      .slice(0, MAX_WRITE_FRAMES)
      .map(([entry, jpeg]) => ({ entry, jpeg }));
    const segment = await this.#segment(number);
    await segment.write(frames);
    this.#problem = undefined;
    for (const { entry, jpeg } of frames) {
      this.#unwritten.delete(entry);
      this.#countUnwritten(-jpeg.length);
    }
  }

  #countUnwritten(bytes: number): void {
    this.#unwrittenBytes += bytes;
    FrameStore.#unwrittenBytesOfAll += bytes;
  }

  /** The segment to write to: the last one, or a new one for which room is made. */
  async #segment(number: number): Promise<FrameSegment> {
    const last = this.#segments.at(-1);
    if (last?.number === number) return last;
    const next = await FrameSegment.create(this.folder, number);
    this.#segments.push(next);
    const othersMayTake = this.#maxBytes * (1 - 1 / SEGMENTS);
    while (this.#segments.length > MAX_SEGMENTS || this.#writtenBytes() > othersMayTake)
      await this.#dropOldest();
    return next;
  }

  #writtenBytes(): number {
    return this.#segments.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  async #dropOldest(): Promise<void> {
    const oldest = this.#segments.shift();
    this.#truncated = true;
    this.#refs = this.#refs.filter((ref) => ref.segment !== oldest?.number);
    await oldest?.remove();
  }

  /** How many entries are at this moment or before it. */
  #countUntil(atMs: number): number {
    let [low, high] = [0, this.#refs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#refs[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Then there may be room again at any time. */
function isFull(error: Error): boolean {
  return isSessionwrightError(error, 'frame_store_full');
}

function cutAt(atMs: number): Frame {
  return { atMs, jpeg: Buffer.alloc(0), width: 0, height: 0 };
}

function isPicture(entry: FrameEntry): boolean {
  return entry.byteLength > 0;
}
