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
 * How much of a session's newest steps is reported, in bytes of JSON: 12,000 clicks, or 60 observations of a page with 300 elements.
 * Each answer with a status carries all of it, and a session that is used for hours must not fill the memory.
 */
export const TOLD_BYTES = 8 * 1024 * 1024;

/** How much is reported of all sessions of a process together, in bytes: one session has its 8 MB, and a hundred must not take gigabytes. */
export const TOLD_BYTES_OF_ALL = 64 * 1024 * 1024;

/** Told of each step, and of its JSON. */
type StepListener = (step: SessionStep, json: string) => void;

/** The newest steps of one session. Whoever listens hears of each. They are kept as bytes of JSON: a part of the memory that objects take, and none of the heap. */
export class Trajectory {
  static #bytesOfAll = 0;
  readonly #steps: { type: string; json: Buffer }[] = [];
  #bytes = 0;
  #forgotten = 0;
  #hasGivenWay = false;
  #isReleased = false;
  readonly #listeners = new Set<StepListener>();

  /** The newest steps, oldest first. */
  get steps(): readonly SessionStep[] {
    return this.#steps.map(({ json }) => read(json));
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
    return found && read(found.json);
  }

  /** The first step of this number or a higher one that is still told; undefined when none is taken yet. */
  from(number: number): { step: SessionStep; number: number } | undefined {
    const index = Math.max(0, number - this.#forgotten);
    const kept = this.#steps[index];
    return kept && { step: read(kept.json), number: index + this.#forgotten };
  }

  /** Adds a step, such as `{ type: 'execution_result', value: ... }` with the answer as it went over the wire. */
  add(step: SessionStep & { type: StepType }): void {
    const json = JSON.stringify(step);
    const bytes = Buffer.from(json);
    this.#steps.push({ type: step.type, json: bytes });
    this.#count(bytes.length);
    while (this.#isTooLong() && this.#steps.length > 1) {
      if (this.#bytes <= TOLD_BYTES) this.#hasGivenWay = true;
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
    Trajectory.#bytesOfAll -= this.#bytes;
  }

  #isTooLong(): boolean {
    return this.#bytes > TOLD_BYTES || Trajectory.#bytesOfAll > TOLD_BYTES_OF_ALL;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#isReleased) Trajectory.#bytesOfAll += bytes;
  }
}

function read(json: Buffer): SessionStep {
  return JSON.parse(json.toString()) as SessionStep;
}
