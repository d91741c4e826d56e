/** Files of JSON lines with a maximum size: the newest lines are kept. */
import { appendFile, open, stat } from 'node:fs/promises';
import { replaceFile } from './atomic-file';
import { parseJson } from './json';
import { Queue } from './queue';

/** Growth factor before old lines are removed: each removal rewrites the kept lines. */
const GROWTH = 4;

/** Formats records as JSON lines. */
export function jsonLines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/**
 * Reads the newest records of a JSON lines file, oldest first; none if the file is missing. Omits incomplete lines, left by a kill or a
 * full disk.
 * @param maxBytes - maximum number of bytes to read from the end of the file
 */
export async function readJsonLines(file: string, maxBytes = Infinity): Promise<unknown[]> {
  const text = await readEnd(file, maxBytes).catch(() => '');
  return text.split('\n').flatMap((line) => parseJson(line) ?? []);
}

/** Appends records in order. If the disk is full, lines are lost, but nothing fails. */
export class LineFile {
  readonly #path: string;
  readonly #keptBytes: number;
  readonly #writing = new Queue();
  #bytes: number | undefined;

  /**
   * @param path - created with the first line
   * @param keptBytes - keeps at least this much of the newest lines, and at most four times as much
   */
  constructor(path: string, keptBytes: number) {
    this.#path = path;
    this.#keptBytes = keptBytes;
  }

  /** Appends records or formatted lines. Never throws. */
  append(records: readonly object[] | string): void {
    const lines = typeof records === 'string' ? records : jsonLines(records);
    this.#writing.run(async () => this.#append(lines)).catch(() => {});
  }

  /** Resolves when all pending lines are written. */
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

/** Reads the last bytes of a file as text, which may start within a line. Never reads more into memory. */
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
