/** The attempts of the tests of a run, their number and their sessions: later steps of an attempt belong to its session. */
import type { HeldSession } from './held-session';
import type { AttemptSteps } from './protocol';

/** Attempts whose session is known, the newest ones: the last steps of a test come a moment after its end. */
const MAX_ATTEMPTS = 500;

/** The attempts of one run. */
export class Attempts {
  /** The session of each, the latest last. */
  readonly #sessions = new Map<string, HeldSession>();
  readonly #tests = new Set<string>();
  #begun = 0;

  /** How many tests began, and how often. */
  get counts(): { tests: number; attempts: number } {
    return { tests: this.#tests.size, attempts: this.#begun };
  }

  /**
   * An attempt begins, or begins again on another session.
   * @param attempt - the id of the test, and `-` and the number of the retry
   */
  begin(attempt: string, held: HeldSession): void {
    if (!this.#sessions.delete(attempt)) this.#begun++;
    this.#tests.add(attempt.replace(/-\d+$/, ''));
    this.#sessions.set(attempt, held);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_ATTEMPTS && oldest !== undefined) this.#sessions.delete(oldest);
  }

  /** Sends steps to the viewers of their sessions. Attempts without a session are ignored. */
  show(attempts: readonly AttemptSteps[]): void {
    for (const { attempt, steps } of attempts) this.#sessions.get(attempt)?.note(steps);
  }
}
