/** Which tests ran in a session, and when: the chapters of its film. Told by whoever runs them; written down as they end. */
import * as z from 'zod';
import { keptText } from '../../base/foreign-text';
import { LineFile, readJsonLines } from '../../base/line-file';
import type { KeptList, MemoryBudget } from '../../base/memory-budget';
import type { TestBegins, TestEnds, TestRun } from '../../contract/test-notes';
import type { ViewedTest } from '../../contract/viewer';

/** Tests that are told of, the newest ones: a session that is used for a day must not fill the memory. */
const MAX_TOLD = 2_000;
/** Longest title, in bytes: 500 characters of any language. */
const MAX_TITLE_BYTES = 1_500;
/** Longest name of a run, and its id, in bytes: 100 characters. */
const MAX_NAME_BYTES = 300;

/** Of a file of tests, so much is read, in bytes: those that are kept, with titles that are as long as they may be. */
const MAX_READ_BYTES = MAX_TOLD * 2_000;

/** A test, and the run that it belongs to, where that is known. */
export interface SessionTest extends ViewedTest {
  run?: TestRun | undefined;
}

const testSchema = z.object({
  title: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  worker: z.int().optional(),
  run: z.object({ id: z.string(), name: z.string().optional() }).optional(),
});

/** The tests of one session. */
export class SessionTests {
  readonly #file: LineFile;
  readonly #tests: KeptList<SessionTest>;
  readonly #listeners = new Set<() => void>();

  /** @param file is made with the first test that ends */
  constructor(file: string, budget: MemoryBudget) {
    this.#file = new LineFile(file, MAX_READ_BYTES);
    this.#tests = budget.list(MAX_TOLD);
  }

  /** The newest ones, oldest first. */
  get all(): readonly SessionTest[] {
    return this.#tests.entries;
  }

  /** How many older ones are not kept any more. */
  get dropped(): number {
    return this.#tests.dropped;
  }

  /** A test begins; one that still runs has ended, nobody knows how. */
  begin({ title, at: startMs = Date.now(), worker, run }: TestBegins): void {
    this.end({ outcome: 'skipped', at: startMs });
    this.#tests.push({
      title: keptText(title, MAX_TITLE_BYTES),
      startMs,
      endMs: null,
      outcome: 'running',
      ...(worker !== undefined && { worker }),
      ...(run && { run: keptRun(run) }),
    });
    this.#tell();
  }

  /** The test that runs has ended. Does nothing when none runs. */
  end({ outcome, at: atMs = Date.now() }: TestEnds): void {
    const test = this.#tests.entries.at(-1);
    if (test?.outcome !== 'running') return;
    Object.assign(test, { endMs: Math.max(atMs, test.startMs), outcome });
    this.#file.append([test]);
    this.#tell();
  }

  /** Calls back at each change. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything so far is written. */
  async flushed(): Promise<void> {
    await this.#file.flushed();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What is shown of a session's tests where there is no room for a list. */
export interface TestSummary {
  /** The newest one; undefined when there is none. */
  last: SessionTest | undefined;
  done: number;
  failed: number;
}

/** Counts tests. */
export function summaryOf(tests: readonly SessionTest[]): TestSummary {
  return {
    last: tests.at(-1),
    done: tests.filter(({ outcome }) => outcome !== 'running').length,
    failed: tests.filter(({ outcome }) => outcome === 'failed').length,
  };
}

/** The tests in a file, oldest first. A line that is not whole is left out. */
export async function readTests(file: string): Promise<SessionTest[]> {
  return (await readJsonLines(file, MAX_READ_BYTES))
    .flatMap((record) => testSchema.safeParse(record).data ?? [])
    .slice(-MAX_TOLD);
}

function keptRun({ id, name }: TestRun): TestRun {
  return {
    id: keptText(id, MAX_NAME_BYTES),
    ...(name !== undefined && { name: keptText(name, MAX_NAME_BYTES) }),
  };
}
