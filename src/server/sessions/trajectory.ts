/** What was done in a session, in order: the steps that the API tells of. */
import type { SessionStep } from '../../contract/session';

/** Kinds of steps that the contract knows. */
export type StepType =
  | 'observation'
  | 'execution_result'
  | 'agent_completion'
  | 'screenshot'
  | 'agent_step_start'
  | 'agent_step_stop';

/**
 * How much of the newest steps is told of a session, in characters of JSON: 25,000 clicks, or 120 observations of a page with 300
 * elements. Each answer with a status carries all of it, and a session that is used for hours must not fill the memory.
 */
export const TOLD_CHARS = 16 * 1024 * 1024;

/** Told of each step, and of its JSON. */
type StepListener = (step: SessionStep, json: string) => void;

/** The newest steps of one session. Whoever listens hears of each. */
export class Trajectory {
  readonly #steps: { step: SessionStep; length: number }[] = [];
  #length = 0;
  #forgotten = 0;
  readonly #listeners = new Set<StepListener>();

  /** The newest steps, oldest first. */
  get steps(): readonly SessionStep[] {
    return this.#steps.map(({ step }) => step);
  }

  /** How many steps were taken. */
  get count(): number {
    return this.#forgotten + this.#steps.length;
  }

  /** The first step of this number or a higher one that is still told; undefined when none is taken yet. */
  from(number: number): { step: SessionStep; number: number } | undefined {
    const index = Math.max(0, number - this.#forgotten);
    const kept = this.#steps[index];
    return kept && { step: kept.step, number: index + this.#forgotten };
  }

  /** Adds a step, such as `{ type: 'execution_result', value: ... }` with the answer as it went over the wire. */
  add(step: SessionStep & { type: StepType }): void {
    const json = JSON.stringify(step);
    this.#steps.push({ step, length: json.length });
    this.#length += json.length;
    while (this.#length > TOLD_CHARS && this.#steps.length > 1) {
      this.#length -= this.#steps.shift()?.length ?? 0;
      this.#forgotten++;
    }
    for (const listener of this.#listeners) listener(step, json);
  }

  /** Calls back at each new step. Returns the function that ends it. */
  onStep(listener: StepListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
