/** Turns stored frames into MP4 clips: one utility browser, started for the first clip, encodes them one after the other. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from '../base/queue';
import type { BrowserProcess } from '../browser/chromium';
import { launchChromium } from '../browser/chromium';
import { removeProfile } from '../browser/profile-folder';
import { SessionwrightError, TimeoutError } from '../contract/errors';
import type { Size } from '../contract/limits';
import { unseenBrowserEnvironment } from '../options/environment';
import type { Shot } from './clip-timeline';
import { pictureSize, planShots } from './clip-timeline';
import { EncoderPage } from './encoder/encoder-page';
import type { EncodedShot } from './encoder/page-script';
import type { FrameStore } from './frame-store';

/** How much JPEG is sent to the browser at once, in bytes: this, not the length of the clip, bounds the memory. */
const BATCH_BYTES = 1024 * 1024;
/** What takes a busy machine seconds, at low priority, and a browser that hangs for ever. */
const STEP_TIMEOUT_MS = 120_000;
/** What the browser of the encoder can do without. */
const LEAN_FLAGS = [
  '--disable-gpu', // software codecs: the same clip on every machine
  '--in-process-gpu', // one process less
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess', // three hidden renderers: 0.7 of 1.2 CPU seconds
];

/** Where the encoder's browser comes from. */
export interface ClipEncoderOptions {
  /** Path of a Chromium. @default the one that sessions use */
  executablePath?: string | undefined;
  /** Channel of a Chrome or Edge, where no path is given. */
  channel?: string | undefined;
  /** Where its temporary profile goes. @default the system's folder for temporary files */
  workDir?: string | undefined;
  /** How long the browser may take for a part of a clip before it is taken for dead, in milliseconds. @default 120000 */
  stepTimeoutMs?: number | undefined;
}

/** One clip to be made. */
export interface ClipRequest {
  store: FrameStore;
  /** Begin and end, in milliseconds since the epoch. */
  fromMs: number;
  toMs: number;
  /** How much longer its last picture stays, in milliseconds. @default 0 */
  holdMs?: number | undefined;
  /** Size of the picture; others are put in its middle, smaller where they must be. @default the size that is on screen longest */
  size?: Size | undefined;
}

/** A browser with an encoder in it. */
interface Workshop {
  browser: BrowserProcess;
  page: EncoderPage;
  close(): Promise<void>;
}

/**
 * Encodes clips with the codecs of Chromium: H.264 where the build has it, else VP9 or AV1; always MP4 with fast start.
 * A browser that dies or hangs is replaced, and the clip is made again, once. When that hangs too, no further clip is made: each would
 * keep its run waiting for as long.
 */
export class ClipEncoder {
  readonly #options: ClipEncoderOptions;
  readonly #queue = new Queue();
  #pid: number | undefined;
  #workshop: Promise<Workshop> | undefined;
  #closed: Promise<void> | undefined;
  /** Why no clip is made any more. */
  #hung: TimeoutError | undefined;

  private constructor(options: ClipEncoderOptions) {
    this.#options = options;
  }

  /**
   * Starts the encoder's browser.
   * @throws {@link BrowserNotFoundError} or {@link BrowserLaunchError}
   */
  static async launch(options: ClipEncoderOptions = {}): Promise<ClipEncoder> {
    const encoder = new ClipEncoder(options);
    await encoder.#open();
    return encoder;
  }

  /** The process of the encoder's browser; undefined when there is none. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /**
   * Makes the MP4 of a stretch of a recording, as long as the stretch and what its last picture is held, to the millisecond. Without any frame it is white. Waits for
   * its turn.
   * @throws {@link SessionwrightError} `encoder_closed` when the encoder is closed before or meanwhile, `encoding_failed` when the browser cannot encode;
   * {@link TimeoutError} when it hangs, and at once after that
   */
  async encode(request: ClipRequest): Promise<Buffer> {
    return this.#queue.run(async () => this.#encode(request));
  }

  /** Ends the browser and removes its profile. Clips that are not finished are refused. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await (await this.#workshop?.catch(() => undefined))?.close();
  }

  async #encode(request: ClipRequest): Promise<Buffer> {
    let hangs = 0;
    for (let attempt = 1; ; attempt++) {
      this.#refuseClosed();
      if (this.#hung) throw this.#hung;
      const { browser, page } = await this.#open();
      try {
        return await encodeClip(page, request);
      } catch (error) {
        this.#refuseClosed();
        const isHang = error instanceof TimeoutError;
        if (isHang) await browser.close();
        if (isHang && ++hangs > 1) this.#hung = error;
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

  /** The browser at work; a new one when there is none, or when it has died. Calls wait for each other, so there is one at most. */
  async #open(): Promise<Workshop> {
    this.#workshop = this.#replaceDead(this.#workshop);
    const workshop = await this.#workshop;
    this.#pid = workshop.browser.pid;
    return workshop;
  }

  async #replaceDead(current: Promise<Workshop> | undefined): Promise<Workshop> {
    const opened = await current?.catch(() => undefined);
    if (opened?.browser.connection.isOpen) return opened;
    await opened?.close();
    return openWorkshop(this.#options);
  }
}

async function openWorkshop({
  executablePath,
  channel,
  workDir = tmpdir(),
  stepTimeoutMs = STEP_TIMEOUT_MS,
}: ClipEncoderOptions): Promise<Workshop> {
  const userDataDir = await mkdtemp(join(workDir, 'sessionwright-encoder-'));
  let browser: BrowserProcess | undefined;
  try {
    browser = await launchChromium({
      executablePath,
      channel,
      userDataDir,
      debuggingPort: false,
      env: unseenBrowserEnvironment(),
      background: true,
      args: LEAN_FLAGS,
    });
    const started = browser;
    const close = async (): Promise<void> => {
      await started.close();
      await removeProfile(userDataDir);
    };
    return { browser, page: await EncoderPage.open(browser.connection, stepTimeoutMs), close };
  } catch (error) {
    await browser?.close();
    await removeProfile(userDataDir);
    throw error;
  }
}

async function encodeClip(
  page: EncoderPage,
  { store, fromMs, toMs, holdMs, size }: ClipRequest,
): Promise<Buffer> {
  const shots = planShots(store.select(fromMs, toMs), { fromMs, toMs, holdMs });
  const parts = [...batches(shots)];
  let clip: Buffer | undefined;
  for (const [index, part] of parts.entries()) {
    clip = await page.add({
      size: index === 0 ? pictureSize(shots, size) : undefined,
      shots: await Promise.all(part.map((shot) => readShot(store, shot))),
      isLast: index === parts.length - 1,
    });
  }
  return clip ?? Buffer.alloc(0);
}

/** A frame that was dropped from the store meanwhile is left out: the picture before it stays on. */
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
