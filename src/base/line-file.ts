/** Files of JSON lines that grow within a bound: the newest lines are kept. */
import { appendFile, open, stat } from 'node:fs/promises';
import { replaceFile } from './atomic-file';
import { parseJson } from './json';
import { Queue } from './queue';

/** How much longer than what must be kept a file becomes before it is cut: each cut writes the kept lines again. */
const GROWTH = 4;

/** Records as JSON, one line each. */
export function jsonLines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/**
 * The newest records of a file of JSON lines, oldest first; none if there is no file. Leaves out lines that a kill or a full disk cut
 * short.
 * @param maxBytes - reads no more than this from the end of the file
 */
export async function readJsonLines(file: string, maxBytes = Infinity): Promise<unknown[]> {
  const text = await readEnd(file, maxBytes).catch(() => '');
  return text.split('\n').flatMap((line) => parseJson(line) ?? []);
}

/** Appends records in order. A full disk costs lines, and nothing else. */
export class LineFile {
  readonly #path: string;
  readonly #keptBytes: number;
  readonly #writing = new Queue();
  #bytes: number | undefined;

  /**
   * @param path - the file is made with the first line
   * @param keptBytes - at least this much of the newest lines is kept, and at most four times as much
   */
  constructor(path: string, keptBytes: number) {
    this.#path = path;
    this.#keptBytes = keptBytes;
  }

  /** Appends records, or lines that were made before. Never throws. */
  append(records: readonly object[] | string): void {
    const lines = typeof records === 'string' ? records : jsonLines(records);
    this.#writing.run(async () => this.#append(lines)).catch(() => {});
  }

  /** Resolves when everything so far is written. */
  async flushed(): Promise<void> {
    await this.#writing.drained();
  }

  async #append(lines: string): Promise<void> {
    await appendFile(this.#path, lines, { mode: 0o600 });
    this.#bytes = (this.#bytes ?? 0) + Buffer.byteLength(lines);
    if (this.#bytes <= GROWTH * this.#keptBytes) return;
    const end = await readEnd(this.#path, this.#keptBytes);
    const marker = jsonLines([{ cut: 'older lines were dropped' }]);
    await replaceFile(this.#path, marker + end.slice(end.indexOf('\n') + 1), { isDurable: false });
    this.#bytes = (await stat(this.#path)).size;
  }
}

/** The last bytes of a file as text, which may begin within a line: however long the file is, no more is in memory. */
async function readEnd(file: string, maxBytes: number): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, maxBytes);
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(length),
      position: size - length,
    });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
