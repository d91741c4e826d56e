/** The network log on disk: a folder of HAR files with a maximum number of entries each. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/atomic-file';
import { Queue } from '../../base/queue';
import type { HarEntry } from '../../contract/network-logs';
import { version } from '../../../package.json';

/** Maximum entries per file: about 200 KB, which all clients can handle. */
const BATCH_ENTRIES = 100;
/** Maximum size of a file's entries, in bytes: headers and URLs may be long. */
const BATCH_BYTES = 1024 * 1024;
/** Maximum number of files; the newest are kept: 100,000 requests. A session may run for a day, and must not fill the disk. */
const MAX_BATCHES = 1_000;
/** Name of a file, which is also its key. */
const KEY = /^batch-\d{6}$/;

/** A file of the log. */
export interface BatchFile {
  key: string;
  sizeBytes: number;
}

/** Collects the entries of one session. Keeps at most one file in memory, and writes in the background. */
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

  /** Adds an entry. Writes the file when it is full. */
  add(entry: HarEntry): void {
    const text = JSON.stringify(entry);
    this.#entries.push({ startedAt: entry.startedDateTime, text });
    this.#bytes += text.length;
    this.#isWritten = false;
    if (this.#entries.length < BATCH_ENTRIES && this.#bytes < BATCH_BYTES) return;
    this.flush().catch(() => {}); // a full disk must not affect the session
    this.#entries = [];
    this.#bytes = 0;
    this.#number++;
  }

  /** Writes the current entries. The same file may get more. */
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

/** Lists the files of a folder, oldest first; none if the folder is missing. */
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

/** Whether a name is valid for a file of a log. Others are never read. */
function isBatchKey(key: string): boolean {
  return KEY.test(key);
}

/** Returns the path of a file. */
export function batchPath(folder: string, key: string): string {
  return join(folder, `${key}.har`);
}

function keyOf(number: number): string {
  return `batch-${String(number).padStart(6, '0')}`;
}

/** Sorts entries by the time when they were sent; they arrive in the order of their ends. */
function harText(entries: readonly { startedAt: string; text: string }[]): string {
  const sorted = [...entries].sort((a, b) =>
    a.startedAt < b.startedAt ? -1 : Number(a.startedAt > b.startedAt),
  );
  const creator = JSON.stringify({ name: 'sessionwright', version });
  return `{"log":{"version":"1.2","creator":${creator},"entries":[\n${sorted.map(({ text }) => text).join(',\n')}\n]}}\n`;
}
