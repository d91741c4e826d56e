/** One stretch of a recording on disk: a file of JPEGs, end to end, and a text file with one line per frame. */
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../base/errors';
import { SessionwrightError } from '../contract/errors';

/** What the index says of a frame. Length 0 is a cut: from then on, what was on screen before is not any more. */
export interface FrameEntry {
  /** When it was on screen, in whole milliseconds since the epoch. */
  readonly atMs: number;
  /** Where its JPEG begins in the data file, in bytes. */
  readonly offset: number;
  /** Length of its JPEG in bytes. */
  readonly byteLength: number;
  /** Size of the picture in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What the system says when there is no room: on the disk, or for this user. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);
const INDEX_LINE = /^(\d+) (\d+) (\d+) (\d+) (\d+)$/;
const DATA_SUFFIX = '.frames';
const INDEX_SUFFIX = '.index';

/** The two files of one segment. The data is written before its index lines, so whatever the index names is there. */
export class FrameSegment {
  readonly number: number;
  /** Bytes in its data file. */
  byteLength = 0;
  readonly #folder: string;
  readonly #data: FileHandle;
  readonly #index: FileHandle | undefined;
  #isClosed = false;

  private constructor(
    folder: string,
    number: number,
    files: { data: FileHandle; index?: FileHandle },
  ) {
    this.#folder = folder;
    this.number = number;
    this.#data = files.data;
    this.#index = files.index;
  }

  /** Numbers of the segments in a folder, oldest first. */
  static async list(folder: string): Promise<number[]> {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith(INDEX_SUFFIX))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b);
  }

  /**
   * Starts an empty segment. Fails when there is one of this number.
   * @throws the error of the system, `EEXIST` when there is one of this number; {@link SessionwrightError} `frame_store_full` when the disk is full
   */
  static async create(folder: string, number: number): Promise<FrameSegment> {
    const data = await openNew(folder, number, DATA_SUFFIX);
    try {
      const index = await openNew(folder, number, INDEX_SUFFIX);
      return new FrameSegment(folder, number, { data, index });
    } catch (error) {
      await data.close();
      await rm(filePath(folder, number, DATA_SUFFIX), { force: true });
      throw error;
    }
  }

  /** Opens a finished segment for reading. What a crash left half written at its end is left out. */
  static async load(
    folder: string,
    number: number,
  ): Promise<{ segment: FrameSegment; entries: FrameEntry[] }> {
    const lines = await readFile(filePath(folder, number, INDEX_SUFFIX), 'latin1');
    const data = await open(filePath(folder, number, DATA_SUFFIX), 'r');
    const { size } = await data.stat();
    const segment = new FrameSegment(folder, number, { data });
    const entries = parseIndex(lines).filter((entry) => entry.offset + entry.byteLength <= size);
    segment.byteLength = size;
    return { segment, entries };
  }

  /**
   * Appends frames: first their JPEGs, then their lines. The caller waits for one call before the next.
   * @throws {@link SessionwrightError} `frame_store_finished`, or `frame_store_full` when the disk is full
   */
  async write(frames: readonly { entry: FrameEntry; jpeg: Buffer }[]): Promise<void> {
    if (!this.#index)
      throw new SessionwrightError(
        `Segment ${this.number} of ${this.#folder} is finished; frames go to a new one.`,
        { code: 'frame_store_finished' },
      );
    const jpegs = frames.map(({ jpeg }) => jpeg);
    const lines = frames.map(({ entry }) => indexLine(entry)).join('');
    try {
      const data = await this.#data.writev(jpegs);
      this.byteLength += data.bytesWritten;
      if (data.bytesWritten < byteLengthOf(jpegs)) throw full(this.#folder); // the last of the room
      const index = await this.#index.write(lines);
      if (index.bytesWritten < lines.length) throw full(this.#folder);
    } catch (error) {
      throw inWords(error, this.#folder);
    }
  }

  /** Reads the JPEG of a frame of this segment. Once it is closed, each read opens the file again. */
  async read(entry: FrameEntry): Promise<Buffer> {
    if (!this.#isClosed) return this.#readFrom(this.#data, entry);
    const data = await open(filePath(this.#folder, this.number, DATA_SUFFIX), 'r');
    try {
      return await this.#readFrom(data, entry);
    } finally {
      await data.close();
    }
  }

  async #readFrom(data: FileHandle, { offset, byteLength }: FrameEntry): Promise<Buffer> {
    const jpeg = Buffer.allocUnsafe(byteLength);
    const { bytesRead } = await data.read(jpeg, 0, byteLength, offset);
    if (bytesRead < byteLength) {
      throw new SessionwrightError(
        `Segment ${this.number} of ${this.#folder} ends within a frame: someone else has changed its files.`,
        { code: 'frame_lost' },
      );
    }
    return jpeg;
  }

  /** Closes the files, after the reads that go on. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([this.#data.close(), this.#index?.close()]);
  }

  /** Closes and deletes the files. */
  async remove(): Promise<void> {
    await this.close();
    await Promise.all(
      [DATA_SUFFIX, INDEX_SUFFIX].map((suffix) =>
        rm(filePath(this.#folder, this.number, suffix), { force: true }),
      ),
    );
  }
}

async function openNew(folder: string, number: number, suffix: string): Promise<FileHandle> {
  try {
    return await open(filePath(folder, number, suffix), 'wx+', 0o600);
  } catch (error) {
    throw inWords(error, folder);
  }
}

function inWords(error: unknown, folder: string): unknown {
  return NO_ROOM.has(codeOf(error)) ? full(folder, error) : error;
}

function full(folder: string, cause?: unknown): SessionwrightError {
  return new SessionwrightError(
    `Frames of a recording could not be written to ${folder}: there is no room on its disk. Make room there; what comes then is recorded.`,
    { code: 'frame_store_full', cause },
  );
}

function byteLengthOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

function filePath(folder: string, number: number, suffix: string): string {
  return join(folder, `${String(number).padStart(6, '0')}${suffix}`);
}

function indexLine({ atMs, offset, byteLength, width, height }: FrameEntry): string {
  return `${atMs} ${offset} ${byteLength} ${width} ${height}\n`;
}

/** Reads up to the first line that is not whole. */
function parseIndex(text: string): FrameEntry[] {
  const entries: FrameEntry[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const fields = INDEX_LINE.exec(line);
    if (!fields) break;
    const [atMs = 0, offset = 0, byteLength = 0, width = 0, height = 0] = fields
      .slice(1)
      .map(Number);
    entries.push({ atMs, offset, byteLength, width, height });
  }
  return entries;
}
