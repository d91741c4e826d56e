/** Tracks background work. */

/** A set of running work. */
export class Pending {
  readonly #all = new Set<Promise<unknown>>();

  /** Amount of unfinished work. */
  get size(): number {
    return this.#all.size;
  }

  /** Adds work, and returns its promise, which is the only one that reports its failure. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#all.add(work);
    try {
      return await work;
    } finally {
      this.#all.delete(work);
    }
  }

  /** Starts work in the background. Ignores its failure. */
  background(work: Promise<unknown>): void {
    this.track(work).catch(() => {});
  }

  /** Resolves when all current work has settled. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#all);
  }
}
