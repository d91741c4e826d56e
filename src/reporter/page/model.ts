/** The run as its page works with it: the data with its texts in place. */
import type {
  AttemptData,
  AttemptStatus,
  ErrorData,
  Outcome,
  RunData,
  SessionData,
  TestData,
} from '../run/data';

/** A run. */
export interface Run {
  data: RunData;
  lanes: Lane[];
  tests: Test[];
  projects: string[];
}

/** A session, with the attempts that used it in their order. */
export interface Lane extends Omit<SessionData, 'source'> {
  number: number;
  source: string;
  attempts: Attempt[];
}

/** A test. */
export interface Test {
  index: number;
  title: string;
  /** The titles of its suites. */
  suites: string[];
  place: string;
  project: string;
  outcome: Outcome;
  attempts: Attempt[];
  atMs: number;
  durationMs: number;
  /** What a search looks at. */
  searched: string;
}

/** An attempt. */
export interface Attempt {
  test: Test;
  /** From 1. */
  number: number;
  status: AttemptStatus;
  hasFailed: boolean;
  lane: Lane | undefined;
  data: AttemptData;
}

/** Something that happened in an attempt. */
export interface Happening {
  kind: 'step' | 'console' | 'request' | 'exception' | 'error';
  atMs: number;
  durationMs: number;
  depth: number;
  text: string;
  /** Where: a file and line, or an address. */
  place: string;
  hasFailed: boolean;
  /** The same in every attempt: by this a step is found in another one. */
  key: string;
}

/** Puts the texts in place. */
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

/** What happened in an attempt, in order. */
export function happeningsOf({ data: run }: Run, { data }: Attempt): Happening[] {
  const seen = new Map<string, number>();
  const steps = (data.steps ?? []).map(
    ([title, atMs, durationMs, depth, location, failed]): Happening => {
      const text = textAt(run, title);
      const nth = (seen.get(text) ?? 0) + 1;
      seen.set(text, nth);
      const place = textAt(run, location);
      const key = `${nth} ${text}`;
      return { kind: 'step', atMs, durationMs, depth, text, place, hasFailed: failed === 1, key };
    },
  );
  const log = (data.log ?? []).map(([atMs, kind, text, url = 0]) =>
    mark(kind, { atMs, text: textAt(run, text), place: textAt(run, url) }),
  );
  const errors = (data.errors ?? []).map((error) =>
    mark('error', {
      atMs: error.atMs,
      text: firstLine(error),
      place: textAt(run, error.location ?? 0),
    }),
  );
  return [...steps, ...log, ...errors].sort((a, b) => a.atMs - b.atMs);
}

/** The text of an index. */
export function textAt({ texts }: RunData, index: number): string {
  return texts[index] ?? '';
}

function mark(
  kind: Happening['kind'],
  { atMs, text, place }: Pick<Happening, 'atMs' | 'text' | 'place'>,
): Happening {
  return { kind, atMs, text, place, durationMs: 0, depth: 0, hasFailed: true, key: '' };
}

function firstLine({ message }: ErrorData): string {
  return message.split('\n', 1)[0] ?? '';
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
    place: `${textAt(data, file)}:${line}`,
    project: textAt(data, project),
    outcome,
    attempts: [],
    atMs: attempts[0]?.atMs ?? data.durationMs, // what did not run stands last
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
  const hasFailed = status !== 'passed' && status !== 'skipped';
  const attempt: Attempt = { test, number, status, hasFailed, lane, data };
  lane?.attempts.push(attempt);
  return attempt;
}
