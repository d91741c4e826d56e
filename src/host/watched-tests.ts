/** Tells those who watch a session what its tests do: brings the steps that the reporter tells of to the session of their test. */
import type { TestRun } from '../contract/test-notes';
import { withoutSecrets } from '../story/secrets';
import type { HeldSession } from './held-session';
import type { AttemptSteps } from './protocol';

/** Attempts whose session is remembered, the newest ones: their last steps come a moment after their end. */
const MAX_KNOWN = 500;

/** The tests of a run. */
export class WatchedTests {
  /** The run that they belong to. */
  readonly run: TestRun;
  readonly #sessions = new Map<string, HeldSession>();

  constructor(run: TestRun) {
    this.run = run;
  }

  /** An attempt of a test begins to use its session. True when it had none before. */
  begin(attempt: string, held: HeldSession, test: { title: string; worker: number }): boolean {
    const hadOne = this.#sessions.delete(attempt); // what comes anew stands last
    this.#sessions.set(attempt, held);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_KNOWN && oldest !== undefined) this.#sessions.delete(oldest);
    const title = withoutSecrets(test.title);
    held.note([{ ...test, title, run: this.run, at: Date.now() }]);
    return !hadOne;
  }

  /** Attempts take steps; those that have no session are left out. */
  step(attempts: readonly AttemptSteps[]): void {
    for (const { attempt, steps } of attempts) this.#sessions.get(attempt)?.note(steps);
  }
}
