/** The session that a call works on, for calls that need one that runs. */
import { touchingQuerySchema } from '../../contract/operations';
import type { Exchange } from '../http-router';
import type { SessionRegistry } from '../registry';
import type { LiveSession } from '../session';

/** Finds the session of a call. The call counts as using it. */
export function runningIn(registry: SessionRegistry): (exchange: Exchange) => LiveSession {
  return ({ params, query }) => {
    const session = registry.get(params['id'] ?? '').ensureActive();
    touchingQuerySchema.parse(Object.fromEntries(query), { reportInput: true });
    session.touch();
    return session;
  };
}
