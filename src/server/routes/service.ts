/** What the server says of itself, to everybody: nothing of any session. */
import { unavailable } from '../../contract/refusals';
import { sendJson, type Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { Handlers } from './bind';

/** Health, and the description of the API, which is made when it is asked for. */
export function serviceHandlers(registry: SessionRegistry): Handlers<'health' | 'describeApi'> {
  return {
    health: () => ({
      status: statusOf(registry),
      version: '1',
      description: 'sessionwright session server',
    }),
    describeApi: async ({ baseUrl }) => {
      const { openapiDocument } = await import('../http/openapi');
      return openapiDocument(baseUrl);
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

function statusOf({ isDraining }: SessionRegistry): string {
  return isDraining ? 'draining' : 'ok';
}
