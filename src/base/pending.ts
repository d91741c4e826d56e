/** Work that goes on while its starter does something else. */

/** Keeps track of such work, until somebody waits for all of it. */
export class Pending {
  readonly #all = new Set<Promise<unknown>>();

  /** How much of it is not done. */
  get size(): number {
    return this.#all.size;
  }

  /** Adds work, and returns it. Its failure is only reported to those who wait for the returned promise. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#all.add(work);
    try {
      return await work;
    } finally {
      this.#all.delete(work);
    }
  }

  /** Starts work that nobody waits for by itself. Its failure is ignored. */
  background(work: Promise<unknown>): void {
    this.track(work).catch(() => {});
  }

  /** Resolves when all work so far is done or has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#all);
  }
}
