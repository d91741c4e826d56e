/** Who waits for a session in a run, so that it is told once: on a terminal by one line that changes, elsewhere by few lines. */
import type { RpcPeer } from './rpc';

/** After this long a line of its own is worth it again, in milliseconds; then after twice as long, each time. */
const PAUSE_MS = 30_000;
/** For so long a terminal that has asked shows who waits, in milliseconds: it asks every second. */
const SHOWN_MS = 5_000;

/** A worker that waits. */
interface Waiting {
  peer: RpcPeer;
  /** By `performance.now()`. */
  sinceMs: number;
}

/** The workers of one run that wait. */
export class Waits {
  readonly #waiting = new Set<Waiting>();
  /** When a line of each kind may be said next, and the pause after it. */
  readonly #lines = new Map<string, { nextMs: number; pauseMs: number }>();
  #shownMs = -Infinity;

  /** Those that have waited for so long, the longest first. */
  longerThan(ms: number): Waiting[] {
    const untilMs = performance.now() - ms;
    return [...this.#waiting].filter(({ sinceMs }) => sinceMs <= untilMs);
  }

  /** Does what a worker waits for. */
  async during<T>(peer: RpcPeer, work: () => Promise<T>): Promise<T> {
    const waiting = { peer, sinceMs: performance.now() };
    this.#waiting.add(waiting);
    try {
      return await work();
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  /** A terminal shows who waits. */
  shown(): void {
    this.#shownMs = performance.now();
  }

  /** Whether a worker may say that it waits: nothing shows it, and no other has said so lately. */
  mayTell(kind: string): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < SHOWN_MS) return false;
    const { nextMs, pauseMs } = this.#lines.get(kind) ?? { nextMs: nowMs, pauseMs: PAUSE_MS };
    if (nowMs < nextMs) return false;
    this.#lines.set(kind, { nextMs: nowMs + pauseMs, pauseMs: 2 * pauseMs });
    return true;
  }
}
