/** Tells the run's host of the steps that tests take, for those who watch their sessions: in batches that nobody waits for. */
import type { TestCase, TestResult, TestStep } from '@playwright/test/reporter';
import type { TestStep as StepNote } from '../contract/test-notes';
import type { AttemptSteps } from '../host/protocol';
import { runnerState } from '../host/runner';
import { isShown, titleOf } from './run/steps';
import type { Texts } from './run/texts';

/** How long a step waits for others to go with it, in milliseconds. */
const GATHER_MS = 150;
/** Steps that wait at most: more are none that somebody could follow. */
const MAX_WAITING = 2_000;

/** Tells of the steps of one run. */
export class StepTeller {
  readonly #texts: Texts;
  #notes = new WeakMap<TestStep, StepNote>();
  #waiting = new Map<string, Set<StepNote>>();
  #count = 0;
  #told = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param texts - takes out what is secret, and names files */
  constructor(texts: Texts) {
    this.#texts = texts;
  }

  /** A test begins a step. */
  began(test: TestCase, { retry }: TestResult, step: TestStep): void {
    if (!isShown(step) || this.#count >= MAX_WAITING) return;
    const { location, startTime } = step;
    const note: StepNote = {
      step: titleOf(step, this.#texts),
      id: `${process.pid}-${startTime.getTime()}-${++this.#told}`,
      at: startTime.getTime(),
      duration: null,
      place: location ? this.#texts.placeName(location) : '',
      hasFailed: false,
    };
    this.#notes.set(step, note);
    this.#tell(`${test.id}-${retry}`, note);
  }

  /** It is done. */
  ended(test: TestCase, { retry }: TestResult, step: TestStep): void {
    const note = this.#notes.get(step);
    if (!note) return;
    note.duration = Math.max(0, Math.round(step.duration));
    note.hasFailed = step.error !== undefined;
    this.#tell(`${test.id}-${retry}`, note);
  }

  /** Tells what there is. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const attempts = [...this.#waiting].map(([attempt, notes]): AttemptSteps => ({
      attempt,
      steps: [...notes],
    }));
    this.#waiting = new Map();
    this.#count = 0;
    const host = await runnerState().host?.catch(() => undefined);
    if (attempts.length > 0 && host?.isOpen)
      await host.call('report', { type: 'steps', attempts }).catch(() => undefined); // it was killed: nobody watches its sessions any more
  }

  #tell(attempt: string, note: StepNote): void {
    const waiting = this.#waiting.get(attempt) ?? new Set();
    this.#waiting.set(attempt, waiting);
    if (!waiting.has(note)) this.#count++;
    waiting.add(note);
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref();
  }
}
