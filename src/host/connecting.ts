/**
 * Keeps a run from starting a session for each test where none can be connected to, since the way to their browsers is closed; and from
 * attaching again to one of somebody else's that a test has left uncleared.
 */
import { SessionwrightError } from '../contract/errors';
import type { SessionOptions } from '../options/types';

/** For how long another session is not started in the place of one that could not be connected to, after the last one that was, in milliseconds. */
const PAUSE_MS = 300_000;

/** What became of the connections to the sessions of a run. */
export class Connecting {
  /** When a session was last replaced since it could not be connected to, for each kind of options, by `performance.now()`. */
  readonly #replacedMs = new Map<string, number>();

  /** Ids of somebody else's that a test has left uncleared. */
  readonly #spoilt = new Set<string>();

  /** One could not be connected to. True when another one is worth a try: the first, and after a while. */
  failed(key: string): boolean {
    const nowMs = performance.now();
    const lastMs = this.#replacedMs.get(key);
    if (lastMs !== undefined && nowMs - lastMs < PAUSE_MS) return false;
    this.#replacedMs.set(key, nowMs);
    return true;
  }

  /** A worker is connected. */
  succeeded(key: string): void {
    this.#replacedMs.delete(key);
  }

  /** One of somebody else's has not cleared what a test had left. */
  spoilt(sessionId: string): void {
    this.#spoilt.add(sessionId);
  }

  /** @throws {@link SessionwrightError} `session_not_cleared` when these options attach to such a session */
  check({ sessionId }: SessionOptions): void {
    if (sessionId === undefined || !this.#spoilt.has(sessionId)) return;
    const message = `Session ${sessionId} is not used any more: its browser did not close and clear what a test had left within 10 s (isolation 'session'). It was attached to (sessionOptions.sessionId), so nothing replaces it: attach to another one, or use isolation 'context'.`;
    throw new SessionwrightError(message, { code: 'session_not_cleared' });
  }
}
