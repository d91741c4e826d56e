/** The steps of an attempt, flat and in order, as the run page shows them: what the test did, without the machinery around it. */
import { stripVTControlCharacters } from 'node:util';
import type { TestError, TestResult, TestStep } from '@playwright/test/reporter';
import { keptText } from '../../base/foreign-text';
import { clipped, countText, oneLine } from '../../base/texts';
import { withoutTyped, withoutTypedInCalls } from '../../story/secrets';
import type { ErrorData, StepData } from './data';
import type { Texts } from './texts';

/** Longer titles are cut, in characters. */
const MAX_TITLE = 200;
/** Of more steps than these, the ones in the middle are left out: a loop that did the same all the time. */
const MAX_STEPS = 200;
/** Of those in the middle so many that failed stay, the last ones: one that is tried again and again fails each time. */
const MAX_FAILED = 50;
/** Longer messages are cut, in characters. */
const MAX_MESSAGE = 4_000;
/** So many times as many bytes of a text are searched for secrets: one that is cut is not recognized any more. */
const LOOKED_AT = 4;

/** Steps of Playwright's own machinery: what is in them is shown, they are not. */
const HIDDEN = new Set(['hook', 'fixture', 'test.attach']);

/** The steps below these; `fromMs` is when the attempt began. */
export function stepsOf(steps: readonly TestStep[], fromMs: number, texts: Texts): StepData[] {
  const flat: StepData[] = [];
  add(flat, { steps, depth: 0, fromMs, texts });
  return flat.length > MAX_STEPS ? withoutMiddle(flat, texts) : flat;
}

/** Whether a step is one of the test, and not of the machinery around it. */
export function isShown(step: TestStep): boolean {
  if (HIDDEN.has(step.category)) return false;
  for (let outer = step.parent; outer; outer = outer.parent)
    if (outer.category === 'fixture') return false;
  return true;
}

/** What an attempt's errors are read from. */
interface Failure {
  status: TestResult['status'];
  errors: readonly TestError[];
  steps: readonly TestStep[];
}

/** When an attempt was, and whether its session ended under it. */
interface AttemptSpan {
  fromMs: number;
  durationMs: number;
  isLost: boolean;
  texts: Texts;
}

/** The errors of an attempt, each at the moment at which its step ended. */
export function errorsOf(
  { status, errors, steps }: Failure,
  { fromMs, durationMs, isLost, texts }: AttemptSpan,
): ErrorData[] {
  const failed = failedSteps(steps);
  // What ran when the time was up, or the session ended, fails by an error of its own. Else it was caught, and is not what failed the test.
  const running = status === 'timedOut' || isLost ? failed.at(-1) : undefined;
  return errors.map((error) => {
    const step = failed.findLast((it) => it.error?.message === error.message) ?? running;
    const atMs = step ? endOf(step) - fromMs : durationMs;
    const location = error.location ?? step?.location;
    const snippet = error.snippet ?? step?.error?.snippet;
    return {
      atMs: Math.round(Math.min(Math.max(0, atMs), durationMs)),
      message: shown(error.message ?? error.value ?? 'It failed.', MAX_MESSAGE, texts),
      ...(snippet !== undefined && { snippet: shown(snippet, MAX_MESSAGE, texts) }),
      ...(location && { location: texts.place(location) }),
    };
  });
}

/** The steps at the begin and at the end, and what failed between them; a line stands for the ones that are left out. */
function withoutMiddle(flat: readonly StepData[], texts: Texts): StepData[] {
  const middle = flat.slice(MAX_STEPS / 2, -MAX_STEPS / 2);
  const kept = new Set(middle.filter((step) => isFailed(step)).slice(-MAX_FAILED));
  const shownOnes: StepData[] = [];
  let left: StepData[] = [];
  const close = (): void => {
    const [first] = left;
    if (!first) return;
    const [, atMs, , depth] = first;
    shownOnes.push([texts.add(`… ${countText(left.length, 'step')}`), atMs, 0, depth, 0, 0]);
    left = [];
  };
  for (const step of middle) {
    if (!kept.has(step)) {
      left.push(step);
      continue;
    }
    close();
    shownOnes.push(step);
  }
  close();
  return [...flat.slice(0, MAX_STEPS / 2), ...shownOnes, ...flat.slice(-MAX_STEPS / 2)];
}

interface Adding {
  steps: readonly TestStep[];
  depth: number;
  fromMs: number;
  texts: Texts;
}

function add(flat: StepData[], { steps, depth, fromMs, texts }: Adding): void {
  for (const step of steps) {
    if (step.category === 'fixture' && !step.error) continue;
    const isShown = !HIDDEN.has(step.category);
    if (isShown)
      flat.push([
        texts.add(titleOf(step, texts)),
        Math.max(0, step.startTime.getTime() - fromMs),
        Math.max(0, Math.round(step.duration)),
        depth,
        step.location ? texts.place(step.location) : 0,
        step.error ? 1 : 0,
      ]);
    add(flat, { steps: step.steps, depth: isShown ? depth + 1 : depth, fromMs, texts });
  }
}

/** Newer versions of Playwright have what a step is about apart from what it does. */
export function titleOf(step: TestStep & { subtitle?: string }, texts: Texts): string {
  const { title, subtitle = '' } = step;
  return oneLine(shown(`${withoutTyped(plain(title))} ${subtitle}`, MAX_TITLE, texts));
}

/** A text as the page shows it: its secrets are looked for before it is cut. */
function shown(text: string, maxLength: number, texts: Texts): string {
  const looked = plain(keptText(text, LOOKED_AT * maxLength));
  return clipped(texts.clean(withoutTypedInCalls(looked)), maxLength);
}

/** All steps that failed, the inner ones after those around them. */
function failedSteps(steps: readonly TestStep[]): TestStep[] {
  return steps.flatMap((step) => [...(step.error ? [step] : []), ...failedSteps(step.steps)]);
}

function isFailed([, , , , , failed]: StepData): boolean {
  return failed === 1;
}

function endOf({ startTime, duration }: TestStep): number {
  return startTime.getTime() + Math.max(0, duration);
}

function plain(text: string): string {
  return stripVTControlCharacters(text);
}
