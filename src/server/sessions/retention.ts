/** Lets go of things when their time is over. */
import { MAX_TIMER_MS } from '../../base/deadline';

/** Calls back for each thing once, when it is as old as things may get. */
export class Retention<T> {
  readonly #retentionMs: number;
  readonly #forget: (thing: T) => Promise<void>;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param forget what it fails at is left to the next start: a file may be in use just now */
  constructor(retentionMs: number, forget: (thing: T) => Promise<void>) {
    this.#retentionMs = retentionMs;
    this.#forget = forget;
  }

  /** Counts from `since`; what is too old already goes at once. */
  add(thing: T, since: Date): void {
    const leftMs = since.getTime() + this.#retentionMs - Date.now();
    if (leftMs <= 0) {
      this.#forget(thing).catch(() => {});
      return;
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.add(thing, since);
      },
      Math.min(leftMs, MAX_TIMER_MS),
    ).unref();
    this.#timers.add(timer);
  }

  /** Forgets nothing any more. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
