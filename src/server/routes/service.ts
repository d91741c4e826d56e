/** What the server says of itself: nothing of any single session. */
import { badRequest, unavailable } from '../../contract/refusals';
import { OPERATOR, type Accounts } from '../accounts/account';
import { exposition, gauge, METRICS_TYPE, type Metric } from '../metrics/exposition';
import type { ServerMetrics } from '../metrics/server-metrics';
import { sendBytes, sendJson, type Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { Handlers } from './bind';

/** Health, and the description of the API, which is made once, when it is first requested. */
export function serviceHandlers(registry: SessionRegistry): Handlers<'health' | 'describeApi'> {
  return {
    health: () => ({
      status: statusOf(registry),
      version: '1',
      description: 'sessionwright session server',
    }),
    describeApi: async ({ baseUrl }) => {
      const { openapiFile } = await import('../http/openapi');
      return openapiFile(baseUrl);
    },
  };
}

/** Whether sessions should be asked for here, for those who share them out. Beside the contract's `/health`, which answers 200 as long as the server lives. */
export function readyRoute(registry: SessionRegistry): Route {
  return {
    method: 'GET',
    path: '/ready',
    open: true,
    handle: ({ response }) => {
      if (registry.isDraining) throw unavailable('The session server is about to end.');
      sendJson(response, 200, { body: { status: statusOf(registry) } });
    },
  };
}

/** What Prometheus collects. */
export interface MetricsRouteParts {
  registry: SessionRegistry;
  metrics: ServerMetrics;
  /** Whether it needs no key. */
  isPublic: boolean;
  maxSessions: number;
  accounts: Accounts;
}

/** `GET /metrics`: for the operator, since it names every key, unless it is for everybody. */
export function metricsRoute({
  registry,
  metrics,
  isPublic,
  maxSessions,
  accounts,
}: MetricsRouteParts): Route {
  const now = [
    gauge('sessionwright_sessions', 'Sessions now, by state.', () =>
      Object.entries(registry.counts).map(([state, count]) => [{ state }, count]),
    ),
    gauge('sessionwright_sessions_limit', 'Sessions that there may be at once.', () => [
      [{}, maxSessions],
    ]),
    gauge(
      'sessionwright_warm_browsers',
      'Browsers that wait for a session, ready to begin.',
      () => [[{}, registry.warm]],
    ),
    ...(accounts.named.length > 0 ? [quotas(registry, accounts)] : []),
  ];
  return {
    method: 'GET',
    path: '/metrics',
    open: isPublic,
    handle: ({ response, account }) => {
      if (!isPublic && account !== OPERATOR)
        throw badRequest(
          403,
          'forbidden',
          'GET /metrics tells of the whole server, and is for its own key (SESSIONWRIGHT_API_KEY). Ask with that one.',
        );
      sendBytes(response, Buffer.from(exposition([...now, ...metrics.all])), METRICS_TYPE);
    },
  };
}

function quotas(registry: SessionRegistry, { named }: Accounts): Metric {
  return gauge('sessionwright_key_sessions', 'Sessions that run, by the name of their key.', () =>
    named.map(({ name }) => [{ key: name }, registry.activeOf(name)]),
  );
}

function statusOf({ isDraining }: SessionRegistry): string {
  return isDraining ? 'draining' : 'ok';
}
