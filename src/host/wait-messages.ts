/** Limits how often the workers of a run print that they wait for a session. */

/** Pause before the next message of a kind, in milliseconds. It doubles after each message. */
const PAUSE_MS = 30_000;

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
