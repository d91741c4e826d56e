/** The frames of one session on disk. A crash loses nothing that was written, and clips are cut from them afterwards. */
import { appendFile, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, errorOf } from '../base/errors';
import { jsonLines, readJsonLines } from '../base/line-file';
import { isSessionwrightError, SessionwrightError } from '../contract/errors';

/** How much of a session is kept, in bytes of JPEG: 512 MiB, about four hours of busy 800x450 pages at 25 KB a frame. */
const MAX_BYTES = 512 * 1024 * 1024;
/** A full store drops its oldest segment, which is this part of it. */
const SEGMENTS = 8;
/** Memory for the frames of all stores that wait for the disk, in bytes: 128 MiB. When the disk is too slow for more, frames are dropped. */
const MAX_UNWRITTEN_BYTES = 128 * 1024 * 1024;
/** Frames written by one call, which copies them. */
const MAX_WRITE_FRAMES = 256;
/** Error codes of the system for a full disk or a full quota. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** One picture of the screen. */
export interface Frame {
  /** When it was on screen, in milliseconds since the epoch, on the scale of `Date.now()`. */
  atMs: number;
  jpeg: Buffer;
  /** Size of the picture, in pixels. */
  width: number;
  height: number;
}

/** A stored frame: one line of an index. {@link FrameStore.read} gives its picture. Without a picture, it marks that nothing is on screen from then on. */
export interface FrameRef {
  /** When it was on screen, in whole milliseconds since the epoch. */
  readonly atMs: number;
  /** Number of the segment that holds it. */
  readonly segment: number;
  /** Where its JPEG begins in that segment, in bytes. */
  readonly offset: number;
  readonly byteLength: number;
  readonly width: number;
  readonly height: number;
}

/** A data file with JPEGs, and an index with a JSON line per frame. The data is written first, so that the index never names missing data. */
interface Segment {
  readonly number: number;
  byteLength: number;
}

/** How to keep frames. */
export interface FrameStoreOptions {
  /**
   * Upper bound on the disk space, in bytes. A full store drops its oldest frames, an eighth at a time: the clips of earlier
   * tests are made by then, and the end of a test shows why it failed.
   * @default 512 MiB
   */
  maxBytes?: number | undefined;
}

/** A disk that failed, and the span of the latest frames that were lost to it: from infinity to minus infinity if no picture was. */
interface Failure {
  reason: Error;
  fromMs: number;
  toMs: number;
  /** True once a later frame was written. */
  isOver: boolean;
}

/**
 * An append-only store of frames, bounded in size.
 *
 *     append --> memory --> [segment n: data, then index] --> read
 *                                '-- when there are more than maxBytes: the oldest segment is removed
 *
 * If the disk fails, the store stops, and `problem` says why; a test never fails for it. If the disk is full, the store tries each
 * frame; the first that fits begins a new segment.
 */
export class FrameStore {
  static #unwrittenBytes = 0;
  /** Where the files are. They stay when the store is closed. */
  readonly folder: string;
  readonly #maxBytes: number;
  /** The written segments, oldest first. */
  readonly #segments: Segment[];
  /** Oldest first. */
  #refs: FrameRef[];
  /** Where the next frame goes. */
  #end: { segment: number; offset: number };
  readonly #unwritten = new Map<FrameRef, Buffer>();
  #writing: Promise<void> | undefined;
  #failure: Failure | undefined;
  #isClosed = false;

  private constructor(
    folder: string,
    { maxBytes = MAX_BYTES }: FrameStoreOptions,
    found: { segments: Segment[]; refs: FrameRef[] },
  ) {
    this.folder = folder;
    this.#maxBytes = maxBytes;
    this.#segments = found.segments;
    this.#refs = found.refs;
    this.#end = { segment: (found.segments.at(-1)?.number ?? 0) + 1, offset: 0 };
  }

  /** Opens a store in a folder, and makes the folder if there is none. Frames that an earlier store wrote there can be read, also after a crash. */
  static async open(folder: string, options: FrameStoreOptions = {}): Promise<FrameStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const numbers = (await readdir(folder))
      .filter((name) => name.endsWith('.index'))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b);
    const loaded = await Promise.all(numbers.map(async (number) => loadSegment(folder, number)));
    const segments = loaded.map(({ segment }) => segment);
    return new FrameStore(folder, options, { segments, refs: loaded.flatMap(({ refs }) => refs) });
  }

  /** Why frames cannot be stored now, such as a full disk. */
  get problem(): Error | undefined {
    return this.#failure?.isOver ? undefined : this.#failure?.reason;
  }

  /** Why frames of a span were lost; undefined if all were written. Call it soon after {@link flushed}: the store remembers only the latest failure. */
  whyMissing(fromMs: number, toMs: number): Error | undefined {
    const failure = this.#failure;
    return failure && failure.fromMs <= toMs && failure.toMs >= fromMs ? failure.reason : undefined;
  }

  /** The latest frame; undefined when there is none. */
  get last(): FrameRef | undefined {
    return this.#refs.findLast(isPicture);
  }

  /** Stores a frame. Returns at once; frames are written in this order. Ignored once the store is closed or its disk failed for good. */
  append(frame: Frame): void {
    const { problem } = this;
    if (this.#isClosed || (problem && !isFull(problem))) return;
    if (FrameStore.#unwrittenBytes + frame.jpeg.length > MAX_UNWRITTEN_BYTES) return;
    if (problem) this.#add(blankAt(frame.atMs)); // frames before this one were lost
    this.#add(frame);
  }

  /** Marks that nothing is on screen from now on, so that a clip does not start with an earlier picture. */
  cut(atMs: number): void {
    const last = this.#refs.at(-1);
    if (last && isPicture(last)) this.append(blankAt(atMs));
  }

  /** The frames of a span, in order, and before them the one that was on screen at its start, if there was one. */
  select(fromMs: number, toMs: number): FrameRef[] {
    const onScreen = this.#countUntil(fromMs) - 1;
    return this.#refs.slice(Math.max(0, onScreen), this.#countUntil(toMs)).filter(isPicture);
  }

  /**
   * Reads the picture of a frame, written or not yet written.
   * @throws {@link SessionwrightError} `frame_lost` when it was dropped in the meantime, or its file was changed
   */
  async read(ref: FrameRef): Promise<Buffer> {
    const unwritten = this.#unwritten.get(ref);
    if (unwritten) return unwritten;
    const jpeg = await readBytes(fileOf(this.folder, ref.segment, 'frames'), ref);
    if (jpeg?.length === ref.byteLength) return jpeg;
    throw new SessionwrightError(
      `A frame is missing in ${this.folder}: it was dropped to make room, could not be written, or its file was changed.`,
      { code: 'frame_lost' },
    );
  }

  /** Resolves when all frames so far are written, or the disk has failed. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  /** Writes the waiting frames, and takes no more. Frames can still be read. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flushed();
  }

  #add({ atMs, jpeg, width, height }: Frame): void {
    if (this.#end.offset >= this.#maxBytes / SEGMENTS) this.#beginSegment();
    const inOrder = Math.max(Math.round(atMs), this.#refs.at(-1)?.atMs ?? 0); // a clock may be set back
    const ref = { atMs: inOrder, byteLength: jpeg.length, width, height, ...this.#end };
    this.#end.offset += jpeg.length;
    this.#refs.push(ref);
    this.#unwritten.set(ref, jpeg);
    FrameStore.#unwrittenBytes += jpeg.length;
    this.#writing ??= this.#write();
  }

  #beginSegment(): void {
    this.#end = { segment: this.#end.segment + 1, offset: 0 };
  }

  /** Writes until no frame waits. Only one such loop runs at a time, so frames keep their order. */
  async #write(): Promise<void> {
    await Promise.resolve(); // frames that arrive together are written together
    for (let ref = this.#nextUnwritten(); ref; ref = this.#nextUnwritten()) {
      const { segment } = ref;
      await this.#writeTo(segment).catch(async (error: unknown) => this.#fail(segment, error));
    }
    this.#writing = undefined;
  }

  #nextUnwritten(): FrameRef | undefined {
    return this.#unwritten.keys().next().value;
  }

  async #writeTo(number: number): Promise<void> {
    const frames = [...this.#unwritten]
      .filter(([ref]) => ref.segment === number)
      .slice(0, MAX_WRITE_FRAMES);
    const data = Buffer.concat(frames.map(([, jpeg]) => jpeg));
    const lines = jsonLines(frames.map(([ref]) => ref));
    await appendFile(fileOf(this.folder, number, 'frames'), data, { mode: 0o600 });
    await appendFile(fileOf(this.folder, number, 'index'), lines, { mode: 0o600 });
    if (this.#failure) this.#failure.isOver = true;
    for (const [ref] of frames) this.#forgetUnwritten(ref);
    const last = this.#segments.at(-1);
    if (last?.number === number) last.byteLength += data.length;
    else this.#segments.push({ number, byteLength: data.length });
    await this.#makeRoom();
  }

  async #makeRoom(): Promise<void> {
    let bytes = this.#segments.reduce((sum, { byteLength }) => sum + byteLength, 0);
    while (bytes > this.#maxBytes && this.#segments.length > 1) {
      const oldest = this.#segments.shift();
      if (!oldest) return;
      bytes -= oldest.byteLength;
      this.#refs = this.#refs.filter(({ segment }) => segment !== oldest.number);
      await removeSegment(this.folder, oldest.number);
    }
  }

  /** The waiting frames are lost. */
  async #fail(segment: number, error: unknown): Promise<void> {
    const reason = NO_ROOM.has(codeOf(error)) ? full(this.folder, error) : errorOf(error);
    const lost = [...this.#unwritten.keys()];
    const times = lost.filter(isPicture).map(({ atMs }) => atMs);
    if (this.#failure && this.problem) times.push(this.#failure.fromMs, this.#failure.toMs);
    const toMs = isFull(reason) ? Math.max(...times) : Infinity;
    this.#failure = { reason, fromMs: Math.min(...times), toMs, isOver: false };
    this.#refs = this.#refs.filter((ref) => !this.#unwritten.has(ref));
    for (const ref of lost) this.#forgetUnwritten(ref);
    this.#beginSegment();
    if (this.#segments.every(({ number }) => number !== segment))
      await removeSegment(this.folder, segment).catch(() => {}); // it goes with the folder
  }

  #forgetUnwritten(ref: FrameRef): void {
    this.#unwritten.delete(ref);
    FrameStore.#unwrittenBytes -= ref.byteLength;
  }

  /** How many frames there are until this moment. */
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

/** Leaves out frames of which a crash left only a part. */
async function loadSegment(
  folder: string,
  number: number,
): Promise<{ segment: Segment; refs: FrameRef[] }> {
  const size = await stat(fileOf(folder, number, 'frames')).then(
    (stats) => stats.size,
    () => 0,
  );
  const lines = (await readJsonLines(fileOf(folder, number, 'index'))) as FrameRef[];
  const refs = lines.filter(({ offset, byteLength }) => offset + byteLength <= size);
  return { segment: { number, byteLength: size }, refs };
}

async function readBytes(
  file: string,
  { offset, byteLength }: FrameRef,
): Promise<Buffer | undefined> {
  const handle = await open(file).catch(() => undefined);
  try {
    const read = await handle?.read(Buffer.allocUnsafe(byteLength), 0, byteLength, offset);
    return read?.buffer.subarray(0, read.bytesRead);
  } finally {
    await handle?.close();
  }
}

async function removeSegment(folder: string, number: number): Promise<void> {
  await rm(fileOf(folder, number, 'index'), { force: true });
  await rm(fileOf(folder, number, 'frames'), { force: true });
}

function fileOf(folder: string, number: number, suffix: 'frames' | 'index'): string {
  return join(folder, `${String(number).padStart(6, '0')}.${suffix}`);
}

function full(folder: string, cause: unknown): SessionwrightError {
  return new SessionwrightError(
    `Could not write frames of a recording to ${folder}: the disk is full. Make room there; later frames are recorded.`,
    { code: 'frame_store_full', cause },
  );
}

/** True if later frames may be stored again. */
function isFull(error: Error): boolean {
  return isSessionwrightError(error, 'frame_store_full');
}

function blankAt(atMs: number): Frame {
  return { atMs, jpeg: Buffer.alloc(0), width: 0, height: 0 };
}

function isPicture({ byteLength }: FrameRef): boolean {
  return byteLength > 0;
}
