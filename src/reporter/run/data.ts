/** What the run page is made from. Times are in milliseconds since the run's begin; texts that repeat stand once in `texts`, and elsewhere is their index. */
import type { LogKind } from '../../story/log-entry';

/** Which form the data has. */
export const DATA_VERSION = 1;

/** A whole run. */
export interface RunData {
  version: typeof DATA_VERSION;
  /** Name of the project's folder. */
  title: string;
  /** When the run began, in milliseconds since the epoch. */
  startMs: number;
  durationMs: number;
  /** How Playwright says it ended. */
  status: RunStatus;
  /** Versions, sources and whatever else is said under the title. */
  facts: string[];
  totals: RunTotals;
  /** What could not be kept or stopped, a line each. */
  problems: string[];
  texts: string[];
  sessions: SessionData[];
  tests: TestData[];
}

export type RunStatus = 'passed' | 'failed' | 'timedout' | 'interrupted';

/** What a run took. */
export interface RunTotals {
  /** By {@link Outcome}. */
  tests: Record<Outcome, number>;
  sessions: number;
  /** Those of them that tests have started by themselves: they have no lane. */
  byTests: number;
  /** Starts that failed. */
  failedStarts: number;
  clips: number;
  /** How long sessions were open, added up. */
  browserMs: number;
  /** Minutes that a cloud bills; undefined where none does. */
  billedMinutes?: number | undefined;
  /** How long workers waited for sessions, added up. */
  waitingMs: number;
  /** Most sessions at one time. */
  peakSessions: number;
  /** Attempts that followed another one of the same test, by what was wrong with that. */
  retries: Partial<Record<RetryCause, number>>;
  /** Sessions that died while the run used them. */
  died: number;
  /** Sessions that went on to the worker that replaced another one. */
  handOvers: number;
  /** Ids of sessions that could not be stopped; undefined where nobody knows, as in a report that was merged from others. */
  leftRunning?: string[] | undefined;
}

/** How a test ended, all attempts together, as Playwright says it. */
export type Outcome = 'expected' | 'unexpected' | 'flaky' | 'skipped';

/** What was wrong with an attempt: its test failed, or took too long, or was interrupted; its session died, or none could be started. */
export type RetryCause = 'failed' | 'timed out' | 'interrupted' | 'session died' | 'no session';

/** A session. */
export interface SessionData {
  id: string;
  /** Text: where it comes from. */
  source: number;
  readyMs: number;
  /** How long its start took. */
  startMs: number;
  endMs: number;
  /** `unknown`: its end was not told, and is that of its last test. */
  end: 'stopped' | 'died' | 'left' | 'unknown';
}

/** A test. */
export interface TestData {
  /** Texts: the titles of its suites and its own. */
  titles: number[];
  /** Text: its file. */
  file: number;
  line: number;
  /** Text: its project. */
  project: number;
  outcome: Outcome;
  attempts: AttemptData[];
}

export type AttemptStatus = 'passed' | 'failed' | 'timedOut' | 'skipped' | 'interrupted';

/** What is shown of an attempt once its test is opened. */
export interface AttemptDetails {
  steps?: StepData[];
  errors?: ErrorData[];
  log?: LogData[];
  /** Paths, relative to the page. */
  clip?: string;
  trace?: string;
}

/** The details of some tests of a large run, and the texts that their indices name. */
export interface PartData {
  /** By test and attempt. */
  tests: AttemptDetails[][];
  texts: string[];
}

/** One attempt of a test. */
export interface AttemptData extends AttemptDetails {
  status: AttemptStatus;
  /** Index of its session; missing when it had none. */
  session?: number;
  /** Playwright's number of the worker. */
  worker: number;
  /** When it began; its clip begins here too. */
  atMs: number;
  durationMs: number;
  /** When its worker waited for a session. */
  waits?: [atMs: number, durationMs: number][];
  isLost?: true;
  /** Its result is not the one that its test expects: with `test.fail()`, a pass is a failure. */
  isUnexpected?: true;
}

/** A step: its title (a text), when it began in its attempt, how long it took, how deep it lies in others, where it was called (a text, 0 for nowhere), and 1 when it failed. */
export type StepData = [
  title: number,
  atMs: number,
  durationMs: number,
  depth: number,
  location: number,
  failed: 0 | 1,
];

/** An error of an attempt. */
export interface ErrorData {
  /** When it happened, in the attempt. */
  atMs: number;
  message: string;
  /** The lines of code around it. */
  snippet?: string;
  /** Text: file and line. */
  location?: number;
}

/** What a page complained about: when in the attempt, kind, what, and the address where there is one (texts). */
export type LogData = [atMs: number, kind: LogKind, text: number, url?: number];
