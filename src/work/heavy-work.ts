/** Heavy work of a server: done in a few processes of their own, within limits of time and memory, by turns of those who asked. */
import { logOf, since } from '../base/log';
import { FairQueue } from '../base/queue';
import { unavailable } from '../contract/refusals';
import { WorkLimitError, type Job, type RunJob } from './job';
import { WorkProcess } from './work-process';

/** Processes at once: each keeps one processor busy. */
const MAX_PROCESSES = 2;
/** How long a process is kept for the next job, in milliseconds: another one takes 0.1 s to start. */
const IDLE_MS = 30_000;
/** How long a job may wait for its turn, in milliseconds: clients wait 45 s for an answer, of which the work itself may take a half. */
const TURN_MS = 20_000;

const log = logOf('server');

/** Starts processes when they are needed, and ends those that are idle. */
export class HeavyWork {
  /** Callers take turns. */
  readonly #queue = new FairQueue(Infinity, closingError, MAX_PROCESSES);
  readonly #processes = new Set<WorkProcess>();
  /** Processes without a job, and the timers that end them. */
  readonly #idle = new Map<WorkProcess, NodeJS.Timeout>();
  readonly #closing = new AbortController();

  /** Returns what does jobs for one caller, such as a session. */
  for(caller: string): RunJob {
    return async (job, input) => this.#run(caller, job, input);
  }

  /** Ends everything. Jobs fail. Safe to call twice. */
  async close(): Promise<void> {
    this.#closing.abort(closingError());
    for (const timer of this.#idle.values()) clearTimeout(timer);
    await Promise.all([...this.#processes].map((process) => process.close()));
  }

  /** @throws {@link WorkLimitError} if the turn does not come in time; OverloadedError if the server closes */
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
      await this.#end(process); // it may still be at work
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
