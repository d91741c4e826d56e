/** A mistake that fails every test ends the run: it is said at the first test, and the others are skipped. */
import type { Refusal } from './protocol';

/**
 * How long a run may be without a worker, in milliseconds. In UI mode a host serves one run after the other, and what was wrong in the
 * last one may be mended; within a run the next worker is there long before.
 */
const PAUSE_MS = 5_000;

/** Keeps why a run does not go on. */
export class Refusals {
  #current: Refusal | undefined;
  readonly #workers = new Set<object>();
  #idleSinceMs = -PAUSE_MS;

  /** Ends the run, unless it has ended. Returns what it has ended with. */
  refuse(refusal: Refusal): Refusal {
    return (this.#current ??= refusal);
  }

  /** Why the run does not go on; null while it does. */
  get current(): Refusal | null {
    return this.#current ?? null;
  }

  workerCame(worker: object): void {
    if (this.#workers.size === 0 && performance.now() - this.#idleSinceMs > PAUSE_MS)
      this.#current = undefined;
    this.#workers.add(worker);
  }

  workerLeft(worker: object): void {
    if (this.#workers.delete(worker)) this.#idleSinceMs = performance.now();
  }
}
