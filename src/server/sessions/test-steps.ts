/** The steps of the tests that ran in a session, as whoever runs them tells: the newest in memory, each in a file when it is done. */
import * as z from 'zod';
import { keptText } from '../../base/foreign-text';
import { LineFile, readJsonLines } from '../../base/line-file';
import type { KeptList, MemoryBudget } from '../../base/memory-budget';
import type { TestStep } from '../../contract/test-notes';

/** Steps that a newcomer is told of, the newest ones. */
const MAX_TOLD = 300;
/** Steps that are written down: hours of tests. Those beyond are told while they happen, and not in the replay. */
const MAX_WRITTEN = 10_000;
/** Longest text of a step, in bytes: 300 characters of any language, which is what a list shows. */
const MAX_TEXT_BYTES = 900;
/** Of a file of steps, so much is read, in bytes: those that are written down, with texts that are as long as they may be. */
const MAX_READ_BYTES = MAX_WRITTEN * 3 * MAX_TEXT_BYTES;

const stepSchema = z.object({
  step: z.string(),
  id: z.string(),
  at: z.number(),
  duration: z.number().nullable(),
  place: z.string(),
  hasFailed: z.boolean(),
});

/** The steps of one session. */
export class TestSteps {
  readonly #file: LineFile;
  /** In the order in which they began. */
  readonly #steps: KeptList<TestStep>;
  readonly #listeners = new Set<(step: TestStep) => void>();
  #written = 0;

  /** @param file is made with the first step that is done */
  constructor(file: string, budget: MemoryBudget) {
    this.#file = new LineFile(file, MAX_READ_BYTES);
    this.#steps = budget.list(MAX_TOLD);
  }

  /** The newest ones, oldest first. */
  get all(): readonly TestStep[] {
    return this.#steps.entries;
  }

  /** Steps begin, or are done. */
  add(steps: readonly TestStep[]): void {
    const done: TestStep[] = [];
    for (const told of steps) {
      const step = kept(told);
      const known = this.#steps.entries.findLastIndex(({ id }) => id === step.id);
      if (known < 0) this.#steps.push(step);
      else this.#steps.replace(known, step);
      if (step.duration !== null) done.push(step);
      for (const listener of this.#listeners) listener(step);
    }
    this.#write(done);
  }

  /** No test runs here any more: what was not done is written down as it is. */
  end(): void {
    this.#write(this.all.filter(({ duration }) => duration === null));
  }

  /** Calls back with each step that is told. Returns the function that ends it. */
  onStep(listener: (step: TestStep) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything so far is written. */
  async flushed(): Promise<void> {
    await this.#file.flushed();
  }

  #write(steps: readonly TestStep[]): void {
    const written = steps.slice(0, MAX_WRITTEN - this.#written);
    if (written.length === 0) return;
    this.#written += written.length;
    this.#file.append(written);
  }
}

/** The steps in a file, in the order of their beginnings. A line that is not whole is left out. */
export async function readTestSteps(file: string): Promise<TestStep[]> {
  return (await readJsonLines(file, MAX_READ_BYTES))
    .flatMap((record) => stepSchema.safeParse(record).data ?? [])
    .sort((one, other) => one.at - other.at);
}

function kept({ step, place, id, ...rest }: TestStep): TestStep {
  return {
    ...rest,
    step: keptText(step, MAX_TEXT_BYTES),
    place: keptText(place, MAX_TEXT_BYTES),
    id: keptText(id, MAX_TEXT_BYTES),
  };
}
