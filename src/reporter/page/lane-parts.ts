/** What a lane of the timeline shows: the life of its session, its tests, and what lies between them. */
import { duration, short } from './format';
import { statusWord } from './icons';
import type { Attempt, Lane, Run } from './model';

/** A lane of the timeline: that of a session, or, last, of the attempts that waited for one in vain. */
export interface Row {
  session: Lane | undefined;
  parts: LanePart[];
  /** In their order. */
  attempts: Attempt[];
}

/** A stretch of a lane, or, without a length, a moment. */
export interface LanePart {
  kind: 'alive' | 'start' | 'replacement' | 'wait' | 'turn' | 'died' | 'left';
  atMs: number;
  durationMs: number;
  /** What it is, in words. */
  label: string;
}

/** All lanes. */
export function rowsOf({ lanes, tests }: Run): Row[] {
  const rows = lanes.map((lane): Row => {
    return { session: lane, parts: partsOf(lane, lanes), attempts: lane.attempts };
  });
  const inVain = tests
    .flatMap(({ attempts }) => attempts)
    .filter(({ lane, data }) => !lane && (data.waits ?? []).length > 0)
    .sort((a, b) => a.data.atMs - b.data.atMs);
  if (inVain.length > 0)
    rows.push({ session: undefined, parts: inVain.flatMap(waitsOf), attempts: inVain });
  return rows;
}

/** What is behind and between the tests of a lane, in the order in which it is drawn. */
function partsOf(lane: Lane, lanes: readonly Lane[]): LanePart[] {
  const { readyMs, startMs, endMs, end } = lane;
  const parts: LanePart[] = [
    {
      kind: 'alive',
      atMs: readyMs,
      durationMs: endMs - readyMs,
      label: `Session ${short(lane.id)}`,
    },
  ];
  if (startMs > 0) parts.push(startOf(lane, lanes));
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

function startOf(lane: Lane, lanes: readonly Lane[]): LanePart {
  const { readyMs, startMs } = lane;
  const before = lanes.find((it) => it.end === 'died' && replacementOf(it, lanes) === lane);
  const why = before ? ` in place of session ${before.number}, which had died` : '';
  return {
    kind: before ? 'replacement' : 'start',
    atMs: readyMs - startMs,
    durationMs: startMs,
    label: `Start-up${why}, ${duration(startMs)}`,
  };
}

function deathOf(lane: Lane, lanes: readonly Lane[]): string {
  const next = replacementOf(lane, lanes);
  return `Died${next ? `; session ${next.number} took its place` : ''}`;
}

/** The session that was started since this one had died: the next one of its place and project. A test that fails by it goes on in a new worker, which has its place. */
function replacementOf({ attempts, endMs }: Lane, lanes: readonly Lane[]): Lane | undefined {
  const last = attempts.at(-1);
  const isNext = ([first]: readonly Attempt[]): boolean =>
    first !== undefined &&
    first.data.parallelIndex === last?.data.parallelIndex &&
    first.test.project === last.test.project;
  return lanes
    .filter((it) => it.readyMs > endMs && isNext(it.attempts))
    .reduce<Lane | undefined>((a, b) => (a && a.readyMs < b.readyMs ? a : b), undefined);
}

function overlap([from, to]: [number, number], [since, until]: [number, number]): number {
  return Math.max(0, Math.min(to, until) - Math.max(from, since));
}
