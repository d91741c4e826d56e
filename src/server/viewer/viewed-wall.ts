/** The wall: what is shown of each session of a server, among the others. */
import { isBlank } from '../../base/addresses';
import { withoutUrlSecrets } from '../../base/redaction';
import { orAfter } from '../../base/deadline';
import type { ViewedTab, Wall, WallSession } from '../../contract/viewer';
import type { KnownSession } from '../sessions/known-session';
import type { AnySession } from '../sessions/registry';
import { sessionUrls } from '../sessions/session-urls';
import { viewedSession, viewedTest } from './viewed-session';
import { shownTexts } from './watched-tabs';

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
  const tabs = isActive ? await openTabs(session) : [];
  const { tests: _, testCount: __, ...viewed } = viewedSession(session, []);
  return {
    ...viewed,
    test: last ? viewedTest(last) : null,
    run: last?.run ?? null,
    testsDone: done,
    testsFailed: failed,
    viewerPath: pathOf(session, baseUrl),
    tab: tabs.findLast(({ url }) => !isBlank(url)) ?? tabs.at(-1) ?? null,
    wasRecorded: session.wasRecorded,
  };
}

async function openTabs(session: AnySession): Promise<ViewedTab[]> {
  const live = session.ensureActive();
  const asked = live.browser.connection.send('Target.getTargets', {}).catch(() => undefined); // it is going
  const found = await orAfter(asked, TABS_TIMEOUT_MS, undefined);
  return (found?.targetInfos ?? [])
    .filter(({ type }) => type === 'page')
    .sort((one, other) => live.tabIds.indexOf(one.targetId) - live.tabIds.indexOf(other.targetId))
    .map((info) => {
      const { title, url } = shownTexts(info);
      return { id: info.targetId, title, url: withoutUrlSecrets(url) };
    });
}

function pathOf(session: KnownSession, baseUrl: string): string {
  const { viewer } = sessionUrls(session, baseUrl);
  return viewer.slice(new URL(viewer).origin.length);
}
