/** Sessions as the viewer's pages show them: one by itself, and all of them on the wall. */
import { settledWithin } from '../../base/deadline';
import { messageOf } from '../../base/errors';
import { withoutUrlSecrets } from '../../base/redaction';
import type { PageTarget } from '../../cdp/session-targets';
import type {
  ViewedEvent,
  ViewedSession,
  ViewedStory,
  ViewedTab,
  ViewedTest,
  Wall,
  WallSession,
} from '../../contract/viewer';
import type { HeavyWork } from '../../work/heavy-work';
import type { Job } from '../../work/job';
import { NO_WAYS_IN, type KnownSession } from '../sessions/known-session';
import type { AnySession } from '../sessions/registry';
import type { SessionTest } from '../sessions/session-tests';
import { sessionUrls } from '../sessions/known-session';
import { inOrder, viewedStep } from './viewed-events';

/** Most tests of a running session on its page: what its list shows. */
const LATEST_TESTS = 50;
/** Most sessions on the wall. Running sessions come first, then the newest ended ones. */
const MAX_SESSIONS = 200;
/** How long a browser may take to name its tabs, in milliseconds. A frozen one is shown without them. */
const TABS_TIMEOUT_MS = 500;

/** The files with the events of an ended session. */
export interface EventFiles {
  testSteps: string;
  network: string;
}

/** Reads the steps of tests, the console messages and the failed requests. The largest log takes a second on an idle machine. */
const eventsJob: Job<EventFiles, ViewedEvent[]> = { name: 'events', timeoutMs: 20_000 };

/** @param all - all its tests. Default: the newest tests of a running session */
export function viewedSession(session: KnownSession, all?: readonly SessionTest[]): ViewedSession {
  const tests = all ?? session.latestTests.slice(-LATEST_TESTS);
  return {
    id: session.id,
    status: session.status,
    reason: session.info(NO_WAYS_IN).error,
    createdMs: session.createdAt.getTime(),
    endedMs: session.endedAt?.getTime() ?? null,
    tests: tests.map(viewedTest),
    testCount: all?.length ?? session.latestTests.length + session.droppedTests,
  };
}

/**
 * The page of an ended session with a replay: the session with these tests, and its events.
 * @throws what reading the session's steps throws. If other files cannot be read, an event says so
 */
export async function viewedStory(
  session: KnownSession,
  tests: readonly ViewedTest[],
  work: HeavyWork,
): Promise<Pick<ViewedStory, 'session' | 'events'>> {
  const { testSteps, network } = session.folder;
  const steps = (await session.steps()).map((step) => viewedStep(step, null));
  const others = await work
    .for(session.id)(eventsJob, () => ({ testSteps, network }))
    .catch((error: unknown): ViewedEvent[] => {
      const title = `Could not read the console messages and the failed requests: ${messageOf(error)}`;
      return [{ kind: 'console', atMs: null, level: 'error', title, detail: '' }];
    });
  return { session: viewedSession(session, tests), events: inOrder(steps, others) };
}

/** A tab without the secrets in its URL. */
export function viewedTab({ id, title, url }: PageTarget): ViewedTab {
  return { id, title, url: withoutUrlSecrets(url) };
}

/** @param sessions - the sessions that the caller may see, newest first */
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
  const { last, done, failed } = await session.testSummary();
  const { tests: _, testCount: __, ...viewed } = viewedSession(session, []);
  const { viewer } = sessionUrls(session, baseUrl);
  return {
    ...viewed,
    test: last ? viewedTest(last) : null,
    run: last?.run ?? null,
    testsDone: done,
    testsFailed: failed,
    viewerPath: viewer.slice(new URL(viewer).origin.length),
    tab: session.status === 'active' ? await frontTab(session) : null,
    wasRecorded: session.wasRecorded,
  };
}

async function frontTab(session: AnySession): Promise<ViewedTab | null> {
  const { targets } = session.ensureActive().browser;
  await settledWithin(targets.refresh(), TABS_TIMEOUT_MS);
  return targets.front ? viewedTab(targets.front) : null;
}

/** A test without its run: a session has thousands of tests, and only the wall shows several runs. */
function viewedTest({ run: _, ...test }: SessionTest): ViewedTest {
  return test;
}
