/** Turns stored frames into MP4 clips. A browser encodes them one after the other. */
import { withDeadline } from '../base/deadline';
import { Queue } from '../base/queue';
import { SessionwrightError, timedOut, TimeoutError } from '../contract/errors';
import type { Size } from '../contract/limits';
import type { Shot } from './clip-timeline';
import { pictureSize, planShots } from './clip-timeline';
import {
  type ClipEncoderOptions,
  type EncoderBrowser,
  launchEncoderBrowser,
  openEncoderIn,
} from './encoder-browser';
import type { CdpConnection } from '../cdp/connection';
import type { ClipPart, EncodedShot, PageEncoder } from './encoder-page';
import type { FrameStore } from './frame-store';

/** How much JPEG is sent to the browser at once, in bytes: this, not the length of the clip, bounds the memory. */
const BATCH_BYTES = 1024 * 1024;
/** A clip to encode. */
export interface ClipRequest {
  store: FrameStore;
  /** Begin and end, in milliseconds since the epoch. */
  fromMs: number;
  toMs: number;
  /** How much longer its last picture stays, in milliseconds. @default 0 */
  holdMs?: number | undefined;
  /** Size of the clip. Pictures of another size are centered, and scaled down if necessary. @default the size that is on screen longest */
  size?: Size | undefined;
}

/**
 * Encodes clips with the codecs of Chromium: H.264 if the build has it, else VP9 or AV1; always MP4 with fast start.
 * If the browser dies or freezes, a new one encodes the clip again, once. If that one freezes too, all later clips fail at once,
 * because each would delay the end of the run by the same time.
 */
export class ClipEncoder {
  readonly #openBrowser: () => Promise<EncoderBrowser>;
  readonly #queue = new Queue();
  #pid: number | undefined;
  #browser: Promise<EncoderBrowser> | undefined;
  #closed: Promise<void> | undefined;
  /** Why later clips fail. */
  #frozen: TimeoutError | undefined;

  private constructor(openBrowser: () => Promise<EncoderBrowser>) {
    this.#openBrowser = openBrowser;
  }

  /**
   * Starts the encoder's browser.
   * @throws {@link BrowserNotFoundError} or {@link BrowserLaunchError}
   */
  static async launch(options: ClipEncoderOptions = {}): Promise<ClipEncoder> {
    return ClipEncoder.#start(async () => launchEncoderBrowser(options));
  }

  /**
   * Makes an encoder in the browser of a session.
   * @param connect - opens a connection for the encoder; called again if that is lost
   * @param onContext - called with the encoder's browser context, to hide it from viewers
   * @throws {@link CdpError} or {@link TimeoutError} if the browser does not answer
   */
  static async inSession(
    connect: () => Promise<CdpConnection>,
    onContext: (contextId: string) => Promise<void>,
  ): Promise<ClipEncoder> {
    return ClipEncoder.#start(async () => openEncoderIn(await connect(), onContext));
  }

  static async #start(openBrowser: () => Promise<EncoderBrowser>): Promise<ClipEncoder> {
    const encoder = new ClipEncoder(openBrowser);
    await encoder.#open();
    return encoder;
  }

  /** The process of the encoder's browser. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /**
   * Encodes a span of a recording, when its turn comes. The clip is as long as the span plus `holdMs`, to the millisecond. Without any
   * frame it is white.
   * @throws {@link SessionwrightError} `encoder_closed` when the encoder is closed before or meanwhile, `encoding_failed` when the browser cannot encode;
   * {@link TimeoutError} when it freezes, and at once after that
   */
  async encode(request: ClipRequest): Promise<Buffer> {
    return this.#queue.run(async () => this.#encode(request));
  }

  /** Ends the browser and removes its profile. Unfinished clips fail. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await (await this.#browser?.catch(() => undefined))?.close();
  }

  async #encode(request: ClipRequest): Promise<Buffer> {
    let freezes = 0;
    for (let attempt = 1; ; attempt++) {
      this.#refuseClosed();
      if (this.#frozen) throw this.#frozen;
      const browser = await this.#open();
      try {
        return await encodeClip(browser, request);
      } catch (error) {
        this.#refuseClosed();
        const isFrozen = error instanceof TimeoutError;
        if (isFrozen) await browser.close();
        if (isFrozen && ++freezes > 1) this.#frozen = error;
        if (browser.connection.isOpen || attempt > 1) throw error;
      }
    }
  }

  #refuseClosed(): void {
    if (this.#closed)
      throw new SessionwrightError(
        'A clip was not made: the encoder was closed before its turn came.',
        { code: 'encoder_closed' },
      );
  }

  /** The running browser; a new one if there is none, or if it died. Calls are queued, so there is only one. */
  async #open(): Promise<EncoderBrowser> {
    this.#browser = this.#replaceDead(this.#browser);
    const browser = await this.#browser;
    this.#pid = browser.pid;
    return browser;
  }

  async #replaceDead(current: Promise<EncoderBrowser> | undefined): Promise<EncoderBrowser> {
    const opened = await current?.catch(() => undefined);
    if (opened?.connection.isOpen) return opened;
    await opened?.close();
    return this.#openBrowser();
  }
}

async function encodeClip(
  browser: EncoderBrowser,
  { store, fromMs, toMs, holdMs, size }: ClipRequest,
): Promise<Buffer> {
  const shots = planShots(store.select(fromMs, toMs), { fromMs, toMs, holdMs });
  const parts = [...batches(shots)];
  let clip: Buffer | undefined;
  for (const [index, part] of parts.entries()) {
    clip = await addPart(browser, {
      size: index === 0 ? pictureSize(shots, size) : undefined,
      shots: await Promise.all(part.map(async (shot) => readShot(store, shot))),
      isLast: index === parts.length - 1,
    });
  }
  return clip ?? Buffer.alloc(0);
}

/** Leaves out a frame that the store dropped meanwhile: the picture before it stays on screen. */
async function readShot(
  store: FrameStore,
  { frame, startMs, durationMs }: Shot,
): Promise<EncodedShot> {
  const jpeg = frame && (await store.read(frame).catch(() => undefined));
  return { jpeg: jpeg?.toString('base64') ?? '', startMs, durationMs };
}

function* batches(shots: readonly Shot[]): Generator<Shot[]> {
  let batch: Shot[] = [];
  let bytes = 0;
  for (const shot of shots) {
    batch.push(shot);
    bytes += shot.frame?.byteLength ?? 0;
    if (bytes < BATCH_BYTES) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** Sends the next part of a clip. With the last one: the clip, fetched in bounded stretches. */
async function addPart(browser: EncoderBrowser, part: ClipPart): Promise<Buffer | undefined> {
  const clip = await call(browser, 'add', part);
  if (!clip) return undefined;
  const stretches = [Buffer.from(clip.start, 'base64')];
  for (let read = stretches[0]?.length ?? 0; read < clip.byteLength;) {
    const stretch = Buffer.from(await call(browser, 'read', read), 'base64');
    stretches.push(stretch);
    read += stretch.length;
  }
  return Buffer.concat(stretches);
}

/** Calls the encoder in its page. */
async function call<M extends keyof PageEncoder>(
  { page, stepTimeoutMs }: EncoderBrowser,
  method: M,
  ...args: Parameters<PageEncoder[M]>
): Promise<Awaited<ReturnType<PageEncoder[M]>>> {
  const answer = page.send('Runtime.evaluate', {
    expression: `clipEncoder.${method}(${args.map((arg) => JSON.stringify(arg)).join()})`,
    awaitPromise: true,
    returnByValue: true,
  });
  const { result, exceptionDetails } = await withDeadline(answer, stepTimeoutMs, () =>
    timedOut('the encoder to answer', stepTimeoutMs),
  );
  if (!exceptionDetails) return result.value as Awaited<ReturnType<PageEncoder[M]>>;
  const { exception, text } = exceptionDetails;
  const reason = exception?.description?.split('\n', 1)[0] ?? text;
  throw new SessionwrightError(`Could not encode a clip: ${reason}.`, { code: 'encoding_failed' });
}
