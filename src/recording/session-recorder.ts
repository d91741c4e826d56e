/** Records one session: casts the page that is in front, in whichever browser context it is. */
import { isBlank } from '../base/addresses';
import { orAfter, settledWithin } from '../base/deadline';
import type { CdpSession } from '../cdp/connection';
import type { PageTarget, SessionTargets } from '../cdp/session-targets';
import type { FrameStore } from './frame-store';
import { LOOK_MS, PageCast, type CastSettings, type ScreencastFrame } from './page-cast';

/** The picture is scaled down to fit into this, in pixels, like Playwright's own videos. */
const MAX_SIZE = { width: 800, height: 800 };
/** Most frames a second while a page moves. Each costs about 12 ms of a processor; 10 show what a test did. */
const FPS = 10;
/** How long a new page may load before its first picture, in milliseconds. Pictures of half a page cost as much as others, and many tests are over by then. */
const LOAD_MS = 200;
/** How long a browser may take to detach us, in milliseconds. One that is frozen never does. */
const DETACH_MS = 1_000;
/** How late a frame may arrive from a browser on this machine, in milliseconds; more means that the clocks differ. */
const SAME_CLOCK_MS = 1_000;

/** How a session is recorded. */
export interface RecorderOptions {
  /**
   * The picture is scaled down to fit into this, in pixels. It is never scaled up.
   * @default 800x800
   */
  size?: { width: number; height: number } | undefined;
  /**
   * At most so many frames a second (1 to 60). A still page makes none.
   * @default 10
   */
  fps?: number | undefined;
  /**
   * How long a new page may load before its first picture, in milliseconds. That picture also stands for the time before it.
   * @default 200
   */
  loadMs?: number | undefined;
  /**
   * How long {@link SessionRecorder.stop} may wait for the picture of the last change, in milliseconds.
   * @default 300
   */
  lookMs?: number | undefined;
}

/** Receives the frames of a recorder: a store, or viewers. `cut` marks that nothing is on screen from then on. */
export type FrameSink = Pick<FrameStore, 'append' | 'cut'>;

/** A recorder and its store. */
export interface OpenRecording {
  recorder: SessionRecorder;
  frames: FrameStore;
}

/** How the page in front is recorded since a {@link SessionRecorder.start}. */
interface Run extends CastSettings {
  loadMs: number;
}

/** A page that was in front, and our session to it. */
interface AttachedPage {
  session: CdpSession;
  cast: PageCast;
}

/**
 * Records while a test runs.
 *
 *     idle --start--> casting the page in front --stop--> last look --> idle --close--> detached
 *
 * It has sessions of its own to the pages that it casts. It never pauses a page, and the test's client does not notice it. When the
 * browser crashes or closes, the recording ends and the frames are kept.
 */
export class SessionRecorder {
  readonly #targets: SessionTargets;
  readonly #sink: FrameSink;
  readonly #defaults: RecorderOptions;
  readonly #clock = new BrowserClock();
  /** By page id. Undefined for a page that closed before we were attached. */
  readonly #attached = new Map<string, Promise<AttachedPage | undefined>>();
  readonly #unsubscribe: () => void;
  /** How the page in front is cast; undefined while idle. A new object for each `start()`. */
  #run: Run | undefined;
  #casting: PageCast | undefined;
  #stopping: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(targets: SessionTargets, sink: FrameSink, defaults: RecorderOptions) {
    this.#targets = targets;
    this.#sink = sink;
    this.#defaults = defaults;
    this.#unsubscribe = targets.subscribe({
      front: () => this.#castFront(),
      removed: ({ id }) => this.#attached.delete(id),
    });
  }

  /**
   * Makes the recorder of a browser. It costs pages nothing until {@link SessionRecorder.start}.
   * @throws {@link CdpError} when the browser is gone
   */
  static async attach(
    targets: SessionTargets,
    sink: FrameSink,
    options: RecorderOptions = {},
  ): Promise<SessionRecorder> {
    await targets.ready;
    return new SessionRecorder(targets, sink, options);
  }

  /** Begins to record the pages that are open, and those that open later. Does nothing while recording, or once closed. */
  start(options: RecorderOptions = {}): void {
    if (this.#closed || (this.#run && !this.#stopping)) return;
    if (this.#run) this.#sink.cut(Date.now()); // the test before has not taken its last look yet
    this.#stopping = undefined;
    this.#run = runOf(options, this.#defaults);
    this.#castFront();
  }

  /**
   * Ends the recording. Does nothing while idle.
   * @param options.lastLook - wait for the picture of the last change, about 35 ms and at most `lookMs`; keep the page open until then.
   * `false` saves that time if the recording will not be kept. Default: true
   */
  stop(options: { lastLook?: boolean } = {}): Promise<void> {
    if (this.#run) this.#stopping ??= this.#finish(this.#run, options.lastLook ?? true);
    return this.#stopping ?? Promise.resolve();
  }

  /** A browser context is about to close: its pages are not shown any more. */
  leave(browserContextId: string): void {
    this.#targets.leave(browserContextId);
  }

  /** Hides the pages of a browser context that is prepared for the next test; `null` when that test has it. */
  prepare(browserContextId: string | null): void {
    this.#targets.prepare(browserContextId);
  }

  /** Stops, and detaches from all pages. The store is left open. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #finish(run: Run, lastLook: boolean): Promise<void> {
    if (lastLook && this.#targets.isOpen) await this.#look(run);
    if (this.#run !== run) return; // the next test has begun
    this.#run = undefined;
    this.#stopping = undefined;
    this.#castFront();
    this.#sink.cut(Date.now());
  }

  async #look({ lookMs = LOOK_MS }: Run): Promise<void> {
    const { front } = this.#targets;
    const page = front && (await orAfter(this.#attach(front), lookMs, undefined));
    await page?.cast.look();
  }

  async #close(): Promise<void> {
    await this.stop();
    this.#unsubscribe();
    const detached = [...this.#attached.values()].map(async (attaching) => {
      const page = await attaching;
      if (page) await this.#targets.detach(page.session);
    });
    await settledWithin(Promise.all(detached), DETACH_MS);
  }

  /** Casts the page in front now, and no other; none while idle. */
  #castFront(): void {
    this.#casting?.stop();
    this.#casting = undefined;
    const run = this.#run;
    const { front } = this.#targets;
    if (!run || !front) return;
    void this.#attach(front).then((page) => {
      if (!page || this.#run !== run || this.#targets.front !== front) return;
      this.#casting = page.cast;
      page.cast.start(run, delayOf(front, run));
    });
  }

  #attach({ id }: PageTarget): Promise<AttachedPage | undefined> {
    const known = this.#attached.get(id);
    if (known) return known;
    const attaching = this.#targets.attachTo(id).then(
      (session) => ({
        session,
        cast: new PageCast(session, id, (frame) => this.#keep(frame)),
      }),
      () => undefined, // it has closed
    );
    this.#attached.set(id, attaching);
    return attaching;
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
  const { fps = FPS, size = MAX_SIZE, loadMs = LOAD_MS, lookMs } = { ...defaults, ...options };
  return { maxSize: size, intervalMs: 1000 / fps, lookMs, loadMs };
}

/** How long a page has still to load before its first picture, in milliseconds. A blank page is about to go somewhere. */
function delayOf({ url, loadsSinceMs = 0 }: PageTarget, { loadMs }: Run): number {
  return isBlank(url) ? loadMs : Math.max(0, loadsSinceMs + loadMs - performance.now());
}

/**
 * The clock of one browser. A local browser shares our clock; a remote one may be ahead or behind, which shows in its frames:
 * none arrives before it was made, and the quickest arrives at about the time it was made.
 */
export class BrowserClock {
  /** The smallest distance seen from a frame's own time to its arrival, in milliseconds. */
  #leastDelayMs = Number.POSITIVE_INFINITY;

  /**
   * The time of a frame in milliseconds since the epoch, on the scale of `Date.now()`.
   * @param timestampSeconds - the browser's own time of the frame, in seconds since the epoch; its arrival counts when there is none
   * @param arrivedAtMs - when the frame arrived here
   */
  toLocalMs(timestampSeconds: number | undefined, arrivedAtMs: number): number {
    if (timestampSeconds === undefined) return arrivedAtMs;
    const madeAtMs = timestampSeconds * 1000;
    this.#leastDelayMs = Math.min(this.#leastDelayMs, arrivedAtMs - madeAtMs);
    const isSameClock = this.#leastDelayMs >= 0 && this.#leastDelayMs < SAME_CLOCK_MS;
    return Math.min(arrivedAtMs, isSameClock ? madeAtMs : madeAtMs + this.#leastDelayMs);
  }
}

/**
 * Width and height in pixels; undefined when the bytes are not a whole JPEG header.
 * @see ITU-T T.81, annex B: a frame header is the marker SOF0 to SOF15, its length, the precision, the height and the width
 */
export function jpegSize(jpeg: Buffer): { width: number; height: number } | undefined {
  let at = 2; // after the start-of-image marker
  while (at + 9 <= jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1] ?? 0;
    if (isFrameHeader(marker))
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15, but for the three of that range that mean other things: DHT, JPG and DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
