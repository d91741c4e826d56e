/** The wall: what is shown of each session of a server, among the others. */
import { settledWithin } from '../../base/deadline';
import type { ViewedTab, Wall, WallSession } from '../../contract/viewer';
import type { KnownSession } from '../sessions/known-session';
import type { AnySession } from '../sessions/registry';
import { sessionUrls } from '../sessions/session-urls';
import { viewedSession, viewedTest } from './viewed-session';
import { viewedTab } from './watched-tabs';

/** Sessions on the wall: those that run, and of the others the newest ones. */
const MAX_SESSIONS = 200;
/** How long a browser may take to name its tabs, in milliseconds; one that hangs is shown without them. */
const TABS_TIMEOUT_MS = 500;

/** @param sessions those that the asker may see, newest first */
export async function viewedWall(sessions: readonly AnySession[], baseUrl: string): Promise<Wall> {
  const running = sessions.filter(({ status }) => status === 'active');
  const ended = sessions.filter(({ status }) => status !== 'active');
  const shown = [...running, ...ended].slice(0, MAX_SESSIONS);
  return {
    nowMs: Date.now(),
    sessions: await Promise.all(shown.map(async (session) => onWall(session, baseUrl))),
    left: sessions.length - shown.length,
  };
}

async function onWall(session: AnySession, baseUrl: string): Promise<WallSession> {
  const isActive = session.status === 'active';
  const { last, done, failed } = await session.testSummary();
  const { tests: _, testCount: __, ...viewed } = viewedSession(session, []);
  return {
    ...viewed,
    test: last ? viewedTest(last) : null,
    run: last?.run ?? null,
    testsDone: done,
    testsFailed: failed,
    viewerPath: pathOf(session, baseUrl),
    tab: isActive ? await tabInFront(session) : null,
    wasRecorded: session.wasRecorded,
  };
}

async function tabInFront(session: AnySession): Promise<ViewedTab | null> {
  const { targets } = session.ensureActive().browser;
  await settledWithin(targets.refresh(), TABS_TIMEOUT_MS);
  return targets.front ? viewedTab(targets.front) : null;
}

function pathOf(session: KnownSession, baseUrl: string): string {
  const { viewer } = sessionUrls(session, baseUrl);
  return viewer.slice(new URL(viewer).origin.length);
}
