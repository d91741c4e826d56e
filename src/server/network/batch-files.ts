/** The network log on disk: a folder of HAR files with at most so many entries each, written one after the other. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/atomic-file';
import { Queue } from '../../base/queue';
import type { HarEntry } from '../../contract/network-logs';
import { version } from '../../../package.json';

/** Entries in a file: about 200 KB, a piece that any client can hold. */
const BATCH_ENTRIES = 100;
/** Size of the entries in a file, in bytes, at which the next one begins: headers and URLs may be long. */
const BATCH_BYTES = 1024 * 1024;
/** Files kept, the newest ones: 100 000 requests. A session runs a day at most, and must not fill the disk. */
const MAX_BATCHES = 1_000;
/** A file's name, which is its key too. */
const KEY = /^batch-\d{6}$/;

/** A file of the log. */
export interface BatchFile {
  key: string;
  sizeBytes: number;
}

/** Collects the entries of one session. No more than one file's worth is held in memory; writing never makes anybody wait. */
export class BatchFiles {
  readonly #folder: string;
  #entries: { startedAt: string; text: string }[] = [];
  #bytes = 0;
  #number = 1;
  #isWritten = true;
  readonly #writing = new Queue();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Adds an entry. The file is written when it is full, or by {@link BatchFiles.flush}. */
  add(entry: HarEntry): void {
    const text = JSON.stringify(entry);
    this.#entries.push({ startedAt: entry.startedDateTime, text });
    this.#bytes += text.length;
    this.#isWritten = false;
    if (this.#entries.length < BATCH_ENTRIES && this.#bytes < BATCH_BYTES) return;
    this.flush().catch(() => {}); // a disk that is full costs the log, not the session
    this.#entries = [];
    this.#bytes = 0;
    this.#number++;
  }

  /** Writes what there is so far. More may be added to the same file. */
  async flush(): Promise<void> {
    if (this.#isWritten) return this.#writing.drained();
    this.#isWritten = true;
    const [number, text] = [this.#number, harText(this.#entries)];
    return this.#writing.run(async () => this.#write(number, text));
  }

  async #write(number: number, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = batchPath(this.#folder, keyOf(number));
    await replaceFile(path, text, { isDurable: false });
    if (number > MAX_BATCHES)
      await rm(batchPath(this.#folder, keyOf(number - MAX_BATCHES)), { force: true });
  }
}

/** The files in a folder, oldest first; none when there is no folder. */
export async function listBatches(folder: string): Promise<BatchFile[]> {
  const names = await readdir(folder).catch(() => []);
  const keys = names
    .map((name) => name.replace(/\.har$/, ''))
    .filter(isBatchKey)
    .sort();
  return Promise.all(
    keys.map(async (key) => ({ key, sizeBytes: (await stat(batchPath(folder, key))).size })),
  );
}

/** True for what can be a file of a log: nothing else is ever looked for. */
function isBatchKey(key: string): boolean {
  return KEY.test(key);
}

/** Where a file is. */
export function batchPath(folder: string, key: string): string {
  return join(folder, `${key}.har`);
}

function keyOf(number: number): string {
  return `batch-${String(number).padStart(6, '0')}`;
}

/** In the order in which they were sent: they come in the order in which they ended. */
function harText(entries: readonly { startedAt: string; text: string }[]): string {
  const sorted = [...entries].sort((a, b) =>
    a.startedAt < b.startedAt ? -1 : Number(a.startedAt > b.startedAt),
  );
  const creator = JSON.stringify({ name: 'sessionwright', version });
  return `{"log":{"version":"1.2","creator":${creator},"entries":[\n${sorted.map(({ text }) => text).join(',\n')}\n]}}\n`;
}
