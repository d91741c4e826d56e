/** The time limit of an action, and its remaining time. */
import { settledWithin, withDeadline } from '../base/deadline';

/** Extra time for Playwright's own timeout error, in milliseconds: it is more specific than ours. */
const GRACE_MS = 250;
/** Reserve for a fallback, in milliseconds and as a maximum part of the limit: about ten times the time of a click by script. */
const LAST_RESORT_MS = 1_000;
const LAST_RESORT_PART = 0.1;

/** The time limit of an action. Starts at its creation. */
export class TimeLimit {
  readonly limitMs: number;
  readonly #endMs: number;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
    this.#endMs = performance.now() + limitMs;
  }

  /** Remaining time for a Playwright call, in milliseconds. Never 0, which means no limit in Playwright. */
  left(): number {
    return Math.max(1, Math.ceil(this.#endMs - performance.now()));
  }

  /** The same without the reserve for a fallback. */
  leftBeforeLastResort(): number {
    return Math.max(1, this.left() - Math.min(LAST_RESORT_MS, this.limitMs * LAST_RESORT_PART));
  }

  /** Whether no time remains. */
  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Waits briefly for cleanup after a timeout, and ignores its failure. */
  async after(work: Promise<unknown>): Promise<void> {
    await settledWithin(work, GRACE_MS);
  }

  /** Returns the result of the work, or throws after the limit. The work itself continues. */
  async guard<T>(work: Promise<T>, what: string): Promise<T> {
    return withDeadline(
      work,
      this.left() + GRACE_MS,
      () => new Error(`${what} took longer than ${this.limitMs} ms.`),
    );
  }
}
