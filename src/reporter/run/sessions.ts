/** The sessions of a run: what its host told of them, and what the tests that used them tell. */
import type { SessionLife } from '../../host/protocol';
import type { SessionFacts } from '../../story/test-story';
import type { AttemptNotes, RunLog } from './run-log';

/** A session, with times since the epoch. */
export interface SessionNotes {
  id: string;
  source: string;
  isBilled: boolean;
  readyMs: number;
  startMs: number;
  endMs: number;
  end: SessionLife['end'] | 'unknown';
}

/** In the order in which they could be used. */
export function sessionsOf(log: RunLog, lives: readonly SessionLife[]): SessionNotes[] {
  const lastUse = lastUses(log);
  const told = new Map<string, SessionNotes>(lives.map((life) => [life.id, life]));
  for (const facts of log.sessions.values())
    told.set(facts.id, lifeOf(facts, told.get(facts.id), lastUse.get(facts.id)));
  return [...told.values()].sort((a, b) => a.readyMs - b.readyMs);
}

/** The tests know best when a session died: its host hears of it later. */
function lifeOf(
  facts: SessionFacts,
  told: SessionNotes | undefined,
  last: AttemptNotes | undefined,
): SessionNotes {
  const endMs = last ? endOf(last) : facts.readyMs;
  if (last?.isLost === true) return { ...facts, end: 'died', endMs };
  return told ?? { ...facts, end: 'unknown', endMs };
}

/** The last attempt on each session. */
function lastUses(log: RunLog): Map<string, AttemptNotes> {
  const lastUse = new Map<string, AttemptNotes>();
  for (const attempt of attemptsOf(log)) {
    if (attempt.sessionId === undefined) continue;
    const last = lastUse.get(attempt.sessionId);
    if (!last || endOf(attempt) > endOf(last)) lastUse.set(attempt.sessionId, attempt);
  }
  return lastUse;
}

/** Every attempt of every test. */
export function attemptsOf(log: RunLog): AttemptNotes[] {
  return [...log.tests.values()].flatMap(({ attempts }) => attempts);
}

/** When an attempt was over. */
export function endOf({ atMs, durationMs }: AttemptNotes): number {
  return atMs + durationMs;
}
