/** Heavy work of a server: done in a few processes of their own, within limits of time and memory, by turns of those who asked. */
import { logOf, since } from '../base/log';
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

/** A job whose turn has not come. */
interface Waiting {
  start: (process: WorkProcess) => void;
  fail: (error: Error) => void;
}

/** Starts processes when they are needed, and ends those that are idle. */
export class HeavyWork {
  /** By caller: those that wait, in the order of the callers' turns. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #all = new Set<WorkProcess>();
  readonly #idle: { process: WorkProcess; timer: NodeJS.Timeout }[] = [];
  #isClosed = false;

  /** What does jobs for one caller, such as a session: callers take turns, however many jobs each of them has. */
  for(caller: string): RunJob {
    return async (job, input) => this.#run(caller, job, input);
  }

  /** Ends everything. Jobs fail. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer);
    for (const { fail } of [...this.#waiting.values()].flat())
      fail(unavailable('The session server is closing.'));
    await Promise.all([...this.#all].map((process) => process.close()));
  }

  async #run<Input, Output>(
    caller: string,
    job: Job<Input, Output>,
    input: () => Promise<Input> | Input,
  ): Promise<Output> {
    const process = await this.#turn(caller);
    const startedMs = performance.now();
    let isDone = false;
    try {
      const output = await process.run(job, await input());
      isDone = true;
      return output;
    } finally {
      if (isDone) this.#keep(process);
      else await this.#end(process); // it may still be at it
      log('job %s of %s: %s', job.name, caller, since(startedMs));
      this.#next();
    }
  }

  /** @throws {@link WorkLimitError} when it does not come in time; OverloadedError when the server closes */
  async #turn(caller: string): Promise<WorkProcess> {
    if (this.#isClosed) throw unavailable('The session server is closing.');
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start: (process) => {
          clearTimeout(timer);
          resolve(process);
        },
        fail: (error) => {
          clearTimeout(timer);
          this.#forget(caller, waiting);
          reject(error);
        },
      };
      const timer = setTimeout(
        () =>
          waiting.fail(
            new WorkLimitError(`its turn did not come within ${TURN_MS / 1000} s`, 'turn'),
          ),
        TURN_MS,
      );
      this.#waiting.set(caller, [...(this.#waiting.get(caller) ?? []), waiting]);
      this.#next();
    });
  }

  #next(): void {
    const [first] = this.#waiting;
    if (!first || this.#isClosed) return;
    const [caller, jobs] = first;
    const process = this.#free();
    if (!process) return;
    this.#waiting.delete(caller);
    const job = jobs.shift();
    if (jobs.length > 0) this.#waiting.set(caller, jobs); // behind all others
    job?.start(process);
  }

  #free(): WorkProcess | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      if (idle.process.isRunning) return idle.process;
      this.#all.delete(idle.process);
    }
    if (this.#all.size >= MAX_PROCESSES) return undefined;
    const process = new WorkProcess();
    this.#all.add(process);
    return process;
  }

  #keep(process: WorkProcess): void {
    const timer = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((it) => it.process === process),
        1,
      );
      void this.#end(process);
    }, IDLE_MS).unref();
    this.#idle.push({ process, timer });
  }

  async #end(process: WorkProcess): Promise<void> {
    await process.close();
    this.#all.delete(process);
  }

  #forget(caller: string, job: Waiting): void {
    const left = this.#waiting.get(caller)?.filter((it) => it !== job) ?? [];
    if (left.length > 0) this.#waiting.set(caller, left);
    else this.#waiting.delete(caller);
  }
}
