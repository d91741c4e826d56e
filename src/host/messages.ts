/** What the workers of a run print together: why the run was stopped, and why they wait. */
import type { Refusal } from './protocol';

/**
 * How long a run may be without a worker, in milliseconds. In UI mode a host serves several runs, and the mistake of the last one may be
 * fixed. Within a run the next worker connects much earlier.
 */
const IDLE_MS = 5_000;

/** The mistake that fails every test and stops the run: the first test reports it, the others are skipped. */
export class Refusals {
  #current: Refusal | undefined;
  readonly #workers = new Set<object>();
  #idleSinceMs = -IDLE_MS;

  /** Stops the run, unless it was stopped. Returns why it was stopped. */
  refuse(refusal: Refusal): Refusal {
    return (this.#current ??= refusal);
  }

  /** Why the run was stopped; null while it goes on. */
  get current(): Refusal | null {
    return this.#current ?? null;
  }

  workerCame(worker: object): void {
    if (this.#workers.size === 0 && performance.now() - this.#idleSinceMs > IDLE_MS)
      this.#current = undefined;
    this.#workers.add(worker);
  }

  workerLeft(worker: object): void {
    if (this.#workers.delete(worker)) this.#idleSinceMs = performance.now();
  }
}

/** Pause before the next message of a kind, in milliseconds. It doubles after each message. */
const PAUSE_MS = 30_000;

/** Limits how often workers print that they wait for a session. */
export class WaitMessages {
  /** When the next message of each kind may be printed, and the pause after it. */
  readonly #kinds = new Map<string, { nextMs: number; pauseMs: number }>();

  /** True if no worker printed a message of this kind during the current pause. */
  mayPrint(kind: string): boolean {
    const nowMs = performance.now();
    const { nextMs, pauseMs } = this.#kinds.get(kind) ?? { nextMs: nowMs, pauseMs: PAUSE_MS };
    if (nowMs < nextMs) return false;
    this.#kinds.set(kind, { nextMs: nowMs + pauseMs, pauseMs: 2 * pauseMs });
    return true;
  }
}
