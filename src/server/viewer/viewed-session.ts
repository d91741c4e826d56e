/** A session as the pages of the viewer show it. */
import type { ViewedSession, ViewedTest } from '../../contract/viewer';
import { NO_WAYS_IN, type KnownSession } from '../sessions/known-session';
import type { SessionTest } from '../sessions/session-tests';

/** Tests that a page is told of while the session runs: what its list shows. */
const LATEST_TESTS = 50;

/** @param all its tests, or undefined for the newest of a session that runs */
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

/** A test without its run: a session has thousands of them, and only the wall has several runs. */
export function viewedTest({ run: _, ...test }: SessionTest): ViewedTest {
  return test;
}
