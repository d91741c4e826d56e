/** One run of a suite for all tests of a file, each of which looks at its own part of it. */
import type { TestContext } from 'vitest';
import { leavesNothing } from './leaves-nothing';
import type { Project, RunResult } from './project';

/** What ran. */
interface Ran {
  project: Project;
  run: RunResult;
}

/** Runs once it is asked for; anew for a test that is tried again. */
export class OneRun {
  readonly #create: () => Promise<Project>;
  #ran: Promise<Ran> | undefined;

  constructor(create: () => Promise<Project>) {
    this.#create = create;
  }

  /** The run, for the test that has this context. */
  async of({ task }: Pick<TestContext, 'task'>): Promise<Ran> {
    if ((task.result?.retryCount ?? 0) > 0) await this.#remove();
    this.#ran ??= this.#start();
    return this.#ran;
  }

  /** Fails when the run has left something. */
  async close(): Promise<void> {
    const ran = await this.#ran;
    await leavesNothing(ran?.project);
    await this.#remove();
  }

  async #remove(): Promise<void> {
    const ran = await this.#ran?.catch(() => undefined);
    this.#ran = undefined;
    await ran?.project.remove();
  }

  async #start(): Promise<Ran> {
    const project = await this.#create();
    return { project, run: await project.run() };
  }
}
