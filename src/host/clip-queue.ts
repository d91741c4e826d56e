/** Makes the clips of tests, one after the other in the background, at a low priority so that running tests keep the processor. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../base/atomic-file';
import { messageOf } from '../base/errors';
import { logOf, since } from '../base/log';
import type { ClipEncoder, ClipEncoderOptions } from '../recording/clip-encoder';
import { CLIP_HOLD_MS } from '../recording/clip-timeline';
import type { FrameStore } from '../recording/frame-store';
import type { Size } from '../contract/limits';
import type { ArtifactProblem } from './protocol';

const log = logOf('clip');

/** One clip to be made. */
export interface ClipJob {
  /** Whose test it shows. */
  leaseId: string;
  store: FrameStore;
  /** Begin and end of the clip, in milliseconds since the epoch. */
  fromMs: number;
  toMs: number;
  size?: Size | undefined;
  /** Where the MP4 goes. */
  path: string;
}

/** Clips are files of the user, who decides by the umask who may read them. */
const FILE_MODE = 0o666;

/** The clips of one run. The encoder's browser is started with the first clip, and ended by {@link close}. */
export class ClipQueue {
  /** Clips written so far. */
  written = 0;
  readonly #launch: () => Promise<ClipEncoder>;
  readonly #tell: (problem: ArtifactProblem) => void;
  readonly #running = new Map<Promise<void>, ClipJob>();
  #encoder: Promise<ClipEncoder> | undefined;

  /**
   * @param launch - starts the encoder; called at most once at a time, again after a failure.
   * @param tell - told of each clip that could not be made, or has not all of its pictures; nothing is thrown.
   */
  constructor(launch: () => Promise<ClipEncoder>, tell: (problem: ArtifactProblem) => void) {
    this.#launch = launch;
    this.#tell = tell;
  }

  add(job: ClipJob): void {
    const running = this.#make(job).catch((error: unknown) => {
      log('failed: %s', job.path);
      this.#tell({ what: `No clip ${job.path}`, reason: messageOf(error) });
    });
    this.#running.set(running, job);
    void running.then(() => this.#running.delete(running));
  }

  /** Resolves when the clips of this lease that were added so far are written or have failed. Those of others may take much longer. */
  async writtenFor(leaseId: string): Promise<void> {
    const own = [...this.#running].filter(([, job]) => job.leaseId === leaseId);
    await Promise.all(own.map(([running]) => running));
  }

  /** Resolves when no clip is left to be made. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.keys());
  }

  /** Makes what is left to be made, and ends the encoder. */
  async close(): Promise<void> {
    await this.drained();
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.then((it) => it.close()).catch(() => undefined);
  }

  async #make(job: ClipJob): Promise<void> {
    const startedMs = performance.now();
    log('ordered: %s (%d ms of a test)', job.path, job.toMs - job.fromMs);
    const missing = await whyMissing(job);
    const encoder = await this.#ready();
    const mp4 = await encoder.encode({
      store: job.store,
      fromMs: job.fromMs,
      toMs: job.toMs,
      holdMs: CLIP_HOLD_MS,
      ...(job.size && { size: job.size }),
    });
    await mkdir(dirname(job.path), { recursive: true });
    await replaceFile(job.path, mp4, { mode: FILE_MODE, isDurable: false });
    this.written++;
    log('written after %s: %s (%d bytes)', since(startedMs), job.path, mp4.length);
    if (missing)
      this.#tell({ what: `Pictures are missing in ${job.path}`, reason: missing.message });
  }

  #ready(): Promise<ClipEncoder> {
    this.#encoder ??= this.#launch().catch((error: unknown) => {
      this.#encoder = undefined;
      throw error;
    });
    return this.#encoder;
  }
}

/** Asked before the clip waits for others: the store knows the latest failure only. */
async function whyMissing({ store, fromMs, toMs }: ClipJob): Promise<Error | undefined> {
  await store.flushed();
  return store.whyMissing(fromMs, toMs);
}

/** The encoder of clips, loaded once there is one to be made. */
export async function launchEncoder(options: ClipEncoderOptions): Promise<ClipEncoder> {
  const { ClipEncoder } = await import('../recording/clip-encoder');
  return ClipEncoder.launch(options);
}
