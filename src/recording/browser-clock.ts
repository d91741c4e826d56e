/** Puts the times of a browser on the clock of this machine. */

/** How late a frame may arrive from a browser on this machine, in milliseconds; more means that the clocks differ. */
const SAME_CLOCK_MS = 1_000;

/**
 * The clock of one browser. A local browser shares our clock; a remote one may be ahead or behind, which shows in its frames:
 * none arrives before it was made, and the quickest arrives at about the time it was made.
 */
export class BrowserClock {
  /** The smallest distance seen from a frame's own time to its arrival, in milliseconds. */
  #leastDelayMs = Number.POSITIVE_INFINITY;

  /**
   * The time of a frame in milliseconds since the epoch, on the scale of `Date.now()`.
   * @param timestampSeconds - the browser's own time of the frame, in seconds since the epoch; its arrival counts when there is none
   * @param arrivedAtMs - when the frame arrived here
   */
  toLocalMs(timestampSeconds: number | undefined, arrivedAtMs: number): number {
    if (timestampSeconds === undefined) return arrivedAtMs;
    const madeAtMs = timestampSeconds * 1000;
    this.#leastDelayMs = Math.min(this.#leastDelayMs, arrivedAtMs - madeAtMs);
    const isSameClock = this.#leastDelayMs >= 0 && this.#leastDelayMs < SAME_CLOCK_MS;
    return Math.min(arrivedAtMs, isSameClock ? madeAtMs : madeAtMs + this.#leastDelayMs);
  }
}
