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

/** How much is told of all sessions of a process together, in the same characters: a session on its own has its 16 million, and a hundred must not take gigabytes. */
export const TOLD_CHARS_OF_ALL = 128 * 1024 * 1024;

/** Told of each step, and of its JSON. */
type StepListener = (step: SessionStep, json: string) => void;

/** The newest steps of one session. Whoever listens hears of each. They are kept as JSON, which takes a part of the memory that objects do. */
export class Trajectory {
  static #lengthOfAll = 0;
  readonly #steps: { type: string; json: string }[] = [];
  #length = 0;
  #forgotten = 0;
  #hasGivenWay = false;
  #isReleased = false;
  readonly #listeners = new Set<StepListener>();

  /** The newest steps, oldest first. */
  get steps(): readonly SessionStep[] {
    return this.#steps.map(({ json }) => JSON.parse(json) as SessionStep);
  }

  /** Whether it has forgotten steps that would be told, were it not for other sessions: they are on the disk only. */
  get hasGivenWay(): boolean {
    return this.#hasGivenWay;
  }

  /** How many steps were taken. */
  get count(): number {
    return this.#forgotten + this.#steps.length;
  }

  /** The newest step of a kind; undefined when none is told. */
  last(type: StepType): SessionStep | undefined {
    const found = this.#steps.findLast((step) => step.type === type);
    return found && (JSON.parse(found.json) as SessionStep);
  }

  /** The first step of this number or a higher one that is still told; undefined when none is taken yet. */
  from(number: number): { step: SessionStep; number: number } | undefined {
    const index = Math.max(0, number - this.#forgotten);
    const kept = this.#steps[index];
    return kept && { step: JSON.parse(kept.json) as SessionStep, number: index + this.#forgotten };
  }

  /** Adds a step, such as `{ type: 'execution_result', value: ... }` with the answer as it went over the wire. */
  add(step: SessionStep & { type: StepType }): void {
    const json = JSON.stringify(step);
    this.#steps.push({ type: step.type, json });
    this.#count(json.length);
    while (this.#isTooLong() && this.#steps.length > 1) {
      if (this.#length <= TOLD_CHARS) this.#hasGivenWay = true;
      this.#count(-(this.#steps.shift()?.json.length ?? 0));
      this.#forgotten++;
    }
    for (const listener of this.#listeners) listener(step, json);
  }

  /** Calls back at each new step. Returns the function that ends it. */
  onStep(listener: StepListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Its session has ended: what is told of it, and what a last call may add, counts no more, and goes with it. Safe to call twice. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    Trajectory.#lengthOfAll -= this.#length;
  }

  #isTooLong(): boolean {
    return this.#length > TOLD_CHARS || Trajectory.#lengthOfAll > TOLD_CHARS_OF_ALL;
  }

  #count(chars: number): void {
    this.#length += chars;
    if (!this.#isReleased) Trajectory.#lengthOfAll += chars;
  }
}
