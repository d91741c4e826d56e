/** How long one action may take, and how much of that is left. */
import { settledWithin, withDeadline } from '../base/deadline';

/** How long a call of Playwright may be late with its own error, in milliseconds: it tells more than ours. */
const GRACE_MS = 250;
/** What is kept for a last resort, in milliseconds, and at most which part of the limit: some ten times what a click by script takes. */
const LAST_RESORT_MS = 1_000;
const LAST_RESORT_PART = 0.1;

/** The time limit of one action. It runs from the moment it is made. */
export class TimeLimit {
  readonly limitMs: number;
  readonly #endMs: number;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
    this.#endMs = performance.now() + limitMs;
  }

  /** For one call of Playwright: what is left, in milliseconds. Never 0, which Playwright takes for no limit. */
  left(): number {
    return Math.max(1, Math.ceil(this.#endMs - performance.now()));
  }

  /** The same, but for a last resort: what is left when the call has used its part. */
  leftBeforeLastResort(): number {
    return Math.max(1, this.left() - Math.min(LAST_RESORT_MS, this.limitMs * LAST_RESORT_PART));
  }

  /** True when nothing is left. */
  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Waits a little for work that is to undo what took too long, whatever comes of it. */
  async after(work: Promise<unknown>): Promise<void> {
    await settledWithin(work, GRACE_MS);
  }

  /** The work, or an error when the limit is reached first. What was begun cannot be called back. */
  async guard<T>(work: Promise<T>, what: string): Promise<T> {
    return withDeadline(
      work,
      this.left() + GRACE_MS,
      () => new Error(`${what} took longer than ${this.limitMs} ms.`),
    );
  }
}
