/** Records one session: casts the page that is in front, in whichever browser context it is. */
import { isBlank, isSamePlace } from '../base/addresses';
import { settledWithin } from '../base/deadline';
import type { CdpConnection, CdpSession } from '../cdp/connection';
import type { CdpEvents, TargetInfo } from '../cdp/protocol';
import { BrowserClock } from './browser-clock';
import { jpegSize } from './jpeg-size';
import type { CastSettings, ScreencastFrame } from './page-cast';
import { PageCast } from './page-cast';
import { onContent } from './page-content';
import type { FrameSink, Recorder, RecorderOptions } from './recorder';

/** What a page is scaled down to fit into, in pixels: as Playwright's own videos. */
const MAX_SIZE = { width: 800, height: 800 };
/** Frames a second while a page moves, at most. Each costs about 12 ms of a processor; 10 show what a test did. */
const FPS = 10;
/** How long a page may stay blank before it is cast, in milliseconds: a test goes somewhere else at once, and blank pictures cost as much as others. */
const BLANK_GRACE_MS = 200;
/** The same of one that waits for its test, in times of the grace that it has to load: as long as nobody has done anything with it, there is nothing to see. */
const UNTOUCHED = 5;
/** How long a page may load before it is cast, in milliseconds: a page that is half there is a picture too, and many a test is over by then. */
const LOAD_GRACE_MS = 200;
/** How long a browser may take to let go of us, in milliseconds: one that hangs, or a connection that is dead, is not waited for. */
const DETACH_MS = 1_000;

/** How what is in front is recorded from a {@link SessionRecorder.start} on. */
interface Run extends CastSettings {
  loadGraceMs: number;
}

/** A page of the session. */
interface RecordedPage {
  url: string;
  /** When it first had a URL, or other content, by `performance.now()`: the time of day may be set back. Undefined while it is blank. */
  loadsSinceMs: number | undefined;
  contextId: string | undefined;
  /** False until it has shown anything: it is blank, and neither was opened by another page nor has opened one. */
  isTouched: boolean;
  cast: PageCast;
}

/**
 * Records while a test runs.
 *
 *     attach --> idle --start--> casting the page in front --stop--> last look --> idle --close--> detached
 *
 * In front is the newest page; when it closes, the one before it; and a page behind that goes to another URL comes to the front.
 * An untouched page that is alone in its context comes last: it waits for its test, or nobody has done anything with it yet.
 * The recorder is a CDP client of its own: it never pauses a page, and the test's client does not notice it. A browser that crashes
 * or closes ends the recording; the frames are kept.
 */
export class SessionRecorder implements Recorder {
  readonly #browser: CdpSession;
  readonly #connection: CdpConnection;
  readonly #sink: FrameSink;
  readonly #defaults: RecorderOptions;
  readonly #clock = new BrowserClock();
  /** By target id, the page in front last. */
  readonly #pages = new Map<string, RecordedPage>();
  /** How the front page is cast; undefined while idle. A new object for each `start()`. */
  #run: Run | undefined;
  #stopping: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    connection: CdpConnection,
    browser: CdpSession,
    options: { sink: FrameSink; defaults: RecorderOptions },
  ) {
    this.#connection = connection;
    this.#browser = browser;
    this.#sink = options.sink;
    this.#defaults = options.defaults;
    browser.on('Target.attachedToTarget', (event) => this.#addPage(event));
    browser.on('Target.targetInfoChanged', ({ targetInfo }) => this.#updatePage(targetInfo));
    browser.on('Target.targetDestroyed', ({ targetId }) => this.#removePage(targetId));
  }

  /**
   * Attaches to every page of the browser, now and later. Costs a page nothing until {@link SessionRecorder.start}.
   * @param connection - stays the caller's; it may serve others too
   * @throws {@link CdpError} when the browser is gone
   */
  static async attach(
    connection: CdpConnection,
    sink: FrameSink,
    options: RecorderOptions = {},
  ): Promise<SessionRecorder> {
    const { sessionId } = await connection.send('Target.attachToBrowserTarget'); // of our own, so that nobody else's targets are touched
    const browser = connection.session(sessionId);
    const recorder = new SessionRecorder(connection, browser, { sink, defaults: options });
    const filter = [{ type: 'page' }];
    await browser.send('Target.setDiscoverTargets', { discover: true, filter });
    await browser.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: true,
      filter,
    });
    return recorder;
  }

  start(options: RecorderOptions = {}): void {
    if (this.#closed || (this.#run && !this.#stopping)) return;
    if (this.#run) this.#sink.cut(Date.now()); // the test before has not taken its last look yet
    this.#stopping = undefined;
    this.#run = runOf(options, this.#defaults);
    this.#castFront(this.#run);
  }

  stop(options: { lastLook?: boolean } = {}): Promise<void> {
    if (this.#run) this.#stopping ??= this.#finish(this.#run, options.lastLook ?? true);
    return this.#stopping ?? Promise.resolve();
  }

  leave(browserContextId: string): void {
    this.#changeFront(() => {
      for (const [targetId, { contextId }] of this.#pages)
        if (contextId === browserContextId) this.#pages.delete(targetId);
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  get #front(): RecordedPage | undefined {
    const pages = [...this.#pages.values()];
    return pages.findLast((page) => page.isTouched || !this.#isAlone(page)) ?? pages.at(-1);
  }

  #isAlone({ contextId }: RecordedPage): boolean {
    return [...this.#pages.values()].filter((page) => page.contextId === contextId).length === 1;
  }

  async #finish(run: Run, lastLook: boolean): Promise<void> {
    if (lastLook && this.#connection.isOpen) await this.#front?.cast.look();
    if (this.#run !== run) return; // the next test has begun
    this.#front?.cast.stop();
    this.#run = undefined;
    this.#stopping = undefined;
    this.#sink.cut(Date.now());
  }

  async #close(): Promise<void> {
    await this.stop();
    const detached = this.#connection.send('Target.detachFromTarget', {
      sessionId: this.#browser.id ?? '',
    });
    await settledWithin(detached, DETACH_MS); // the browser may be gone, or hang
  }

  #addPage({ sessionId, targetInfo }: CdpEvents['Target.attachedToTarget']): void {
    const { targetId, url, browserContextId, openerId } = targetInfo;
    const session = this.#connection.session(sessionId);
    const page: RecordedPage = {
      url,
      loadsSinceMs: isBlank(url) ? undefined : performance.now(),
      contextId: browserContextId,
      isTouched: !isBlank(url) || openerId !== undefined,
      cast: new PageCast(session, targetId, (frame) => this.#keep(frame)),
    };
    this.#changeFront(() => {
      const opener = this.#pages.get(openerId ?? '');
      if (opener) opener.isTouched = true; // else its first paint, which is told later, would bring it before the popup
      this.#pages.set(targetId, page);
    });
    if (page.isTouched) return;
    onContent(session, targetId, {
      onOld: () => {
        page.loadsSinceMs ??= performance.now();
        this.#changeFront(() => (page.isTouched = true));
      },
      onNew: () => {
        if (!page.isTouched && this.#pages.has(targetId)) this.#bringToFront(targetId, page, true);
      },
    });
  }

  /** @param hasContent - it is not blank any more, if it was */
  #bringToFront(targetId: string, page: RecordedPage, hasContent: boolean): void {
    const isNew = page.loadsSinceMs === undefined && hasContent;
    if (isNew) page.loadsSinceMs = performance.now();
    const wasInFront = this.#front === page; // else it is cast as it comes there
    this.#changeFront(() => {
      page.isTouched = true;
      this.#pages.delete(targetId);
      this.#pages.set(targetId, page);
    });
    if (isNew && wasInFront && this.#run && !this.#stopping) this.#castFront(this.#run); // a last look goes on
  }

  /** A page that goes to another URL is the one that the test works with. */
  #updatePage({ targetId, url }: TargetInfo): void {
    const page = this.#pages.get(targetId);
    if (!page || isSamePlace(page.url, url)) return;
    page.url = url;
    this.#bringToFront(targetId, page, !isBlank(url));
  }

  #removePage(targetId: string): void {
    this.#changeFront(() => this.#pages.delete(targetId));
  }

  #changeFront(change: () => void): void {
    const before = this.#front;
    change();
    const after = this.#front;
    if (after === before || !this.#run) return;
    before?.cast.stop();
    this.#castFront(this.#run);
  }

  #castFront(run: Run): void {
    const page = this.#front;
    page?.cast.start(run, graceOf(page, run));
  }

  #keep({ data, metadata }: ScreencastFrame): void {
    const jpeg = Buffer.from(data, 'base64');
    const size = jpegSize(jpeg);
    if (!size) return;
    const atMs = this.#clock.toLocalMs(metadata.timestamp, Date.now());
    this.#sink.append({ atMs, jpeg, ...size });
  }
}

function runOf(options: RecorderOptions, defaults: RecorderOptions): Run {
  const { fps = defaults.fps ?? FPS, size = defaults.size ?? MAX_SIZE } = options;
  const { lookMs = defaults.lookMs, loadGraceMs = defaults.loadGraceMs } = options;
  return {
    maxSize: size,
    intervalMs: 1000 / fps,
    lookMs,
    loadGraceMs: loadGraceMs ?? LOAD_GRACE_MS,
  };
}

/** How long it is still left alone, in milliseconds. */
function graceOf({ loadsSinceMs, isTouched }: RecordedPage, { loadGraceMs }: Run): number {
  if (loadsSinceMs !== undefined)
    return Math.max(0, loadsSinceMs + loadGraceMs - performance.now());
  return isTouched ? BLANK_GRACE_MS : Math.max(BLANK_GRACE_MS, UNTOUCHED * loadGraceMs);
}
