/** The tests that ran in a session, and their steps, as the test runner reports them. Each is written to a file when it ends. */
import * as z from 'zod';
import { keptText } from '../../base/foreign-text';
import { LineFile, readJsonLines } from '../../base/line-file';
import type { MemoryBudget } from '../../base/memory-budget';
import type { TestBegins, TestEnds, TestRun, TestStep } from '../../contract/test-notes';
import type { ViewedTest } from '../../contract/viewer';
import { SessionLog } from './session-log';

/** Most tests of a session; the newest are kept, because a session may be used for a day. */
const MAX_TESTS = 2_000;
/** Longest title, in bytes: 500 characters of any language. */
const MAX_TITLE_BYTES = 1_500;
/** Longest name of a run, and its id, in bytes: 100 characters. */
const MAX_NAME_BYTES = 300;
/** How much of a file of tests is read, in bytes: all tests with titles of the greatest length. */
const MAX_TESTS_BYTES = MAX_TESTS * 2_000;

/** Most steps in memory: what a new viewer gets. */
const MAX_STEPS = 300;
/** Most steps in the file: hours of tests. Later ones are only shown live. */
const MAX_WRITTEN_STEPS = 10_000;
/** Longest text of a step, in bytes: 300 characters of any language, as a list shows it. */
const MAX_TEXT_BYTES = 900;
/** How much of a file of steps is read, in bytes: all steps with texts of the greatest length. */
const MAX_STEPS_BYTES = MAX_WRITTEN_STEPS * 3 * MAX_TEXT_BYTES;

/** A test, and the run that it belongs to, if that is known. */
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

const stepSchema = z.object({
  step: z.string(),
  id: z.string(),
  at: z.number(),
  duration: z.number().nullable(),
  place: z.string(),
  hasFailed: z.boolean(),
});

/** The tests of one session: the chapters of its replay. */
export class SessionTests extends SessionLog<SessionTest, void> {
  constructor(path: string, budget: MemoryBudget) {
    super(new LineFile(path, MAX_TESTS_BYTES), budget.list(MAX_TESTS));
  }

  /** The newest ones, oldest first. */
  get all(): readonly SessionTest[] {
    return this.kept.entries;
  }

  /** How many older ones were dropped. */
  get dropped(): number {
    return this.kept.dropped;
  }

  /** A test begins. If another one still runs, its outcome is unknown. */
  begin({ title, at: startMs = Date.now(), worker, run }: TestBegins): void {
    this.end({ outcome: 'skipped', at: startMs });
    this.kept.push({
      title: keptText(title, MAX_TITLE_BYTES),
      startMs,
      endMs: null,
      outcome: 'running',
      ...(worker !== undefined && { worker }),
      ...(run && { run: keptRun(run) }),
    });
    this.emit();
  }

  /** The running test has ended. Does nothing if none runs. */
  end({ outcome, at: atMs = Date.now() }: TestEnds): void {
    const test = this.all.at(-1);
    if (test?.outcome !== 'running') return;
    Object.assign(test, { endMs: Math.max(atMs, test.startMs), outcome });
    this.file.append([test]);
    this.emit();
  }
}

/** The steps of the tests of one session. */
export class TestSteps extends SessionLog<TestStep, TestStep> {
  #written = 0;

  constructor(path: string, budget: MemoryBudget) {
    super(new LineFile(path, MAX_STEPS_BYTES), budget.list(MAX_STEPS));
  }

  /** The newest ones, in the order in which they began. */
  get all(): readonly TestStep[] {
    return this.kept.entries;
  }

  /** Adds steps that begin, and replaces those that end. */
  add(steps: readonly TestStep[]): void {
    const kept = steps.map(keptStep);
    for (const step of kept) {
      const known = this.all.findLastIndex(({ id }) => id === step.id);
      if (known < 0) this.kept.push(step);
      else this.kept.replace(known, step);
      this.emit(step);
    }
    this.#write(kept.filter(({ duration }) => duration !== null));
  }

  /** No more tests run: writes the steps that did not end. */
  end(): void {
    this.#write(this.all.filter(({ duration }) => duration === null));
  }

  #write(steps: readonly TestStep[]): void {
    const written = steps.slice(0, MAX_WRITTEN_STEPS - this.#written);
    this.#written += written.length;
    if (written.length > 0) this.file.append(written);
  }
}

/** What is shown of a session's tests if there is no space for a list. */
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

/** The tests in a file, oldest first. Leaves out incomplete lines. */
export async function readTests(file: string): Promise<SessionTest[]> {
  return (await readJsonLines(file, MAX_TESTS_BYTES))
    .flatMap((record) => testSchema.safeParse(record).data ?? [])
    .slice(-MAX_TESTS);
}

/** The steps in a file, in the order in which they began. Leaves out incomplete lines. */
export async function readTestSteps(file: string): Promise<TestStep[]> {
  return (await readJsonLines(file, MAX_STEPS_BYTES))
    .flatMap((record) => stepSchema.safeParse(record).data ?? [])
    .sort((one, other) => one.at - other.at);
}

function keptRun({ id, name }: TestRun): TestRun {
  return {
    id: keptText(id, MAX_NAME_BYTES),
    ...(name !== undefined && { name: keptText(name, MAX_NAME_BYTES) }),
  };
}

function keptStep({ step, place, id, ...rest }: TestStep): TestStep {
  return {
    ...rest,
    step: keptText(step, MAX_TEXT_BYTES),
    place: keptText(place, MAX_TEXT_BYTES),
    id: keptText(id, MAX_TEXT_BYTES),
  };
}
