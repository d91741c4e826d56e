/** Which recordings are made and which are kept: the rules of Playwright's `video` modes. Pure. */
import type { RecordingMode } from '../options/types';

/** Playwright's `video` modes. `retry-with-video` is the old name of `on-first-retry`. */
export type RetentionMode = RecordingMode | 'retry-with-video';

/** How one run of a test ended. */
export interface TestOutcome {
  /** True when the test did not end as it was expected to. */
  failed: boolean;
  /** 0 for the first run of the test, 1 for its first retry ... */
  retry: number;
}

interface ModeRule {
  /** Which runs of a test are recorded. */
  records: (retry: number) => boolean;
  /** Which of the recorded runs are kept. */
  keeps: (outcome: TestOutcome) => boolean;
}

const always = (): boolean => true;
const never = (): boolean => false;
const isFirstRetry = (retry: number): boolean => retry === 1;

const RULES: Record<RetentionMode, ModeRule> = {
  off: { records: never, keeps: never },
  on: { records: always, keeps: always },
  'retain-on-failure': { records: always, keeps: ({ failed }) => failed },
  'on-first-retry': { records: isFirstRetry, keeps: always },
  'on-all-retries': { records: (retry) => retry > 0, keeps: always },
  'retain-on-first-failure': { records: (retry) => retry === 0, keeps: ({ failed }) => failed },
  'retain-on-failure-and-retries': {
    records: always,
    keeps: ({ failed, retry }) => failed || retry > 0,
  },
  'retry-with-video': { records: isFirstRetry, keeps: always },
};

/** Whether something is a mode that has a rule. */
export function isRetentionMode(value: unknown): value is RetentionMode {
  return typeof value === 'string' && Object.hasOwn(RULES, value);
}

/** Before a test: whether any outcome of this run could keep its recording. When not, nothing need be recorded. */
export function mayKeep(mode: RetentionMode, retry: number): boolean {
  return RULES[mode].records(retry);
}

/** After a test: whether its recording is kept. False for a run that was not recorded. */
export function keeps(mode: RetentionMode, outcome: TestOutcome): boolean {
  return RULES[mode].records(outcome.retry) && RULES[mode].keeps(outcome);
}
