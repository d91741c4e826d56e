/** Makes the data of the run page from what was taken down. */
import type { TestCase } from '@playwright/test/reporter';
import { problemLines } from '../../host/protocol';
import type { RunSummary } from '../../host/protocol';
import {
  type AttemptData,
  DATA_VERSION,
  type RunData,
  type RunStatus,
  type SessionData,
  type TestData,
} from './data';
import type { AttemptNotes, RunLog } from './run-log';
import { attemptsOf, endOf, type SessionNotes, sessionsOf } from './sessions';
import type { Texts } from './texts';
import { totalsOf } from './totals';

/** What else is said of a run. */
export interface RunAbout {
  title: string;
  status: RunStatus;
  startMs: number;
  durationMs: number;
  facts: string[];
  summary: RunSummary | undefined;
  /** Where the page has the files of an attempt. */
  files: ReadonlyMap<string, string>;
}

/** The data of a run. */
export function runDataOf(log: RunLog, about: RunAbout): RunData {
  const sessions = sessionsOf(log, about.summary?.lives ?? []);
  const span = spanOf(log, sessions, about);
  const index = new Map(sessions.map(({ id }, at) => [id, at]));
  const { texts } = log;
  return {
    version: DATA_VERSION,
    title: about.title,
    startMs: span.startMs,
    durationMs: span.durationMs,
    status: about.status,
    facts: about.facts.map((fact) => texts.clean(fact)),
    totals: totalsOf(log, sessions, about.summary),
    problems: problemLines(about.summary?.problems ?? []).map((line) => texts.clean(line)),
    sessions: sessions.map((session) => sessionData(session, span.startMs, texts)),
    tests: [...log.tests.values()].map(({ test, attempts }) =>
      testData(test, texts, () =>
        attempts
          .sort((a, b) => a.retry - b.retry)
          .map((attempt) =>
            attemptData(attempt, { startMs: span.startMs, index, files: about.files }),
          ),
      ),
    ),
    texts: texts.all, // last: all that stands before has added to it
  };
}

/** From the first sign of the run to its last: shards of a merged report began on other machines. */
function spanOf(
  log: RunLog,
  sessions: readonly SessionNotes[],
  about: Pick<RunAbout, 'startMs' | 'durationMs'>,
): { startMs: number; durationMs: number } {
  let startMs = about.startMs;
  let endMs = about.startMs + about.durationMs;
  const include = (fromMs: number, toMs: number): void => {
    startMs = Math.min(startMs, fromMs);
    endMs = Math.max(endMs, toMs);
  };
  for (const attempt of attemptsOf(log)) {
    include(attempt.atMs, endOf(attempt));
    for (const [atMs] of attempt.waits ?? []) include(atMs, atMs);
  }
  for (const session of sessions) include(session.readyMs - session.startMs, session.endMs);
  return { startMs, durationMs: endMs - startMs };
}

function sessionData(session: SessionNotes, startMs: number, texts: Texts): SessionData {
  return {
    id: session.id,
    source: texts.add(session.source),
    readyMs: session.readyMs - startMs,
    startMs: session.startMs,
    endMs: session.endMs - startMs,
    end: session.end,
  };
}

function testData(test: TestCase, texts: Texts, attempts: () => AttemptData[]): TestData {
  const [, project = '', , ...titles] = test.titlePath();
  return {
    titles: titles.map((title) => texts.add(title)),
    file: texts.add(texts.file(test.location.file)),
    line: test.location.line,
    project: texts.add(project),
    outcome: test.outcome(),
    attempts: attempts(),
  };
}

function attemptData(
  { sessionId, clipFile, traceFile, retry: _, cause, ...attempt }: AttemptNotes,
  run: { startMs: number; index: ReadonlyMap<string, number>; files: ReadonlyMap<string, string> },
): AttemptData {
  const session = sessionId === undefined ? undefined : run.index.get(sessionId);
  const clip = clipFile === undefined ? undefined : run.files.get(clipFile);
  const trace = traceFile === undefined ? undefined : run.files.get(traceFile);
  return {
    ...attempt,
    ...(cause !== undefined && { isUnexpected: true }),
    ...(session !== undefined && { session }),
    atMs: attempt.atMs - run.startMs,
    ...(attempt.waits && {
      waits: attempt.waits.map(([atMs, ms]): [number, number] => [atMs - run.startMs, ms]),
    }),
    ...(clip !== undefined && { clip }),
    ...(trace !== undefined && { trace }),
  };
}
