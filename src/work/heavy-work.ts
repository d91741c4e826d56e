/** Runs heavy work of a server in a few separate processes, with limits of time and memory, and fair between its callers. */
import { logOf, since } from '../base/log';
import { FairQueue } from '../base/queue';
import { unavailable } from '../contract/refusals';
import { WorkLimitError, type Job, type RunJob } from './job';
import { WorkProcess } from './work-process';

/** Maximum number of processes: each uses one processor. */
const MAX_PROCESSES = 2;
/** How long an idle process is kept, in milliseconds: a new one takes 0.1 s to start. */
const IDLE_MS = 30_000;
/** Time limit of a job's wait, in milliseconds: clients wait 45 s for an answer, and the job may need half of it. */
const TURN_MS = 20_000;

const log = logOf('server');

/** Starts processes on demand, and ends idle ones. */
export class HeavyWork {
  /** Callers take turns. */
  readonly #queue = new FairQueue(Infinity, closingError, MAX_PROCESSES);
  readonly #processes = new Set<WorkProcess>();
  /** Idle processes, and the timers that end them. */
  readonly #idle = new Map<WorkProcess, NodeJS.Timeout>();
  readonly #closing = new AbortController();

  /** Returns the function that runs jobs of one caller, such as a session. */
  for(caller: string): RunJob {
    return async (job, input) => this.#run(caller, job, input);
  }

  /** Ends all processes; their jobs fail. Safe to call twice. */
  async close(): Promise<void> {
    this.#closing.abort(closingError());
    for (const timer of this.#idle.values()) clearTimeout(timer);
    await Promise.all([...this.#processes].map((process) => process.close()));
  }

  /** @throws {@link WorkLimitError} if the wait times out; OverloadedError if the server closes */
  async #run<Input, Output>(
    caller: string,
    job: Job<Input, Output>,
    input: () => Promise<Input> | Input,
  ): Promise<Output> {
    const turn = new AbortController();
    const message = `its turn did not come within ${TURN_MS / 1000} s`;
    const timer = setTimeout(() => turn.abort(new WorkLimitError(message, 'turn')), TURN_MS);
    const left = AbortSignal.any([turn.signal, this.#closing.signal]);
    const order = { key: Symbol(job.name), group: caller, line: '', left };
    try {
      return await this.#queue.run(order, async () => {
        clearTimeout(timer);
        return this.#do(caller, job, input);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async #do<Input, Output>(
    caller: string,
    job: Job<Input, Output>,
    input: () => Promise<Input> | Input,
  ): Promise<Output> {
    const process = this.#take();
    const startedMs = performance.now();
    try {
      const output = await process.run(job, await input());
      this.#idle.set(process, setTimeout(() => void this.#end(process), IDLE_MS).unref());
      return output;
    } catch (error) {
      await this.#end(process); // it may still work on the job
      throw error;
    } finally {
      log('job %s of %s: %s', job.name, caller, since(startedMs));
    }
  }

  #take(): WorkProcess {
    for (const [process, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(process);
      if (process.isRunning) return process;
      this.#processes.delete(process);
    }
    const process = new WorkProcess();
    this.#processes.add(process);
    return process;
  }

  async #end(process: WorkProcess): Promise<void> {
    this.#idle.delete(process);
    await process.close();
    this.#processes.delete(process);
  }
}

function closingError(): Error {
  return unavailable('The session server is closing.');
}
