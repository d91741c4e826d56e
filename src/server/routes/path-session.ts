/** The session that a request's path names. */
import { countsAsUse } from '../../contract/touching';
import type { Exchange } from '../http/http-router';
import type { AnySession, SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';

/**
 * Running or ended. Looking it up does not count as using it.
 * @throws {@link NotFoundError} when there is none
 */
export function sessionOf(registry: SessionRegistry, { params }: Exchange): AnySession {
  return registry.get(params['id'] ?? '');
}

/**
 * For a call that works with its browser, and so counts as using it, unless it says otherwise.
 * @throws {@link NotFoundError} when there is none; {@link SessionEndedError} when it has ended
 */
export function runningSessionOf(registry: SessionRegistry, exchange: Exchange): LiveSession {
  const session = sessionOf(registry, exchange).ensureActive();
  if (countsAsUse(exchange.query)) session.touch();
  return session;
}
