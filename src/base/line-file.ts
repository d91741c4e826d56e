/** A file of lines that grows, within a bound: the newest lines are kept. */
import { appendFile, stat } from 'node:fs/promises';
import { replaceFile } from './atomic-file';
import { readFileEnd } from './file-end';
import { Queue } from './queue';

/** How much longer than what must be kept a file becomes, before it is cut: each cut writes anew what is kept. */
const GROWTH = 4;

/** Appends lines in order. A disk that is full costs lines, and nothing else. */
export class LineFile {
  readonly #path: string;
  readonly #keptBytes: number;
  readonly #writing = new Queue();
  #bytes: number | undefined;

  /**
   * @param path - the file is made with the first line
   * @param keptBytes - so much of the newest lines is kept at least, and four times as much at most
   */
  constructor(path: string, keptBytes: number) {
    this.#path = path;
    this.#keptBytes = keptBytes;
  }

  /** Appends lines, each with its line break. Never throws. */
  append(lines: string): void {
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
    const end = await readFileEnd(this.#path, this.#keptBytes);
    const marker = `${JSON.stringify({ cut: 'older lines were dropped' })}\n`;
    await replaceFile(this.#path, marker + end.slice(end.indexOf('\n') + 1), { isDurable: false });
    this.#bytes = (await stat(this.#path)).size;
  }
}
