/** Makes the clips of tests in the background, one after the other, at a low priority so that tests keep the processor. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../base/atomic-file';
import { messageOf } from '../base/errors';
import { logOf, since } from '../base/log';
import type { ClipEncoder } from '../recording/clip-encoder';
import { CLIP_HOLD_MS } from '../recording/clip-timeline';
import type { FrameStore } from '../recording/frame-store';
import type { Size } from '../contract/limits';
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

/** Clips are the user's files: the umask decides who may read them. */
const FILE_MODE = 0o666;

/** The clips of one run. The encoder's browser starts with the first clip, and ends in {@link close}. */
export class ClipQueue {
  /** Clips written so far. */
  written = 0;
  readonly #launch: () => Promise<ClipEncoder>;
  readonly #onProblem: (problem: ArtifactProblem) => void;
  readonly #running = new Map<Promise<void>, ClipJob>();
  #encoder: Promise<ClipEncoder> | undefined;

  /**
   * @param launch - starts the encoder; called again after a failure
   * @param onProblem - called for each clip that is missing or incomplete
   */
  constructor(launch: () => Promise<ClipEncoder>, onProblem: (problem: ArtifactProblem) => void) {
    this.#launch = launch;
    this.#onProblem = onProblem;
  }

  add(job: ClipJob): void {
    const running = this.#make(job).catch((error: unknown) => {
      log('failed: %s', job.path);
      this.#onProblem({ what: `No clip ${job.path}`, reason: messageOf(error) });
    });
    this.#running.set(running, job);
    void running.then(() => this.#running.delete(running));
  }

  /** Resolves when the clips of this lease are written or have failed. */
  async writtenFor(leaseId: string): Promise<void> {
    const own = [...this.#running].filter(([, job]) => job.leaseId === leaseId);
    await Promise.all(own.map(([running]) => running));
  }

  /** Makes the remaining clips, and ends the encoder. */
  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.keys());
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.then((it) => it.close()).catch(() => undefined);
  }

  async #make({ leaseId, path, ...clip }: ClipJob): Promise<void> {
    const startedMs = performance.now();
    log('ordered: %s (%d ms of a test of lease %s)', path, clip.toMs - clip.fromMs, leaseId);
    await clip.store.flushed();
    const missing = clip.store.whyMissing(clip.fromMs, clip.toMs); // the store only knows the latest failure
    const encoder = await this.#ready();
    const mp4 = await encoder.encode({ ...clip, holdMs: CLIP_HOLD_MS });
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, mp4, { mode: FILE_MODE, isDurable: false });
    this.written++;
    log('written after %s: %s (%d bytes)', since(startedMs), path, mp4.length);
    if (missing)
      this.#onProblem({ what: `Pictures are missing in ${path}`, reason: missing.message });
  }

  #ready(): Promise<ClipEncoder> {
    this.#encoder ??= this.#launch().catch((error: unknown) => {
      this.#encoder = undefined;
      throw error;
    });
    return this.#encoder;
  }
}
