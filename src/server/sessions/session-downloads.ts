/** Keeps the downloads of a session's pages, whether an action or another client of the browser started them. */
import { orAfter } from '../../base/deadline';
import { Pending } from '../../base/pending';
import { sizeText } from '../../base/texts';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActionFiles, AwaitedDownload, BegunDownload } from '../../actions/page-driver';
import type { CdpConnection } from '../../cdp/connection';
import type { CdpEvents } from '../../cdp/protocol';
import { MAX_FILE_BYTES } from '../../contract/storage';

/** How long a browser may take to accept the download folder, in milliseconds. Only a frozen one takes longer. */
const SET_MS = 1_000;

/** Limit of the kept downloads of a session, in bytes: ten of the largest files. Later ones are not kept. */
const MAX_KEPT_BYTES = 10 * MAX_FILE_BYTES;
/** Limit of the files that clients may still fetch, in bytes. Beyond it, the oldest file is removed. */
const MAX_FETCHED_BYTES = MAX_KEPT_BYTES;

/** What {@link SessionDownloads} needs. */
export interface SessionDownloadsParts {
  connection: CdpConnection;
  /** For running downloads. Created on start; the caller removes it. */
  folder: string;
  /** Where the browser saves the downloads of clients on other machines; the caller removes it. */
  fetched: string;
  storeDownload: ActionFiles['storeDownload'];
  /** Whether another client is connected. It may want a download that is too large for us. */
  isShared: () => boolean;
}

/** A running download. */
interface RunningDownload {
  finished: (path: string) => void;
  failed: (reason: Error) => void;
}

/**
 * Watches the downloads of the default context of a browser on this machine. Another client may change the download folder. The browser
 * still reports the path to us, and we copy the file.
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
   * Directs downloads to our folder, until a client changes it. Call it again when all clients have left.
   * @throws {@link CdpError} if the browser has ended
   */
  async start(): Promise<void> {
    await mkdir(this.#parts.folder, { recursive: true, mode: 0o700 });
    const set = this.#parts.connection.send('Browser.setDownloadBehavior', {
      behavior: 'allowAndName',
      downloadPath: this.#parts.folder,
      eventsEnabled: true,
    });
    await orAfter(set, SET_MS, undefined);
  }

  /** The next download that begins. */
  next(): AwaitedDownload {
    let announce: (download: BegunDownload) => void = () => {};
    const begun = new Promise<BegunDownload>((resolve) => (announce = resolve));
    this.#awaited.add(announce);
    return { begun, forget: () => void this.#awaited.delete(announce) };
  }

  /** Resolves when all downloads are stored. Never rejects. */
  async settled(): Promise<void> {
    await this.#storing.settled();
  }

  #begin({ guid, suggestedFilename }: CdpEvents['Browser.downloadWillBegin']): void {
    const complete = new Promise<string>((finished, failed) =>
      this.#running.set(guid, { finished, failed }),
    );
    const stored = complete.then(async (path) =>
      this.#storing.track(this.#copy(suggestedFilename, path)),
    );
    stored.catch(() => {}); // the action that waits for it reports it
    for (const announce of this.#awaited) announce({ stored });
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
    else download.failed(new Error(`The file is larger than ${sizeText(MAX_FILE_BYTES)}.`));
  }

  async #copy(suggestedName: string, path: string): Promise<string> {
    try {
      const { size } = await stat(path);
      if (path.startsWith(this.#parts.fetched)) await this.#keepToFetch(path, size);
      if (size > MAX_FILE_BYTES || this.#keptBytes + size > MAX_KEPT_BYTES)
        throw new Error(
          `The file is not kept: a session keeps files of up to ${sizeText(MAX_FILE_BYTES)}, and ${sizeText(MAX_KEPT_BYTES)} in total.`,
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
