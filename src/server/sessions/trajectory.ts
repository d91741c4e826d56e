/** The steps of a session that the API did: the newest in memory, and each in a file at once, so that a kill loses none. */
import { isRecord } from '../../base/json';
import { LineFile, readJsonLines } from '../../base/line-file';
import type { MemoryBudget } from '../../base/memory-budget';
import type { SessionStep } from '../../contract/session';
import { SessionLog } from './session-log';

/** Kinds of steps in the contract. */
export type StepType =
  | 'observation'
  | 'execution_result'
  | 'agent_completion'
  | 'screenshot'
  | 'agent_step_start'
  | 'agent_step_stop';

/** How much of a session's newest steps the API returns, in bytes of JSON: 12,000 clicks, or 60 observations of a page with 300 elements. */
export const MAX_RETURNED_BYTES = 8 * 1024 * 1024;

/** The steps of one session. They are kept as JSON, which takes less memory than objects. */
export class Trajectory extends SessionLog<{ type: string; json: string }, SessionStep> {
  readonly #path: string;

  constructor(path: string, budget: MemoryBudget) {
    super(new LineFile(path, MAX_RETURNED_BYTES), budget.list(Infinity));
    this.#path = path;
  }

  /** How many steps there were. */
  get count(): number {
    return this.kept.dropped + this.kept.entries.length;
  }

  /** The steps in memory, oldest first. */
  get steps(): SessionStep[] {
    return this.kept.entries.map(read);
  }

  /** The newest steps, as many as the API returns: from the file if some are not in memory any more. */
  async newest(): Promise<readonly SessionStep[]> {
    if (this.kept.dropped === 0) return this.steps;
    await this.flushed();
    const written = await readSteps(this.#path);
    return written.length > this.kept.entries.length ? written : this.steps; // the disk may have been full
  }

  /** The newest step of a kind; undefined when none is in memory. */
  last(type: StepType): SessionStep | undefined {
    const found = this.kept.entries.findLast((step) => step.type === type);
    return found && read(found);
  }

  /** The first step in memory with this number or a higher one; undefined if there is none yet. */
  from(number: number): { step: SessionStep; number: number } | undefined {
    const { dropped, entries } = this.kept;
    const index = Math.max(0, number - dropped);
    const found = entries[index];
    return found && { step: read(found), number: index + dropped };
  }

  /** Adds a step, such as `{ type: 'execution_result', value: ... }` with the answer as it was sent. */
  add(step: SessionStep & { type: StepType }): void {
    const json = JSON.stringify(step);
    this.kept.push({ type: step.type, json });
    this.file.append(`${json}\n`);
    this.emit(step);
  }
}

/** The newest steps in a file, as many as the API returns. */
export async function readSteps(file: string): Promise<SessionStep[]> {
  return (await readJsonLines(file, MAX_RETURNED_BYTES)).filter(
    (record): record is SessionStep => isRecord(record) && record['type'] !== undefined, // not the line that older ones were dropped
  );
}

function read({ json }: { json: string }): SessionStep {
  return JSON.parse(json) as SessionStep;
}
