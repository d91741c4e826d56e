/** Adds up what a run took. */
import type { RunSummary } from '../../host/protocol';
import type { Outcome, RetryCause, RunTotals } from './data';
import type { AttemptNotes, RunLog } from './run-log';
import { attemptsOf, type SessionNotes } from './sessions';

/** What a cloud bills by, in milliseconds: each started one counts. */
const BILLED_MS = 60_000;

/** The totals of a run; what only its host knows is left out where that told nothing. */
export function totalsOf(
  log: RunLog,
  sessions: readonly SessionNotes[],
  summary: RunSummary | undefined,
): RunTotals {
  const attempts = attemptsOf(log);
  const byTests = startedByTests(sessions, summary);
  const billed = sessions.filter(({ isBilled }) => isBilled);
  return {
    tests: outcomes(log),
    sessions: sessions.length + byTests,
    byTests,
    failedStarts: summary?.failedStarts ?? 0,
    clips: summary?.clips ?? attempts.filter(({ clipFile }) => clipFile !== undefined).length,
    browserMs: summary?.browserMs ?? sum(sessions.map(lengthOf)),
    ...(billed.length > 0 && {
      billedMinutes: sum(billed.map((session) => Math.ceil(lengthOf(session) / BILLED_MS))),
    }),
    waitingMs: sum(attempts.flatMap(({ waits = [] }) => waits.map(([, ms]) => ms))),
    peakSessions: peakOf(sessions),
    retries: retryCauses(log),
    died: sessions.filter(({ end }) => end === 'died').length,
    handOvers: handOvers(attempts),
    leftRunning: summary?.leftRunning,
  };
}

/** The host counts those too that no worker had. */
function startedByTests(
  { length }: readonly SessionNotes[],
  summary: RunSummary | undefined,
): number {
  return Math.max(0, (summary?.sessions ?? length) - length);
}

function outcomes(log: RunLog): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
  for (const { test } of log.tests.values()) counts[test.outcome()]++;
  return counts;
}

function retryCauses(log: RunLog): RunTotals['retries'] {
  const causes: Partial<Record<RetryCause, number>> = {};
  for (const { attempts } of log.tests.values())
    for (const { cause } of attempts.slice(0, -1))
      if (cause) causes[cause] = (causes[cause] ?? 0) + 1;
  return causes;
}

/** How many sessions there were at one time, at most: one that ends makes place for one that begins at that moment. */
function peakOf(sessions: readonly SessionNotes[]): number {
  const changes = sessions
    .flatMap(({ readyMs, endMs }): [number, number][] => [
      [readyMs, 1],
      [Math.max(endMs, readyMs + 1), -1],
    ])
    .sort(([a, up], [b, other]) => a - b || up - other);
  let open = 0;
  let most = 0;
  for (const [, change] of changes) most = Math.max(most, (open += change));
  return most;
}

/** How often a session went on to another worker. */
function handOvers(attempts: readonly AttemptNotes[]): number {
  const workers = new Map<string, number>();
  let count = 0;
  for (const { sessionId, worker } of [...attempts].sort((a, b) => a.atMs - b.atMs)) {
    if (sessionId === undefined) continue;
    if ((workers.get(sessionId) ?? worker) !== worker) count++;
    workers.set(sessionId, worker);
  }
  return count;
}

function lengthOf({ readyMs, endMs }: SessionNotes): number {
  return Math.max(0, endMs - readyMs);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
