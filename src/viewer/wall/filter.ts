/** The filters of the wall, and the runs of its sessions. Pure. */
import type { WallSession } from '../../contract/viewer';

export type WallFilter = 'all' | 'running' | 'ended' | 'failed';

/** With their labels. */
export const FILTERS: readonly [WallFilter, string][] = [
  ['all', 'All'],
  ['running', 'Running'],
  ['ended', 'Ended'],
  ['failed', 'With failures'],
];

export interface WallView {
  /** Id of a run; undefined for all runs. */
  run: string | undefined;
  filter: WallFilter;
  /** The searched text; may be empty. */
  search: string;
}

/** A run that has sessions on the wall. */
export interface WallRun {
  id: string;
  name: string;
  /** Start of its first known session. */
  sinceMs: number;
}

const FITS: Record<WallFilter, (session: WallSession) => boolean> = {
  all: () => true,
  running: ({ status }) => status === 'active',
  ended: ({ status }) => status !== 'active',
  failed: ({ status, testsFailed }) =>
    testsFailed > 0 || status === 'error' || status === 'timed_out',
};

/** Sessions of the run that match the filter, with the searched text in their test, page or id. */
export function filterWall(
  sessions: readonly WallSession[],
  { run, filter, search }: WallView,
): WallSession[] {
  const wanted = search.trim().toLowerCase();
  return sessions.filter(
    (session) =>
      (run === undefined || session.run?.id === run) &&
      FITS[filter](session) &&
      [session.id, session.test?.title, session.tab?.title, session.tab?.url].some((text) =>
        text?.toLowerCase().includes(wanted),
      ),
  );
}

/** The runs, newest first. */
export function runsOf(sessions: readonly WallSession[]): WallRun[] {
  const runs = new Map<string, WallRun>();
  for (const { run, createdMs } of sessions) {
    if (!run) continue;
    const sinceMs = Math.min(createdMs, runs.get(run.id)?.sinceMs ?? Infinity);
    runs.set(run.id, { id: run.id, name: run.name || run.id, sinceMs });
  }
  return [...runs.values()].sort((one, other) => other.sinceMs - one.sinceMs);
}
