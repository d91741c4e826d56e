/** The steps of the tests that ran in a session, as whoever runs them tells: the newest in memory, each in a file when it is done. */
import { appendFile, readFile } from 'node:fs/promises';
import * as z from 'zod';
import { parseJson } from '../../base/json';
import { Queue } from '../../base/queue';
import type { TestStep } from '../../contract/test-notes';

/** Steps that a newcomer is told of, the newest ones. */
const MAX_TOLD = 300;
/** Steps that are written down: hours of tests. Those beyond are told while they happen, and not in the replay. */
const MAX_WRITTEN = 10_000;
/** Longest text of a step, in characters: what a list shows. */
const MAX_TEXT = 300;

const stepSchema = z.object({
  step: z.string(),
  id: z.string(),
  atMs: z.number(),
  durationMs: z.number().nullable(),
  place: z.string(),
  hasFailed: z.boolean(),
});

/** The steps of one session. */
export class TestSteps {
  readonly #file: string;
  readonly #writing = new Queue();
  /** By id, in the order in which they began. */
  readonly #steps = new Map<string, TestStep>();
  readonly #listeners = new Set<(step: TestStep) => void>();
  #written = 0;

  /** @param file is made with the first step that is done */
  constructor(file: string) {
    this.#file = file;
  }

  /** The newest ones, oldest first. */
  get all(): readonly TestStep[] {
    return [...this.#steps.values()];
  }

  /** Steps begin, or are done. */
  add(steps: readonly TestStep[]): void {
    const done: TestStep[] = [];
    for (const told of steps) {
      const step = short(told);
      this.#steps.set(step.id, step);
      if (step.durationMs !== null) done.push(step);
      for (const listener of this.#listeners) listener(step);
    }
    for (const [id] of this.#steps) {
      if (this.#steps.size <= MAX_TOLD) break;
      this.#steps.delete(id);
    }
    this.#write(done);
  }

  /** No test runs here any more: what was not done is written down as it is. */
  end(): void {
    this.#write(this.all.filter(({ durationMs }) => durationMs === null));
  }

  /** Calls back with each step that is told. Returns the function that ends it. */
  onStep(listener: (step: TestStep) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything so far is written. */
  async flushed(): Promise<void> {
    await this.#writing.drained();
  }

  #write(steps: readonly TestStep[]): void {
    const written = steps.slice(0, MAX_WRITTEN - this.#written);
    if (written.length === 0) return;
    this.#written += written.length;
    const lines = written.map((step) => `${JSON.stringify(step)}\n`).join('');
    this.#writing.run(async () => appendFile(this.#file, lines, { mode: 0o600 })).catch(() => {}); // a full disk fails no test
  }
}

/** The steps in a file, in the order of their beginnings. A line that is not whole is left out. */
export async function readTestSteps(file: string): Promise<TestStep[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .flatMap((line) => stepSchema.safeParse(parseJson(line)).data ?? [])
    .sort((one, other) => one.atMs - other.atMs);
}

function short({ step, place, ...rest }: TestStep): TestStep {
  return { ...rest, step: step.slice(0, MAX_TEXT), place: place.slice(0, MAX_TEXT) };
}
