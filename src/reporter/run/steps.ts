/** The steps of an attempt, flat and in order, as the run page shows them: what the test did, without the machinery around it. */
import { stripVTControlCharacters } from 'node:util';
import type { TestError, TestStep } from '@playwright/test/reporter';
import { clipped, oneLine } from '../../base/texts';
import { withoutTyped } from '../../story/secrets';
import type { ErrorData, StepData } from './data';
import type { Texts } from './texts';

/** Longer titles are cut, in characters. */
const MAX_TITLE = 200;
/** Of more steps than these, the ones in the middle are left out: a loop that did the same all the time. */
const MAX_STEPS = 200;
/** Longer messages are cut, in characters. */
const MAX_MESSAGE = 4_000;

/** Steps of Playwright's own machinery: what is in them is shown, they are not. */
const HIDDEN = new Set(['hook', 'fixture', 'test.attach']);

/** The steps below these; `fromMs` is when the attempt began. */
export function stepsOf(steps: readonly TestStep[], fromMs: number, texts: Texts): StepData[] {
  const flat: StepData[] = [];
  add(flat, { steps, depth: 0, fromMs, texts });
  if (flat.length <= MAX_STEPS) return flat;
  return [...flat.slice(0, MAX_STEPS / 2), ...flat.slice(-MAX_STEPS / 2)];
}

/** The errors of an attempt, each at the moment at which its step ended. */
export function errorsOf(
  { errors, steps }: { errors: readonly TestError[]; steps: readonly TestStep[] },
  { fromMs, durationMs, texts }: { fromMs: number; durationMs: number; texts: Texts },
): ErrorData[] {
  return errors.map((error) => {
    const failed = failedStep(steps, error);
    const atMs = failed ? endOf(failed) - fromMs : durationMs;
    const location = error.location ?? failed?.location;
    const snippet = error.snippet ?? failed?.error?.snippet;
    return {
      atMs: Math.round(Math.min(Math.max(0, atMs), durationMs)),
      message: texts.clean(
        clipped(plain(error.message ?? error.value ?? 'It failed.'), MAX_MESSAGE),
      ),
      ...(snippet !== undefined && { snippet: texts.clean(plain(snippet)) }),
      ...(location && { location: texts.place(location) }),
    };
  });
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
        texts.add(titleOf(step)),
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
function titleOf(step: TestStep & { subtitle?: string }): string {
  const { title, subtitle = '' } = step;
  return clipped(oneLine(withoutTyped(plain(`${title} ${subtitle}`))), MAX_TITLE);
}

/** The innermost step that failed by this error; the innermost of all that failed where none did. */
function failedStep(steps: readonly TestStep[], error: TestError): TestStep | undefined {
  const failed: TestStep[] = [];
  const visit = (level: readonly TestStep[]): void => {
    for (const step of level) {
      if (step.error) failed.push(step);
      visit(step.steps);
    }
  };
  visit(steps);
  return failed.findLast((step) => step.error?.message === error.message) ?? failed.at(-1);
}

function endOf({ startTime, duration }: TestStep): number {
  return startTime.getTime() + Math.max(0, duration);
}

function plain(text: string): string {
  return stripVTControlCharacters(text);
}
