/** Which sessions of the wall are wanted, and of which runs they are. Pure. */
import type { WallSession } from '../../contract/viewer';

/** What can be asked for. */
export type WallFilter = 'all' | 'running' | 'ended' | 'failed';

/** With the words for each. */
export const FILTERS: readonly [WallFilter, string][] = [
  ['all', 'All'],
  ['running', 'Running'],
  ['ended', 'Ended'],
  ['failed', 'With failures'],
];

/** What is looked at. */
export interface WallView {
  /** Id of the only run whose sessions are wanted; undefined for all. */
  run: string | undefined;
  filter: WallFilter;
  /** What is searched for; empty for everything. */
  search: string;
}

/** A run that has sessions on the wall. */
export interface WallRun {
  id: string;
  name: string;
  /** When the first of its sessions that are known was started. */
  sinceMs: number;
}

const FITS: Record<WallFilter, (session: WallSession) => boolean> = {
  all: () => true,
  running: ({ status }) => status === 'active',
  ended: ({ status }) => status !== 'active',
  failed: ({ status, testsFailed }) =>
    testsFailed > 0 || status === 'error' || status === 'timed_out',
};

/** Those of the run that fit the filter, and hold the searched text in their test, page or id. */
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

/** The runs, the newest first. */
export function runsOf(sessions: readonly WallSession[]): WallRun[] {
  const runs = new Map<string, WallRun>();
  for (const { run, createdMs } of sessions) {
    if (!run) continue;
    const sinceMs = Math.min(createdMs, runs.get(run.id)?.sinceMs ?? Infinity);
    runs.set(run.id, { id: run.id, name: run.name || run.id, sinceMs });
  }
  return [...runs.values()].sort((one, other) => other.sinceMs - one.sinceMs);
}
