/** The sessions of the attempts of tests: later steps of an attempt belong to its session. */
import type { HeldSession } from './held-session';
import type { AttemptSteps } from './protocol';

/** Attempts whose session is known, the newest ones: the last steps of a test come a moment after its end. */
const MAX_ATTEMPTS = 500;

/** The attempts of one run. */
export class Attempts {
  /** The session of each, the latest last. */
  readonly #sessions = new Map<string, HeldSession>();

  /** An attempt begins, or begins again on another session. True if it is new. */
  begin(attempt: string, held: HeldSession): boolean {
    const isNew = !this.#sessions.delete(attempt);
    this.#sessions.set(attempt, held);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_ATTEMPTS && oldest !== undefined) this.#sessions.delete(oldest);
    return isNew;
  }

  /** Sends steps to the viewers of their sessions. Attempts without a session are ignored. */
  show(attempts: readonly AttemptSteps[]): void {
    for (const { attempt, steps } of attempts) this.#sessions.get(attempt)?.note(steps);
  }
}
