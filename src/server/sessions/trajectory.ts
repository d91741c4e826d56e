/** What was done in a session, in order: the steps that the API tells of. */
import type { SessionStep } from '../../contract/session';

/** Kinds of steps that the contract knows. */
export type StepType = 'observation' | 'execution_result' | 'agent_completion' | 'screenshot' | 'agent_step_start' | 'agent_step_stop';

/** Steps of one session. Whoever listens hears of each. */
export class Trajectory {
  readonly #steps: SessionStep[] = [];
  readonly #listeners = new Set<(step: SessionStep) => void>();

  /** All steps so far. */
  get steps(): readonly SessionStep[] {
    return this.#steps;
  }

  /** Adds a step, such as `{ type: 'execution_result', value: ... }` with the answer as it went over the wire. */
  add(step: SessionStep & { type: StepType }): void {
    this.#steps.push(step);
    for (const listener of this.#listeners) listener(step);
  }

  /** Calls back at each new step. Returns the function that ends it. */
  onStep(listener: (step: SessionStep) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
