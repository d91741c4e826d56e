/** A session as the pages of the viewer show it. */
import type { ViewedSession, ViewedTest } from '../../contract/viewer';
import { NO_WAYS_IN, type KnownSession } from '../sessions/known-session';

/** Tests that a page is told of while the session runs: what its list shows. */
const LATEST_TESTS = 50;

/** @param tests all of them, or undefined for the newest of a session that runs */
export function viewedSession(
  session: KnownSession,
  tests: readonly ViewedTest[] = session.latestTests.slice(-LATEST_TESTS),
): ViewedSession {
  return {
    id: session.id,
    status: session.status,
    reason: session.info(NO_WAYS_IN).error,
    createdMs: session.createdAt.getTime(),
    endedMs: session.endedAt?.getTime() ?? null,
    tests: [...tests],
  };
}
