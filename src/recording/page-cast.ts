/** Casts one page: whole pictures at a bounded rate, and always the latest one in the end. */
import { orAfter, settledWithin } from '../base/deadline';
import type { CdpArguments, CdpCommand, CdpEvents } from '../cdp/protocol';
import type { CdpSession } from '../cdp/connection';

/** JPEG quality of frames, 0 to 100: what Playwright's own recorder takes. */
const QUALITY = 90;
/** A cast that shows nothing for so long is started anew, in milliseconds; doubled each time. A popup cast before its first paint may stay dark. */
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 4_000;
/** Longest time of a look, in milliseconds. It takes about 35; only a page that is busy or a machine that is overloaded comes near it. */
export const LOOK_MS = 300;
/** How much of it is for the page to paint; the rest is for its picture to arrive. */
const PAINT_SHARE = 2 / 3;
/** Resolves when the page has handed its next frame to the compositor, with all changes made so far; with the browser's own time of that. */
const NEXT_PAINT =
  'new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(Date.now()))))';
/** A JavaScript world of our own: a page may fake `requestAnimationFrame` and `Date`, as Playwright's clock does. */
const WORLD_NAME = 'sessionwright';

/** A frame as the browser sends it. */
export type ScreencastFrame = CdpEvents['Page.screencastFrame'];

/** How a page is cast. */
export interface CastSettings {
  /** The picture is scaled down to fit into this, in pixels. */
  maxSize: { width: number; height: number };
  /** The least distance of two frames of a page that moves, in milliseconds. */
  intervalMs: number;
  /** The longest time of a look, in milliseconds. @default 300 */
  lookMs?: number | undefined;
}

/**
 * The screencast of one page.
 *
 * Each picture costs the browser about 12 ms of a processor, sent or not, and what it cannot send it forgets. Slow acknowledgements
 * or `everyNthFrame` therefore save little, and lose the last change. So a cast stays on while the page stands still or changes now
 * and then, which gives one picture for each change; while the page moves, the cast is stopped after each picture and started again
 * an interval later. A start always gives the picture of that moment: when it is the one we have, the page has come to rest.
 *
 *     off --start--> on --a picture too soon after another--> resting --interval--> on
 *                     '--any other: acknowledged               '-- and again, while that first picture is a new one
 */
export class PageCast {
  readonly #session: CdpSession;
  readonly #targetId: string;
  readonly #onFrame: (frame: ScreencastFrame) => void;
  /** Undefined while off. */
  #settings: CastSettings | undefined;
  #isCasting = false;
  /** The latest picture since the start, and the number of the cast that the latest one came from: each start has a higher number. */
  #latest: { picture: string | undefined; cast: number } = { picture: undefined, cast: 0 };
  /** What comes from a cast up to this number was on its way when that cast was stopped. */
  #staleCast = 0;
  #timer: NodeJS.Timeout | undefined;
  /** True from the end of a rest until the page is seen to stand still. */
  #isMoving = false;
  /** When the latest new picture came. */
  #changedAtMs = 0;
  /** What a look waits for: a picture, whether new or not, of this browser time or later. One from before, which was still being encoded, has the number of the cast that is on when it is done. */
  #awaited: { fromMs: number; seen: () => void } | undefined;

  /** @param onFrame - gets each new picture, in order */
  constructor(session: CdpSession, targetId: string, onFrame: (frame: ScreencastFrame) => void) {
    this.#session = session;
    this.#targetId = targetId;
    this.#onFrame = onFrame;
    session.on('Page.screencastFrame', (frame) => this.#receive(frame));
  }

  /**
   * Begins to cast, or goes on with other settings. The first picture comes at once, changed or not.
   * @param delayMs - wait for so long before the first picture
   */
  start(settings: CastSettings, delayMs = 0): void {
    this.stop();
    this.#settings = settings;
    this.#latest.picture = undefined;
    this.#isMoving = false;
    if (delayMs > 0) this.#after(delayMs, () => this.#begin(FIRST_RETRY_MS));
    else this.#begin(FIRST_RETRY_MS);
  }

  /** Waits, within bounds, for the picture that shows everything that the page has changed up to now. Does nothing while off. */
  async look(): Promise<void> {
    const { lookMs = LOOK_MS } = this.#settings ?? {};
    const painted = this.#nextPaint().catch(() => undefined); // it has been closed
    const fromMs = (await orAfter(painted, lookMs * PAINT_SHARE, undefined)) ?? 0;
    const seen = new Promise<void>((resolve) => {
      this.#awaited = { fromMs, seen: resolve };
    });
    this.#end();
    this.#begin(FIRST_RETRY_MS);
    await settledWithin(seen, lookMs * (1 - PAINT_SHARE));
  }

  /** Ends the cast. Frames on their way are dropped, and a look ends. */
  stop(): void {
    this.#settings = undefined;
    this.#awaited?.seen();
    this.#awaited = undefined;
    this.#end();
  }

  async #nextPaint(): Promise<number | undefined> {
    const world = await this.#session.send('Page.createIsolatedWorld', {
      frameId: this.#targetId,
      worldName: WORLD_NAME,
    }); // a page is named as its main frame
    const { result } = await this.#session.send('Runtime.evaluate', {
      expression: NEXT_PAINT,
      awaitPromise: true,
      contextId: world.executionContextId,
    });
    return typeof result.value === 'number' ? result.value : undefined;
  }

  #begin(retryMs: number): void {
    if (!this.#settings) return;
    this.#isCasting = true;
    const { width, height } = this.#settings.maxSize;
    this.#send('Page.startScreencast', {
      format: 'jpeg',
      quality: QUALITY,
      maxWidth: width,
      maxHeight: height,
    });
    this.#after(retryMs, () => {
      this.#end();
      this.#staleCast = 0; // should a browser count anew
      this.#begin(Math.min(retryMs * 2, MAX_RETRY_MS));
    });
  }

  #end(): void {
    clearTimeout(this.#timer);
    if (this.#isCasting) this.#send('Page.stopScreencast');
    this.#isCasting = false;
    this.#staleCast = this.#latest.cast;
  }

  #receive(frame: ScreencastFrame): void {
    if (!this.#isCasting || frame.sessionId <= this.#staleCast) return;
    clearTimeout(this.#timer);
    const isNew = frame.data !== this.#latest.picture;
    this.#latest = { picture: frame.data, cast: frame.sessionId };
    this.#proceed(frame, isNew);
    if (isNew) this.#onFrame(frame);
    const { timestamp = Infinity } = frame.metadata;
    if (this.#awaited && timestamp * 1000 >= this.#awaited.fromMs) this.#awaited.seen();
  }

  /** Rests when the page moves; else, and while a look waits, goes on. */
  #proceed({ sessionId }: ScreencastFrame, isNew: boolean): void {
    const { intervalMs = 0 } = this.#settings ?? {};
    const sinceChangeMs = Date.now() - this.#changedAtMs;
    if (isNew) this.#changedAtMs = Date.now();
    this.#isMoving = isNew && (this.#isMoving || sinceChangeMs < intervalMs);
    if (!this.#isMoving || this.#awaited) {
      this.#send('Page.screencastFrameAck', { sessionId });
      return;
    }
    this.#end();
    this.#after(intervalMs, () => this.#begin(FIRST_RETRY_MS));
  }

  #after(delayMs: number, action: () => void): void {
    this.#timer = setTimeout(action, delayMs).unref();
  }

  /** A page may close at any time: what it does not answer is no loss. */
  #send<C extends CdpCommand>(method: C, ...params: CdpArguments<C>): void {
    this.#session.send(method, ...params).catch(() => {});
  }
}
