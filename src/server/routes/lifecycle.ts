/** Handlers that start, show, list and stop sessions. */
import { pageOf } from '../../base/page';
import { headers } from '../../contract/headers';
import { isTheirs } from '../accounts/account';
import { leavingOf } from '../http/leaving';
import type { SessionRegistry } from '../sessions/registry';
import { describeFully, describeSession } from '../sessions/session-urls';
import type { Handler, Handlers } from './bind';

/** Start, status, list and stop. */
export function lifecycleHandlers(
  registry: SessionRegistry,
): Handlers<'startSession' | 'getSession' | 'listSessions' | 'stopSession' | 'stopSessionByPost'> {
  return {
    startSession: startWith(registry),
    getSession: async ({ session, baseUrl }) => describeFully(session, baseUrl),
    listSessions: listOf(registry),
    stopSession,
    stopSessionByPost: stopSession,
  };
}

function startWith(registry: SessionRegistry): Handler<'startSession'> {
  return async ({ body, account, baseUrl, request, response }) => {
    const key = request.headers[headers.idempotencyKey];
    const idempotencyKey = typeof key === 'string' && key !== '' ? key : undefined;
    const leaving = leavingOf(response);
    const session = await registry.start(body, { account, leaving, idempotencyKey });
    if (idempotencyKey !== undefined) response.setHeader(headers.idempotencyKey, idempotencyKey);
    else if (response.destroyed)
      await session.end({ status: 'closed', reason: 'Its caller left before it was ready.' }); // nobody will ever learn of it
    return describeSession(session, baseUrl);
  };
}

/** Steps are left out: they may be megabytes. A key sees its own sessions only, the operator all of them, and none is the server's own: so `only_current_token` and `include_system` change nothing. */
function listOf(registry: SessionRegistry): Handler<'listSessions'> {
  return ({ query, account, baseUrl }) => {
    const { status, onlyActive } = query;
    const wanted = registry.all.filter(
      (session) =>
        isTheirs(account, session.owner) &&
        (status === undefined || session.status === status) &&
        (!onlyActive || session.status === 'active'),
    );
    const found = pageOf(wanted, query);
    return { ...found, items: found.items.map((session) => describeSession(session, baseUrl)) };
  };
}

/** However a session ended, stopping it answers `closed`: clients take anything else for a failure to stop. */
const stopSession: Handler<'stopSession' | 'stopSessionByPost'> = async ({ session, baseUrl }) => {
  await session.end({ status: 'closed', reason: null });
  return { ...(await describeFully(session, baseUrl)), status: 'closed' };
};
