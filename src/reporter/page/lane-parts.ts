/** What a lane of the timeline shows: the life of its session, its tests, and what lies between them. */
import { duration, short } from './format';
import { statusWord } from './icons';
import type { Attempt, Lane } from './model';

/** A stretch of a lane, or, without a length, a moment. */
export interface LanePart {
  kind: 'alive' | 'start' | 'wait' | 'turn' | 'died' | 'left';
  atMs: number;
  durationMs: number;
  /** What it is, in words. */
  label: string;
}

/** What is behind and between the tests of a lane, in the order in which it is drawn. */
export function partsOf(lane: Lane, lanes: readonly Lane[]): LanePart[] {
  const { readyMs, startMs, endMs, end } = lane;
  const parts: LanePart[] = [
    {
      kind: 'alive',
      atMs: readyMs,
      durationMs: endMs - readyMs,
      label: `Session ${short(lane.id)}`,
    },
  ];
  if (startMs > 0)
    parts.push({
      kind: 'start',
      atMs: readyMs - startMs,
      durationMs: startMs,
      label: `Start-up, ${duration(startMs)}`,
    });
  for (const attempt of lane.attempts) parts.push(...waitsOf(attempt));
  parts.push(...turnsOf(lane.attempts));
  if (end === 'died')
    parts.push({ kind: 'died', atMs: endMs, durationMs: 0, label: deathOf(lane, lanes) });
  if (end === 'left')
    parts.push({ kind: 'left', atMs: endMs, durationMs: 0, label: 'Could not be stopped' });
  return parts;
}

/** An attempt in words. */
export function attemptLabel({ test, number, status, data }: Attempt): string {
  const nth = test.attempts.length > 1 ? `, attempt ${number}` : '';
  return `${test.title}${nth}: ${statusWord(status)}, ${duration(data.durationMs)}`;
}

/** What a worker waited for its session's start is that start; the rest is waiting. */
function waitsOf({ data, lane }: Attempt): LanePart[] {
  return (data.waits ?? []).flatMap(([atMs, durationMs]): LanePart[] => {
    const started = lane
      ? overlap([atMs, atMs + durationMs], [lane.readyMs - lane.startMs, lane.readyMs])
      : 0;
    const restMs = durationMs - started;
    if (restMs < 1) return [];
    const label = `Worker ${data.worker} waited ${duration(restMs)}`;
    return [{ kind: 'wait', atMs: atMs + durationMs - restMs, durationMs: restMs, label }];
  });
}

/** Where the session went on to another worker. */
function turnsOf(attempts: readonly Attempt[]): LanePart[] {
  return attempts.flatMap((attempt, index): LanePart[] => {
    const before = attempts[index - 1];
    if (!before || before.data.worker === attempt.data.worker) return [];
    const why = before.hasFailed ? ' after a failure' : '';
    const label = `Handed over to worker ${attempt.data.worker}${why}`;
    return [{ kind: 'turn', atMs: attempt.data.atMs, durationMs: 0, label }];
  });
}

function deathOf(lane: Lane, lanes: readonly Lane[]): string {
  const worker = lane.attempts.at(-1)?.data.worker;
  const next = lanes.find(
    ({ readyMs, attempts }) =>
      readyMs > lane.endMs - lane.startMs && attempts[0]?.data.worker === worker,
  );
  return `Died${next ? `; session ${next.number} took its place` : ''}`;
}

function overlap([from, to]: [number, number], [since, until]: [number, number]): number {
  return Math.max(0, Math.min(to, until) - Math.max(from, since));
}
