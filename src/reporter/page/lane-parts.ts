/** The lanes of the timeline: for each session its life, its tests, and the time between them. */
import { durationText } from '../../base/texts';
import { shortId } from '../../ui/format';
import { type Attempt, type Lane, type Run, verdictOf } from './model';

/** A row of the timeline: for a session, or, as the last row, for attempts that got none. */
export interface Row {
  session: Lane | undefined;
  parts: LanePart[];
  /** In their order. */
  attempts: Attempt[];
}

/** A part of a lane; a moment if its duration is 0. */
export interface LanePart {
  kind: 'alive' | 'start' | 'replacement' | 'wait' | 'turn' | 'died' | 'left';
  atMs: number;
  durationMs: number;
  label: string;
}

export function rowsOf({ lanes, tests }: Run): Row[] {
  const replacements = replacementsIn(lanes);
  const rows = lanes.map((lane): Row => {
    return { session: lane, parts: partsOf(lane, replacements), attempts: lane.attempts };
  });
  const withoutSession = tests
    .flatMap(({ attempts }) => attempts)
    .filter(({ lane, data }) => !lane && (data.waits ?? []).length > 0)
    .sort((a, b) => a.data.atMs - b.data.atMs);
  if (withoutSession.length > 0)
    rows.push({
      session: undefined,
      parts: withoutSession.flatMap(waitsOf),
      attempts: withoutSession,
    });
  return rows;
}

/** The parts behind and between the tests of a lane, in drawing order. */
function partsOf(lane: Lane, replacements: ReadonlyMap<Lane, Lane>): LanePart[] {
  const { readyMs, startMs, endMs, end } = lane;
  const parts: LanePart[] = [
    {
      kind: 'alive',
      atMs: readyMs,
      durationMs: endMs - readyMs,
      label: `Session ${shortId(lane.id)}`,
    },
  ];
  if (startMs > 0) parts.push(startOf(lane, replacements));
  for (const attempt of lane.attempts) parts.push(...waitsOf(attempt));
  parts.push(...turnsOf(lane.attempts));
  if (end === 'died')
    parts.push({
      kind: 'died',
      atMs: endMs,
      durationMs: 0,
      label: deathOf(replacements.get(lane)),
    });
  if (end === 'left')
    parts.push({ kind: 'left', atMs: endMs, durationMs: 0, label: 'Could not be stopped' });
  return parts;
}

export function attemptLabel(attempt: Attempt): string {
  const { test, number, data } = attempt;
  const nth = test.attempts.length > 1 ? `, attempt ${number}` : '';
  return `${[...test.suites, test.title].join(' › ')}${nth}: ${verdictOf(attempt)}, ${durationText(data.durationMs)}`;
}

/** The time that workers waited, without the start-up of the session, which has its own part. */
function waitsOf({ data, lane }: Attempt): LanePart[] {
  return (data.waits ?? []).flatMap(([atMs, durationMs]): LanePart[] => {
    const started = lane
      ? overlap([atMs, atMs + durationMs], [lane.readyMs - lane.startMs, lane.readyMs])
      : 0;
    const restMs = durationMs - started;
    if (restMs < 1) return [];
    const label = `Worker ${data.worker} waited ${durationText(restMs)}`;
    return [{ kind: 'wait', atMs: atMs + durationMs - restMs, durationMs: restMs, label }];
  });
}

/** The moments at which another worker took over the session. */
function turnsOf(attempts: readonly Attempt[]): LanePart[] {
  return attempts.flatMap((attempt, index): LanePart[] => {
    const before = attempts[index - 1];
    if (!before || before.data.worker === attempt.data.worker) return [];
    const why = before.hasFailed ? ' after a failure' : '';
    const label = `Handed over to worker ${attempt.data.worker}${why}`;
    return [{ kind: 'turn', atMs: attempt.data.atMs, durationMs: 0, label }];
  });
}

function startOf(lane: Lane, replacements: ReadonlyMap<Lane, Lane>): LanePart {
  const { readyMs, startMs } = lane;
  const [before] = [...replacements].find(([, next]) => next === lane) ?? [];
  const why = before ? ` in place of session ${before.number}, which had died` : '';
  return {
    kind: before ? 'replacement' : 'start',
    atMs: readyMs - startMs,
    durationMs: startMs,
    label: `Start-up${why}, ${durationText(startMs)}`,
  };
}

function deathOf(next: Lane | undefined): string {
  return `Died${next ? `; session ${next.number} took its place` : ''}`;
}

/** The replacement of each session that died: the next session of the same project. The affected worker may have got a free session instead. */
function replacementsIn(lanes: readonly Lane[]): Map<Lane, Lane> {
  const replacements = new Map<Lane, Lane>();
  const started = [...lanes].sort((a, b) => a.readyMs - b.readyMs);
  const died = lanes.filter(({ end }) => end === 'died').sort((a, b) => a.endMs - b.endMs);
  for (const lane of died) {
    const next = started.find((it) => it.readyMs > lane.endMs && projectOf(it) === projectOf(lane));
    if (!next) continue;
    replacements.set(lane, next);
    started.splice(started.indexOf(next), 1);
  }
  return replacements;
}

function projectOf({ attempts }: Lane): string | undefined {
  return attempts[0]?.test.project;
}

function overlap([from, to]: [number, number], [since, until]: [number, number]): number {
  return Math.max(0, Math.min(to, until) - Math.max(from, since));
}
