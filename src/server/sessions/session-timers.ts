/** The clock of a session: it ends when unused for too long, and when too old. */
import { MAX_TIMER_MS } from '../../base/deadline';
import { countText } from '../../base/texts';

/** The two bounds of a session, in milliseconds. */
export interface SessionLimits {
  idleMs: number;
  maxMs: number;
}

/** Watches both bounds, whatever becomes of the machine's time. Telling it that the session is used costs no more than reading the clock, since that happens with every packet. */
export class SessionTimers {
  readonly #limits: SessionLimits;
  readonly #onExpired: (reason: string) => void;
  readonly #max: NodeJS.Timeout;
  #idle: NodeJS.Timeout;
  /** By `performance.now()`: the time of day may be set. */
  #lastUsedMs = performance.now();
  /** The same moment by the time of day, for people. */
  #lastUsedAtMs = Date.now();
  /** How many use it whose traffic nobody sees. */
  #holders = 0;

  /** @param onExpired called once, with the reason */
  constructor(limits: SessionLimits, onExpired: (reason: string) => void) {
    this.#limits = limits;
    this.#onExpired = onExpired;
    this.#max = this.#after(limits.maxMs, () =>
      this.#expire(`It reached its maximum duration of ${inMinutes(limits.maxMs)}.`),
    );
    this.#idle = this.#after(limits.idleMs, () => this.#checkIdle());
  }

  /** When the session was last used. */
  get lastUsedAt(): Date {
    return this.#holders > 0 ? new Date() : new Date(this.#lastUsedAtMs);
  }

  /** It counts as used until the returned function is called, once. */
  hold(): () => void {
    this.#holders += 1;
    return () => {
      this.#holders -= 1;
      this.touch();
    };
  }

  touch(): void {
    this.#lastUsedMs = performance.now();
    this.#lastUsedAtMs = Date.now();
  }

  stop(): void {
    clearTimeout(this.#max);
    clearTimeout(this.#idle);
  }

  get #unusedMs(): number {
    return this.#holders > 0 ? 0 : performance.now() - this.#lastUsedMs;
  }

  #checkIdle(): void {
    const leftMs = Math.ceil(this.#limits.idleMs - this.#unusedMs);
    if (leftMs > 0) this.#idle = this.#after(leftMs, () => this.#checkIdle());
    else this.#expire(`It was not used for ${inMinutes(this.#limits.idleMs)}.`);
  }

  #expire(reason: string): void {
    this.stop();
    this.#onExpired(reason);
  }

  #after(delayMs: number, callback: () => void): NodeJS.Timeout {
    return setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS)).unref();
  }
}

function inMinutes(durationMs: number): string {
  return durationMs < 60_000 ? `${durationMs} ms` : countText(durationMs / 60_000, 'minute');
}
