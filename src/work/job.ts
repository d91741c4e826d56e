/** What a job is, and how its process is asked for it. */
import { SessionwrightError } from '../contract/errors';

/** A kind of heavy work: what it takes, what it gives, and how long it may take. */
export interface Job<Input, Output> {
  name: string;
  /** Longest time for one job, in milliseconds. */
  timeoutMs: number;
  /** Never set: carries the types. */
  types?: (input: Input) => Output;
}

/**
 * Does jobs for one caller.
 * @param input is called when it is the job's turn: what waits takes no memory
 * @throws {@link WorkLimitError} when a limit is hit
 */
export type RunJob = <Input, Output>(
  job: Job<Input, Output>,
  input: () => Promise<Input> | Input,
) => Promise<Output>;

/** The code behind the jobs, by their names. */
export type JobCode = Readonly<Record<string, (input: never) => unknown>>;

/** What a process is asked to do. Both travel by structured clone. */
export interface WorkRequest {
  job: string;
  input: unknown;
}

/** What it answers. */
export type WorkAnswer = { output: unknown } | { error: string } | { limit: 'memory' };

/** Most memory for one job, in MB: the largest page that is scraped takes 300. */
export const MEMORY_MB = 512;

/** A job hit a limit: it took too long, took too much memory, or waited too long for its turn. Code `work_limit`. */
export class WorkLimitError extends SessionwrightError {
  readonly limit: 'time' | 'memory' | 'turn';

  constructor(message: string, limit: WorkLimitError['limit']) {
    super(message, { code: 'work_limit' });
    this.limit = limit;
  }
}
