/** Routes that start, show, list and stop sessions. */
import { decodeListQuery, encodeSessionList } from '../../contract/list';
import { headers as contractHeaders, routes } from '../../contract/routes';
import { decodeStartRequest, encodeSession } from '../../contract/session';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import { describeFully, describeSession } from '../sessions/session-urls';
import { sessionOf } from './path-session';

/** Start, status, list and stop. */
export function lifecycleRoutes(registry: SessionRegistry): Route[] {
  const stop = (exchange: Exchange): Promise<void> => stopSession(registry, exchange);
  return [
    { method: 'POST', path: routes.start, handle: (exchange) => startSession(registry, exchange) },
    {
      method: 'GET',
      path: routes.sessions,
      handle: (exchange) => listSessions(registry, exchange),
    },
    { method: 'GET', path: '/sessions/:id', handle: (exchange) => showSession(registry, exchange) },
    { method: 'DELETE', path: '/sessions/:id/stop', handle: stop },
    { method: 'POST', path: '/sessions/:id/stop', handle: stop },
  ];
}

async function startSession(registry: SessionRegistry, exchange: Exchange): Promise<void> {
  const request = decodeStartRequest(await exchange.body());
  const key = exchange.headers[contractHeaders.idempotencyKey];
  const idempotencyKey = typeof key === 'string' && key !== '' ? key : undefined;
  const session = await registry.start(request, idempotencyKey);
  if (exchange.response.destroyed && idempotencyKey === undefined) {
    await session.end({ status: 'closed', reason: 'Its caller left before it was ready.' }); // nobody will ever learn of it
    return;
  }
  exchange.json(
    encodeSession(describeSession(session, exchange.baseUrl)),
    idempotencyKey === undefined ? {} : { [contractHeaders.idempotencyKey]: idempotencyKey },
  );
}

async function showSession(registry: SessionRegistry, exchange: Exchange): Promise<void> {
  exchange.json(
    encodeSession(await describeFully(sessionOf(registry, exchange), exchange.baseUrl)),
  );
}

/** Steps are left out: they may be megabytes. All sessions of a server belong to its one key, and none is the server's own, so `only_current_token` and `include_system` ask for what is given anyway. */
function listSessions(registry: SessionRegistry, { query, baseUrl, json }: Exchange): void {
  const { status, onlyActive, page, pageSize } = decodeListQuery(query);
  const wanted = registry.all.filter(
    (session) =>
      (status === undefined || session.status === status) &&
      (!onlyActive || session.status === 'active'),
  );
  const from = (page - 1) * pageSize;
  const items = wanted
    .slice(from, from + pageSize)
    .map((session) => describeSession(session, baseUrl));
  json(
    encodeSessionList({
      items,
      page,
      pageSize,
      hasNext: wanted.length > from + pageSize,
      hasPrevious: page > 1,
    }),
  );
}

/** However a session ended, stopping it answers `closed`: clients take anything else for a failure to stop. */
async function stopSession(registry: SessionRegistry, exchange: Exchange): Promise<void> {
  const session = sessionOf(registry, exchange);
  await session.end({ status: 'closed', reason: null });
  exchange.json(
    encodeSession({ ...(await describeFully(session, exchange.baseUrl)), status: 'closed' }),
  );
}
