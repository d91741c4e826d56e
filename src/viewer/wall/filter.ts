/** Which sessions of the wall are wanted. Pure. */
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

const FITS: Record<WallFilter, (session: WallSession) => boolean> = {
  all: () => true,
  running: ({ status }) => status === 'active',
  ended: ({ status }) => status !== 'active',
  failed: ({ status, testsFailed }) =>
    testsFailed > 0 || status === 'error' || status === 'timed_out',
};

/** Those that fit the filter, and hold the searched text in their test, page or id. */
export function filterWall(
  sessions: readonly WallSession[],
  filter: WallFilter,
  search: string,
): WallSession[] {
  const wanted = search.trim().toLowerCase();
  return sessions.filter(
    (session) =>
      FITS[filter](session) &&
      [session.id, session.test?.title, session.tab?.title, session.tab?.url].some((text) =>
        text?.toLowerCase().includes(wanted),
      ),
  );
}
