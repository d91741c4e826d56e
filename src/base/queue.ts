/** Work that is done one after the other, in the order in which it came. */

/** A queue. Work that fails does not hold up the next. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work when everything that was asked for before is done or has failed, and tells what came of it. */
  async run<T>(work: () => Promise<T> | T): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when everything that was asked for so far is done or has failed. */
  async drained(): Promise<void> {
    await this.#last;
  }
}
