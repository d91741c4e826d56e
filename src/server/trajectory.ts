/** What was done in a session, in order: the steps that the API tells of. */
import type { SessionStep } from '../contract/session';

/** Steps of one session. Whoever listens hears of each. */
export class Trajectory {
  readonly #steps: SessionStep[] = [];
  readonly #listeners = new Set<(step: SessionStep) => void>();

  /** All steps so far. */
  get steps(): readonly SessionStep[] {
    return this.#steps;
  }

  /** Adds a step, such as `{ type: 'execution_result', value: ... }` with the answer as it went over the wire. */
  add(step: SessionStep): void {
    this.#steps.push(step);
    for (const listener of this.#listeners) listener(step);
  }

  /** Calls back at each new step. Returns the function that ends it. */
  onStep(listener: (step: SessionStep) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
