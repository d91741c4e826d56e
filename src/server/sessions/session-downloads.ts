/** Keeps what the pages of a session download, whoever made them: its actions, or another client of its browser. */
import { orAfter } from '../../base/deadline';
import { Pending } from '../../base/pending';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActionFiles, AwaitedDownload, BegunDownload } from '../../actions/page-driver';
import type { CdpConnection } from '../../cdp/connection';
import type { CdpEvents } from '../../cdp/protocol';
import { MAX_FILE_BYTES } from '../../contract/storage';

/** How long a browser may take to be told where downloads go, in milliseconds: it takes one answer, unless it hangs. */
const TOLD_MS = 1_000;

/** How much is kept of one session, in bytes: ten of the largest files. What comes then is not kept. */
const MAX_KEPT_BYTES = 10 * MAX_FILE_BYTES;
/** How much waits for clients that fetch it, in bytes: as much again. Over it, the oldest file goes. */
const MAX_FETCHED_BYTES = MAX_KEPT_BYTES;

/** What this needs. */
export interface SessionDownloadsParts {
  connection: CdpConnection;
  /** For downloads under way. Made on start; the caller removes it. */
  folder: string;
  /** Where clients on other machines let the browser save what they fetch; the caller removes it. */
  fetched: string;
  storeDownload: ActionFiles['storeDownload'];
  /** Whether another client is connected now: it may want a download that is too large for us. */
  isShared: () => boolean;
}

/** A download under way. */
interface RunningDownload {
  suggestedName: string;
  finished: (path: string) => void;
  failed: (reason: Error) => void;
}

/**
 * Watches the downloads of the default context of a browser on this machine. Other clients may say where downloads go: the browser
 * tells us all the same, with the path, and we take a copy.
 */
export class SessionDownloads {
  readonly #parts: SessionDownloadsParts;
  readonly #running = new Map<string, RunningDownload>();
  readonly #storing = new Pending();
  readonly #awaited = new Set<(download: BegunDownload) => void>();
  #keptBytes = 0;
  /** The sizes of the files that clients may fetch, by path, oldest first. */
  readonly #fetched = new Map<string, number>();

  constructor(parts: SessionDownloadsParts) {
    this.#parts = parts;
    parts.connection.on('Browser.downloadWillBegin', (event) => this.#begin(event));
    parts.connection.on('Browser.downloadProgress', (event) => this.#progress(event));
  }

  /**
   * Downloads go to our folder from now on, until a client says otherwise; called again when all of those have left.
   * @throws {@link CdpError} when the browser is gone
   */
  async start(): Promise<void> {
    await mkdir(this.#parts.folder, { recursive: true, mode: 0o700 });
    const told = this.#parts.connection.send('Browser.setDownloadBehavior', {
      behavior: 'allowAndName',
      downloadPath: this.#parts.folder,
      eventsEnabled: true,
    });
    await orAfter(told, TOLD_MS, undefined);
  }

  /** The next download that begins. */
  next(): AwaitedDownload {
    let tell: (download: BegunDownload) => void = () => {};
    const begun = new Promise<BegunDownload>((resolve) => (tell = resolve));
    this.#awaited.add(tell);
    return { begun, forget: () => void this.#awaited.delete(tell) };
  }

  /** Resolves when everything that was downloaded is stored. Never rejects. */
  async settled(): Promise<void> {
    await this.#storing.settled();
  }

  #begin({ guid, suggestedFilename }: CdpEvents['Browser.downloadWillBegin']): void {
    const complete = new Promise<string>((finished, failed) =>
      this.#running.set(guid, { suggestedName: suggestedFilename, finished, failed }),
    );
    const stored = complete.then(async (path) =>
      this.#storing.track(this.#copy(suggestedFilename, path)),
    );
    stored.catch(() => {}); // told to whoever waits for it
    for (const tell of this.#awaited) tell({ stored });
    this.#awaited.clear();
  }

  #progress({ guid, state, receivedBytes, filePath }: CdpEvents['Browser.downloadProgress']): void {
    const download = this.#running.get(guid);
    if (!download) return;
    if (state === 'inProgress') {
      if (receivedBytes <= MAX_FILE_BYTES || this.#parts.isShared()) return;
      this.#parts.connection.send('Browser.cancelDownload', { guid }).catch(() => {}); // it ended by itself
    }
    this.#running.delete(guid);
    if (state === 'completed') download.finished(filePath || join(this.#parts.folder, guid));
    else if (state === 'canceled')
      download.failed(new Error('The download was cancelled by the browser.'));
    else download.failed(new Error(`The file is larger than ${MAX_FILE_BYTES} bytes.`));
  }

  async #copy(suggestedName: string, path: string): Promise<string> {
    try {
      const { size } = await stat(path);
      if (path.startsWith(this.#parts.fetched)) await this.#keepToFetch(path, size);
      if (size > MAX_FILE_BYTES || this.#keptBytes + size > MAX_KEPT_BYTES)
        throw new Error(
          `The file is not kept: a session keeps files of ${MAX_FILE_BYTES} bytes, and ${MAX_KEPT_BYTES} in all.`,
        );
      this.#keptBytes += size;
      return await this.#parts.storeDownload(suggestedName, (draft) => copyFile(path, draft));
    } finally {
      if (path.startsWith(this.#parts.folder)) await rm(path, { force: true });
    }
  }

  async #keepToFetch(path: string, size: number): Promise<void> {
    this.#fetched.set(path, size);
    let bytes = [...this.#fetched.values()].reduce((sum, it) => sum + it, 0);
    for (const [oldest, itsBytes] of this.#fetched) {
      if (bytes <= MAX_FETCHED_BYTES || oldest === path) return;
      bytes -= itsBytes;
      this.#fetched.delete(oldest);
      await rm(oldest, { force: true });
    }
  }
}
