/** The server's handle of a process for heavy work. It runs one job at a time. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../base/built-file';
import { isLogging } from '../base/log';
import { SessionwrightError } from '../contract/errors';
import { workEnvironment } from '../options/environment';
import { MEMORY_MB, WorkLimitError, type Job, type WorkAnswer } from './job';

/** A process. Starts at once. */
export class WorkProcess {
  readonly #child: ChildProcess;
  #settle: ((answer: WorkAnswer | WorkLimitError) => void) | undefined;

  constructor() {
    this.#child = spawn(process.execPath, [fileURLToPath(builtFile('assets/heavy-work.js'))], {
      detached: process.platform !== 'win32', // the server handles Ctrl-C
      stdio: ['ignore', 'ignore', isLogging ? 'inherit' : 'ignore', 'ipc'], // the channel closes whenever the server ends
      serialization: 'advanced',
      env: workEnvironment(),
      windowsHide: true,
    });
    this.#child.unref();
    this.#child.channel?.unref();
    this.#child.on('message', (answer: WorkAnswer) => this.#settle?.(answer));
    const onEnd = (): void => this.#settle?.({ error: 'its process ended' });
    this.#child.once('error', onEnd);
    this.#child.once('exit', onEnd);
  }

  /** Whether the process runs. */
  get isRunning(): boolean {
    const { exitCode, signalCode, connected } = this.#child;
    return exitCode === null && signalCode === null && connected;
  }

  /**
   * Runs a job. End the process after a failure.
   * @throws {@link WorkLimitError}; SessionwrightError `work_failed`
   */
  async run<Input, Output>({ name, timeoutMs }: Job<Input, Output>, input: Input): Promise<Output> {
    const answered = new Promise<WorkAnswer | WorkLimitError>((resolve) => {
      this.#settle = resolve;
    });
    const timer = setTimeout(() => {
      this.#child.kill('SIGKILL');
      this.#settle?.(new WorkLimitError(`it took longer than ${timeoutMs / 1000} s`, 'time'));
    }, timeoutMs);
    this.#child.send({ job: name, input }, (error) => {
      if (error) this.#settle?.({ error: error.message });
    });
    const answer = await answered;
    clearTimeout(timer);
    this.#settle = undefined;
    if (answer instanceof WorkLimitError) throw answer;
    if ('limit' in answer)
      throw new WorkLimitError(`it took more than ${MEMORY_MB} MB of memory`, 'memory');
    if ('error' in answer)
      throw new SessionwrightError(`The job "${name}" failed: ${answer.error}.`, {
        code: 'work_failed',
      });
    return answer.output as Output;
  }

  /** Ends the process; a running job fails. Safe to call twice. */
  async close(): Promise<void> {
    if (!this.isRunning) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await exited;
  }
}
