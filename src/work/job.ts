/** Jobs, and the messages to their process. */
import { SessionwrightError } from '../contract/errors';

/** A kind of heavy work: its input, its result and its time limit. */
export interface Job<Input, Output> {
  name: string;
  /** Time limit of a job, in milliseconds. */
  timeoutMs: number;
  /** Never set; carries the types. */
  types?: (input: Input) => Output;
}

/**
 * Runs jobs of one caller.
 * @param input - called when the job starts, so that waiting jobs use no memory
 * @throws {@link WorkLimitError} if a limit is exceeded
 */
export type RunJob = <Input, Output>(
  job: Job<Input, Output>,
  input: () => Promise<Input> | Input,
) => Promise<Output>;

/** Implementations of the jobs, by name. */
export type JobCode = Readonly<Record<string, (input: never) => unknown>>;

/** Request to a process, sent by structured clone. */
export interface WorkRequest {
  job: string;
  input: unknown;
}

/** Answer of a process. */
export type WorkAnswer = { output: unknown } | { error: string } | { limit: 'memory' };

/** Memory limit of a job, in MB: the largest page that we scrape needs 300. */
export const MEMORY_MB = 512;

/** A job exceeded its limit of time, memory or waiting time. Code `work_limit`. */
export class WorkLimitError extends SessionwrightError {
  readonly limit: 'time' | 'memory' | 'turn';

  constructor(message: string, limit: WorkLimitError['limit']) {
    super(message, { code: 'work_limit' });
    this.limit = limit;
  }
}
