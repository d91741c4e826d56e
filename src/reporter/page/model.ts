/** The data of the run as its page uses it. */
import type { RecordingEvent } from '../../ui/recording';
import type {
  AttemptData,
  AttemptStatus,
  Outcome,
  RunData,
  SessionData,
  TestData,
} from '../run/data';

export interface Run {
  data: RunData;
  lanes: Lane[];
  tests: Test[];
  projects: string[];
}

/** A session, with its attempts in their order. */
export interface Lane extends Omit<SessionData, 'source'> {
  number: number;
  source: string;
  attempts: Attempt[];
}

export interface Test {
  index: number;
  title: string;
  /** The titles of its suites. */
  suites: string[];
  /** File and line. */
  location: string;
  project: string;
  outcome: Outcome;
  attempts: Attempt[];
  atMs: number;
  durationMs: number;
  /** The text for a search, in lower case. */
  searched: string;
}

export interface Attempt {
  test: Test;
  /** From 1. */
  number: number;
  status: AttemptStatus;
  hasFailed: boolean;
  lane: Lane | undefined;
  data: AttemptData;
}

/** In the order of their importance to the reader. */
export const OUTCOMES: readonly Outcome[] = ['unexpected', 'flaky', 'expected', 'skipped'];

export const OUTCOME_WORDS: Record<Outcome, string> = {
  expected: 'Passed',
  unexpected: 'Failed',
  flaky: 'Flaky',
  skipped: 'Skipped',
};

const STATUS_WORDS: Record<AttemptStatus, string> = {
  passed: 'passed',
  failed: 'failed',
  timedOut: 'timed out',
  skipped: 'skipped',
  interrupted: 'interrupted',
};

/** How an attempt ended, in words. With `test.fail()`, a failure is expected. */
export function verdictOf({ status, hasFailed }: Attempt): string {
  if (status === 'passed') return hasFailed ? 'passed unexpectedly' : 'passed';
  const isExpected = !hasFailed && status !== 'skipped';
  return isExpected ? `${STATUS_WORDS[status]} as expected` : STATUS_WORDS[status];
}

export function toRun(data: RunData): Run {
  const lanes = data.sessions.map((session, index): Lane => ({
    ...session,
    number: index + 1,
    source: textAt(data, session.source),
    attempts: [],
  }));
  const tests = data.tests.map((test, index) => toTest(data, test, { index, lanes }));
  for (const lane of lanes) lane.attempts.sort((a, b) => a.data.atMs - b.data.atMs);
  const projects = [...new Set(tests.map(({ project }) => project))].filter((name) => name !== '');
  return { data, lanes, tests, projects };
}

/** The events of an attempt, in order. A step has the same id in every attempt. */
export function eventsOf({ data: run }: Run, { data }: Attempt): RecordingEvent[] {
  const seen = new Map<string, number>();
  const steps = (data.steps ?? []).map(
    ([text, atMs, durationMs, depth, location, failed]): RecordingEvent => {
      const title = textAt(run, text);
      const nth = (seen.get(title) ?? 0) + 1;
      seen.set(title, nth);
      return {
        kind: 'step',
        level: failed === 1 ? 'error' : 'info',
        atMs,
        durationMs,
        depth,
        title,
        detail: '',
        location: textAt(run, location),
        id: `${nth} ${title}`,
      };
    },
  );
  const log = (data.log ?? []).map(([atMs, kind, text, url = 0]): RecordingEvent => ({
    kind,
    level: 'error',
    atMs,
    title: textAt(run, text),
    detail: kind === 'exception' ? 'uncaught exception' : '',
    location: textAt(run, url),
  }));
  const errors = (data.errors ?? []).map(({ atMs, message, location = 0 }): RecordingEvent => ({
    kind: 'error',
    level: 'error',
    atMs,
    title: message.split('\n', 1)[0] ?? '',
    detail: '',
    location: textAt(run, location),
  }));
  return [...steps, ...log, ...errors].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
}

export function textAt({ texts }: RunData, index: number): string {
  return texts[index] ?? '';
}

function toTest(
  data: RunData,
  { titles, file, line, project, outcome, attempts }: TestData,
  { index, lanes }: { index: number; lanes: readonly Lane[] },
): Test {
  const names = titles.map((title) => textAt(data, title));
  const test: Test = {
    index,
    title: names.at(-1) ?? '',
    suites: names.slice(0, -1),
    location: `${textAt(data, file)}:${line}`,
    project: textAt(data, project),
    outcome,
    attempts: [],
    atMs: attempts[0]?.atMs ?? data.durationMs, // tests that did not run are last
    durationMs: attempts.reduce((total, attempt) => total + attempt.durationMs, 0),
    searched: [...names, textAt(data, file), textAt(data, project)].join(' ').toLowerCase(),
  };
  test.attempts = attempts.map((attempt, at) =>
    toAttempt(test, attempt, { number: at + 1, lanes }),
  );
  return test;
}

function toAttempt(
  test: Test,
  data: AttemptData,
  { number, lanes }: { number: number; lanes: readonly Lane[] },
): Attempt {
  const { status, session } = data;
  const lane = session === undefined ? undefined : lanes[session];
  const hasFailed = data.isUnexpected === true;
  const attempt: Attempt = { test, number, status, hasFailed, lane, data };
  lane?.attempts.push(attempt);
  return attempt;
}
