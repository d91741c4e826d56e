/** The network log of one session: the requests of all its pages, popups, frames and workers, written to its folder; and what its pages say on their consoles. */
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

/** What has a console that is kept: that of workers is told on it too. */
const WITH_CONSOLE = ['page', 'iframe'];
/** What sends requests. */
const KINDS = ['page', 'iframe', 'worker', 'shared_worker', 'service_worker'];
/**
 * Nothing is held up: a client that opens a page holds it until it has prepared it, and its commands come through our own gateway, so we
 * are there in time, unless the machine is very busy. Of a worker or frame the very first requests may be missed. Holding them too could
 * let them go before that client is ready.
 */
const AUTO_ATTACH = {
  autoAttach: true,
  waitForDebuggerOnStart: false,
  flatten: true as const,
  filter: KINDS.map((type) => ({ type })),
};
/** The browser keeps no bodies for us, and sends none. */
const NO_BODIES = { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 };
/** How long an ended request waits for its headers, which come by another way, in milliseconds: some 10 times what they take on a busy machine. */
const HEADERS_TIMEOUT_MS = 1_000;
/** How long a start waits for the browser and the pages that are there, in milliseconds: some 10 times what one takes on a busy machine. */
const READY_TIMEOUT_MS = 1_000;

/**
 * Logs from {@link NetworkLog.start} to the session's end. It is a CDP client of its own, beside the user's and the recorder's: what each of
 * them attaches to does not concern the others.
 */
export class NetworkLog {
  readonly folder: string;
  /** What its requests took so far, of those that have ended. */
  readonly traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  readonly #connection: CdpConnection;
  readonly #files: BatchFiles;
  readonly #console: ConsoleLog;
  readonly #tracker = new RequestTracker((seen) => this.#add(seen));
  /** Targets that do not tell of their requests yet. */
  readonly #preparing = new Pending();
  #browser: Promise<CdpSession> | undefined;

  /**
   * @param folder - belongs to the log; made with its first file
   * @param budget - what the session may keep in memory
   */
  constructor(connection: CdpConnection, folder: string, budget: MemoryBudget) {
    this.#connection = connection;
    this.folder = folder;
    this.#files = new BatchFiles(folder);
    this.#console = new ConsoleLog(folder, budget);
  }

  /**
   * Logs from now on; resolves when every page that is there tells of its requests, or a second later. Does nothing when it logs already.
   * @throws {@link CdpError} when the browser is gone
   */
  async start(): Promise<void> {
    this.#browser ??= this.#attach();
    const ready = this.#browser.then(async () => this.#preparing.settled());
    await orAfter(ready, READY_TIMEOUT_MS, undefined); // a page that hangs tells later
  }

  /** The files so far, oldest first, each a complete HAR. */
  async batches(): Promise<BatchFile[]> {
    this.#tracker.settle(HEADERS_TIMEOUT_MS);
    await this.#files.flush();
    return listBatches(this.folder);
  }

  /** Writes everything down, and detaches. Safe to call twice. */
  async close(): Promise<void> {
    const browser = await this.#browser?.catch(() => undefined);
    this.#tracker.abandon();
    await this.#console.close();
    await this.#files.flush();
    if (browser?.id !== undefined)
      await this.#connection
        .send('Target.detachFromTarget', { sessionId: browser.id })
        .catch(() => {}); // the browser may be gone
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

  /** Frames of other sites and workers are attached through their page, and belong to it. */
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
    // A service worker that stops would wait for whoever is attached when it starts again; without anybody it is a new target.
    if (targetInfo.type === 'service_worker')
      target.on('Inspector.targetCrashed', () => {
        parent.send('Target.detachFromTarget', { sessionId }).catch(() => {}); // it is gone
      });
    const prepared = Promise.allSettled([
      target.send('Network.enable', NO_BODIES),
      target.send('Target.setAutoAttach', AUTO_ATTACH),
    ]); // it may be gone already
    this.#preparing.background(prepared);
  }
}
