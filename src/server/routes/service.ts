/** The server itself: health, readiness, the description of its API, and metrics. */
import { badRequest, unavailable } from '../../contract/refusals';
import { OPERATOR, type Accounts } from '../accounts/account';
import { sendBytes, sendJson } from '../http/answers';
import type { Route } from '../http/http-router';
import { exposition, gauge, METRICS_TYPE, type Metric } from '../metrics/exposition';
import type { ServerMetrics } from '../metrics/server-metrics';
import type { SessionRegistry } from '../sessions/registry';
import type { Handlers } from './bind';

/** What the service routes need. */
export interface ServiceParts {
  registry: SessionRegistry;
  metrics: ServerMetrics;
  /** Whether metrics need no key. */
  isMetricsPublic: boolean;
  maxSessions: number;
  accounts: Accounts;
}

/** Health, and the description of the API. */
export function serviceHandlers(registry: SessionRegistry) {
  return {
    health: () => ({
      status: statusOf(registry),
      version: '1',
      description: 'sessionwright session server',
    }),
    describeApi: async ({ baseUrl }) => {
      const { describeApi } = await import('../http/openapi');
      return describeApi(baseUrl);
    },
  } satisfies Partial<Handlers>;
}

/** `GET /ready`, for load balancers: whether the server starts sessions. `GET /metrics`, for Prometheus: it names keys, so only the operator may read it, unless it is public. */
export function serviceRoutes(parts: ServiceParts): Route[] {
  const { registry, metrics, isMetricsPublic } = parts;
  const gauges = gaugesOf(parts);
  return [
    {
      ...{ method: 'GET', path: '/ready', open: true },
      handle: ({ response }) => {
        if (registry.starts.isDraining) throw unavailable('The session server is about to end.');
        sendJson(response, { status: statusOf(registry) });
      },
    },
    {
      ...{ method: 'GET', path: '/metrics', open: isMetricsPublic },
      handle: ({ response, account }) => {
        if (!isMetricsPublic && account !== OPERATOR)
          throw badRequest(
            403,
            'forbidden',
            "GET /metrics shows the whole server. Use the server's own key (SESSIONWRIGHT_API_KEY).",
          );
        const text = exposition([...gauges, ...metrics.all]);
        sendBytes(response, Buffer.from(text), { headers: { 'content-type': METRICS_TYPE } });
      },
    },
  ];
}

function gaugesOf({ registry, maxSessions, accounts: { named } }: ServiceParts): Metric[] {
  return [
    gauge('sessionwright_sessions', 'Current sessions, by state.', () =>
      Object.entries(registry.counts).map(([state, count]) => [{ state }, count]),
    ),
    gauge('sessionwright_sessions_limit', 'Most sessions at the same time.', () => [
      [{}, maxSessions],
    ]),
    gauge('sessionwright_warm_browsers', 'Browsers that wait for a session.', () => [
      [{}, registry.starts.warm],
    ]),
    ...(named.length > 0
      ? [
          gauge('sessionwright_key_sessions', 'Running sessions, by the name of their key.', () =>
            named.map(({ name }) => [{ key: name }, registry.activeOf(name)]),
          ),
        ]
      : []),
  ];
}

function statusOf({ starts }: SessionRegistry): string {
  return starts.isDraining ? 'draining' : 'ok';
}
