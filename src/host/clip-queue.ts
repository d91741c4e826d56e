/** Makes the clips of tests, one after the other in the background, at a low priority so that running tests keep the processor. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../base/atomic-file';
import type { ClipEncoder } from '../recording/clip-encoder';
import type { FrameStore } from '../recording/frame-store';
import type { VideoSize } from '../options/types';

/** One clip to be made. */
export interface ClipJob {
  store: FrameStore;
  /** Begin and end of the clip, in milliseconds since the epoch. */
  fromMs: number;
  toMs: number;
  size?: VideoSize | undefined;
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
  readonly #onFailure: (job: ClipJob, error: unknown) => void;
  readonly #running = new Set<Promise<void>>();
  #encoder: Promise<ClipEncoder> | undefined;

  /**
   * @param launch - starts the encoder; called at most once at a time, again after a failure.
   * @param onFailure - told of each clip that could not be made; nothing is thrown.
   */
  constructor(
    launch: () => Promise<ClipEncoder>,
    onFailure: (job: ClipJob, error: unknown) => void,
  ) {
    this.#launch = launch;
    this.#onFailure = onFailure;
  }

  add(job: ClipJob): void {
    const running = this.#make(job).catch((error: unknown) => this.#onFailure(job, error));
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  /** Resolves when every clip that was added so far is written or has failed. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.then((it) => it.close()).catch(() => undefined);
  }

  async #make(job: ClipJob): Promise<void> {
    const encoder = await this.#ready();
    const mp4 = await encoder.encode({
      store: job.store,
      fromMs: job.fromMs,
      toMs: job.toMs,
      ...(job.size && { size: job.size }),
    });
    await mkdir(dirname(job.path), { recursive: true });
    await replaceFile(job.path, mp4, { mode: FILE_MODE, isDurable: false });
    this.written++;
  }

  #ready(): Promise<ClipEncoder> {
    this.#encoder ??= this.#launch().catch((error: unknown) => {
      this.#encoder = undefined;
      throw error;
    });
    return this.#encoder;
  }
}
