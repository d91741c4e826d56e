/** The starts of sessions that go on: the end of a run waits for them, and gives up what takes too long. */
import { settledWithin } from '../base/deadline';

/**
 * How long starts may take at the end of the run before they are given up, in milliseconds. One that waits for a place gets that of a
 * session that was stopped, and is stopped then; of one that is given up, nobody knows whether it has made a session.
 */
const LAST_STARTS_MS = 10_000;

/** The starts of one run. */
export class Openings {
  readonly #pending = new Set<Promise<unknown>>();

  /** Keeps a start in sight until it has settled. */
  async track<T>(opening: Promise<T>): Promise<T> {
    this.#pending.add(opening);
    try {
      return await opening;
    } finally {
      this.#pending.delete(opening);
    }
  }

  /**
   * Resolves when none goes on, or they take too long for it though they were given up.
   * @param giveUp - called once, whether any goes on or not
   */
  async over(giveUp: () => void): Promise<void> {
    await settledWithin(this.settled(), LAST_STARTS_MS);
    giveUp();
    await settledWithin(this.settled(), LAST_STARTS_MS);
  }

  /** Resolves when those of now have settled. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }
}
