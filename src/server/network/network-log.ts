/** Logs the requests of all pages, popups, frames and workers of a session into its folder, and the console messages of its pages. */
import { orAfter } from '../../base/deadline';
import type { MemoryBudget } from '../../base/memory-budget';
import { Pending } from '../../base/pending';
import type { CdpConnection, CdpSession } from '../../cdp/connection';
import type { CdpEvents } from '../../cdp/protocol';
import type { BatchFile } from './batch-files';
import { BatchFiles, listBatches } from './batch-files';
import { ConsoleLog } from './console-log';
import { toHarEntry, type SeenRequest } from './har-entry';
import { RequestTracker } from './request-tracker';
import { trafficOf, type Traffic } from './traffic';

/** Targets whose console is logged. It includes the messages of workers. */
const WITH_CONSOLE = ['page', 'iframe'];
/** Targets that send requests. */
const KINDS = ['page', 'iframe', 'worker', 'shared_worker', 'service_worker'];
/**
 * Does not pause new targets. A client pauses its new page until it is prepared, and its commands pass our gateway, so we attach in time
 * unless the machine is very busy. The first requests of workers and frames may be missed. If we paused them too, we might resume
 * them before the client is ready.
 */
const AUTO_ATTACH = {
  autoAttach: true,
  waitForDebuggerOnStart: false,
  flatten: true as const,
  filter: KINDS.map((type) => ({ type })),
};
/** The browser must not store bodies for us. */
const NO_BODIES = { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 };
/** How long a finished request waits for its headers, which arrive separately, in milliseconds: about 10 times the usual time on a busy machine. */
const HEADERS_TIMEOUT_MS = 1_000;
/** How long a start waits for the browser and its pages, in milliseconds: about 10 times the usual time on a busy machine. */
const READY_TIMEOUT_MS = 1_000;

/**
 * Logs from {@link NetworkLog.start} to the session's end. It has its own CDP connection, independent of those of clients and of the
 * recorder.
 */
export class NetworkLog {
  readonly folder: string;
  /** Traffic of finished requests. */
  readonly traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  readonly #connection: CdpConnection;
  readonly #files: BatchFiles;
  readonly #console: ConsoleLog;
  readonly #tracker = new RequestTracker((seen) => this.#add(seen));
  /** Targets that do not report requests yet. */
  readonly #preparing = new Pending();
  #browser: Promise<CdpSession> | undefined;

  /**
   * @param folder - folder of the log; created with its first file
   * @param budget - memory limit of the session
   */
  constructor(connection: CdpConnection, folder: string, budget: MemoryBudget) {
    this.#connection = connection;
    this.folder = folder;
    this.#files = new BatchFiles(folder);
    this.#console = new ConsoleLog(folder, budget);
  }

  /**
   * Starts logging. Resolves when all current pages report their requests, or after a second. Does nothing if it was called before.
   * @throws {@link CdpError} if the browser has ended
   */
  async start(): Promise<void> {
    this.#browser ??= this.#attach();
    const ready = this.#browser.then(async () => this.#preparing.settled());
    await orAfter(ready, READY_TIMEOUT_MS, undefined); // a frozen page reports later
  }

  /** Lists the files, oldest first. Each is a complete HAR. */
  async batches(): Promise<BatchFile[]> {
    this.#tracker.settle(HEADERS_TIMEOUT_MS);
    await this.#files.flush();
    return listBatches(this.folder);
  }

  /** Writes all entries, and detaches. Safe to call twice. */
  async close(): Promise<void> {
    const browser = await this.#browser?.catch(() => undefined);
    this.#tracker.abandon();
    await this.#console.close();
    await this.#files.flush();
    if (browser?.id !== undefined)
      await this.#connection
        .send('Target.detachFromTarget', { sessionId: browser.id })
        .catch(() => {}); // the browser may have ended
  }

  #add(seen: SeenRequest): void {
    const { sentBytes, receivedBytes } = trafficOf(seen);
    this.traffic.sentBytes += sentBytes;
    this.traffic.receivedBytes += receivedBytes;
    this.#files.add(toHarEntry(seen));
  }

  async #attach(): Promise<CdpSession> {
    const { sessionId } = await this.#connection.send('Target.attachToBrowserTarget');
    const browser = this.#connection.session(sessionId);
    this.#watch(browser);
    await browser.send('Target.setAutoAttach', AUTO_ATTACH);
    return browser;
  }

  /** Cross-site frames and workers are attached through their page. */
  #watch(parent: CdpSession, pageId?: string): void {
    parent.on('Target.attachedToTarget', (event) => this.#follow(parent, event, pageId));
    parent.on('Target.detachedFromTarget', ({ sessionId }) =>
      this.#tracker.abandon(this.#connection.session(sessionId)),
    );
  }

  #follow(
    parent: CdpSession,
    { sessionId, targetInfo }: CdpEvents['Target.attachedToTarget'],
    pageId = targetInfo.targetId,
  ): void {
    const target = this.#connection.session(sessionId);
    this.#tracker.follow(target, pageId);
    if (WITH_CONSOLE.includes(targetInfo.type)) this.#console.follow(target);
    this.#watch(target, pageId);
    // An attached service worker that stops would wait for us when it starts again; if we detach, it becomes a new target.
    if (targetInfo.type === 'service_worker')
      target.on('Inspector.targetCrashed', () => {
        parent.send('Target.detachFromTarget', { sessionId }).catch(() => {}); // it has ended
      });
    const prepared = Promise.allSettled([
      target.send('Network.enable', NO_BODIES),
      target.send('Target.setAutoAttach', AUTO_ATTACH),
    ]); // it may have ended
    this.#preparing.background(prepared);
  }
}
