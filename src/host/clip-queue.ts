/** Makes the clips of tests in the background, one after the other, at a low priority so that tests keep the processor. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../base/atomic-file';
import { settledWithin } from '../base/deadline';
import { messageOf } from '../base/errors';
import { logOf, since } from '../base/log';
import { isSessionwrightError } from '../contract/errors';
import type { ClipEncoder, ClipRequest } from '../recording/clip-encoder';
import { CLIP_HOLD_MS } from '../recording/clip-timeline';
import type { FrameStore } from '../recording/frame-store';
import type { Size } from '../contract/limits';
import type { LocalEncoder } from './local-encoder';
import type { ArtifactProblem } from './protocol';

const log = logOf('clip');

/** A clip to be made. */
export interface ClipJob {
  /** The lease of its test. */
  leaseId: string;
  store: FrameStore;
  /** Begin and end of the clip, in milliseconds since 1970. */
  fromMs: number;
  toMs: number;
  size?: Size | undefined;
  /** The MP4 file. */
  path: string;
}

interface RunningJob {
  leaseId: string;
  /** Resolves when the encoder's own browser had it, or does not start. */
  tried: Promise<void>;
}

/** A clip that no browser on this machine can encode: a session does, before it ends. */
interface WaitingClip {
  request: ClipRequest;
  /** Why it was not made so far. */
  error: unknown;
  made: (mp4: Buffer) => void;
  failed: (error: unknown) => void;
}

/** How long a test waits for its clip, in milliseconds. Most take less than one second. */
const SOON_MS = 10_000;
/** Clips are the user's files: the umask decides who may read them. */
const FILE_MODE = 0o666;

/**
 * The clips of one run. The encoder's browser starts with the first clip, and ends in {@link close}. On a machine without a browser, clips
 * wait until {@link encodeIn} gets the browser of a session.
 */
export class ClipQueue {
  /** Clips written so far. */
  written = 0;
  /** Those of them that browsers of sessions encoded. */
  writtenInSessions = 0;
  readonly #local: Pick<LocalEncoder, 'launch' | 'isInstalled'>;
  readonly #onProblem: (problem: ArtifactProblem) => void;
  readonly #running = new Map<Promise<void>, RunningJob>();
  readonly #waiting: WaitingClip[] = [];
  #encoder: Promise<ClipEncoder> | undefined;
  #hasSessions = true;

  /** @param onProblem - called for each clip that is missing or incomplete */
  constructor(
    local: Pick<LocalEncoder, 'launch' | 'isInstalled'>,
    onProblem: (problem: ArtifactProblem) => void,
  ) {
    this.#local = local;
    this.#onProblem = onProblem;
  }

  add(job: ClipJob): void {
    let wasTried = (): void => undefined;
    const tried = new Promise<void>((resolve) => (wasTried = resolve));
    const running = this.#make(job, wasTried).catch((error: unknown) => {
      log('failed: %s', job.path);
      this.#onProblem({ what: `No clip ${job.path}`, reason: messageOf(error) });
    });
    this.#running.set(running, { leaseId: job.leaseId, tried });
    void running.then(() => {
      wasTried();
      this.#running.delete(running);
    });
  }

  /** Resolves when the clips of this lease are written or have failed. */
  async writtenFor(leaseId: string): Promise<void> {
    await Promise.all(this.#of(leaseId).map(([running]) => running));
  }

  /** Waits for the same, for a limited time. False if clips are missing by then, such as those that only a session can encode. */
  async writtenSoon(leaseId: string): Promise<boolean> {
    const tried = this.#of(leaseId).map(async ([, job]) => job.tried);
    await settledWithin(Promise.all(tried), SOON_MS);
    return this.#of(leaseId).length === 0;
  }

  /**
   * Encodes the waiting clips in the browser of a session that is about to end. Never rejects: what it cannot encode is left to the next
   * session. Where a browser is installed, the session does not wait for it.
   */
  async encodeIn(open: () => Promise<ClipEncoder>): Promise<void> {
    if (this.#running.size > 0 && !(await this.#local.isInstalled()))
      await Promise.all([...this.#running.values()].map(async (job) => job.tried));
    if (this.#waiting.length === 0) return;
    const encoder = await open().catch((error: unknown) => {
      for (const clip of this.#waiting) clip.error = error;
    });
    if (!encoder) return;
    for (let clip = this.#waiting.shift(); clip; clip = this.#waiting.shift()) {
      try {
        clip.made(await encoder.encode(clip.request));
        this.writtenInSessions++;
      } catch (error) {
        if (isSessionwrightError(error, 'encoding_failed')) clip.failed(error);
        else {
          this.#waiting.unshift({ ...clip, error }); // the browser is closed or frozen
          break;
        }
      }
    }
    await encoder.close();
  }

  /** No session will encode clips any more: those that wait fail. */
  sessionsOver(): void {
    this.#hasSessions = false;
    for (const { failed, error } of this.#waiting.splice(0)) failed(error);
  }

  /** Makes the remaining clips, and ends the encoder. */
  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.keys());
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.then((it) => it.close()).catch(() => undefined);
  }

  #of(leaseId: string): [Promise<void>, RunningJob][] {
    return [...this.#running].filter(([, it]) => it.leaseId === leaseId);
  }

  async #make({ leaseId, path, ...clip }: ClipJob, wasTried: () => void): Promise<void> {
    const startedMs = performance.now();
    log('ordered: %s (%d ms of a test of lease %s)', path, clip.toMs - clip.fromMs, leaseId);
    await clip.store.flushed();
    const missing = clip.store.whyMissing(clip.fromMs, clip.toMs); // the store only knows the latest failure
    const request = { ...clip, holdMs: CLIP_HOLD_MS };
    const mp4 = await this.#ready().then(
      async (encoder) => encoder.encode(request),
      async (error: unknown) => {
        const made = this.#inSession(request, error);
        wasTried();
        return made;
      },
    );
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, mp4, { mode: FILE_MODE, isDurable: false });
    this.written++;
    log('written after %s: %s (%d bytes)', since(startedMs), path, mp4.length);
    if (missing)
      this.#onProblem({ what: `Pictures are missing in ${path}`, reason: missing.message });
  }

  async #inSession(request: ClipRequest, error: unknown): Promise<Buffer> {
    if (!this.#hasSessions) throw error;
    return new Promise((made, failed) => this.#waiting.push({ request, error, made, failed }));
  }

  #ready(): Promise<ClipEncoder> {
    this.#encoder ??= this.#local.launch().catch((error: unknown) => {
      this.#encoder = undefined;
      throw error;
    });
    return this.#encoder;
  }
}
