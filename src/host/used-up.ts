/** Sessions whose browser remembers what the next test must not meet. */
import { logOf } from '../base/log';
import { SessionwrightError } from '../contract/errors';
import type { HeldSession } from './held-session';
import type { AcquireRequest, SessionCheck } from './protocol';

const log = logOf('lease');

/**
 * Takes a session out of use when its browser remembers what a test must not meet.
 * @throws {@link SessionwrightError} `session_not_cleared` when no other session can take its place
 */
export function leaveUsedUp(
  held: HeldSession | undefined,
  { options }: AcquireRequest,
  { leaseId, ownContext, hasOpenContexts }: SessionCheck,
): void {
  if (!held || !ownContext || ownContext.keepState) return;
  const names = held.notForgotten(ownContext.lasting);
  if (names.length === 0) return;
  const { id } = held.session;
  const { sessionId, cdpUrl } = options;
  const attachedBy = sessionId === undefined ? 'cdpUrl' : 'sessionId';
  if ((sessionId ?? cdpUrl) !== undefined)
    throw notCleared(id, names, `it was attached to (sessionOptions.${attachedBy})`);
  if (hasOpenContexts === true) throw notCleared(id, names, 'a hook keeps a page open on it');
  log('lease %s: session %s remembers %s', leaseId, id, names.join());
  held.abandon();
}

function notCleared(id: string, names: readonly string[], why: string): SessionwrightError {
  const message = `This test cannot use session ${id}: an earlier test has set ${names.join(' and ')} there (isolation 'session'). A browser does not forget what that let in, and the session cannot be replaced: ${why}. Set the same options for all tests, or use isolation 'context'.`;
  return new SessionwrightError(message, { code: 'session_not_cleared' });
}
