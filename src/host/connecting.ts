/** Keeps a run from starting a session for each test where none can be connected to: the way to their browsers is closed, such as by a proxy. */

/** For how long another session is not started in the place of one that could not be connected to, after the last one that was, in milliseconds. */
const PAUSE_MS = 300_000;

/** What became of the connections to the sessions of a run. */
export class Connecting {
  /** When a session was last replaced since it could not be connected to, for each kind of options, by `performance.now()`. */
  readonly #replacedMs = new Map<string, number>();

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
}
