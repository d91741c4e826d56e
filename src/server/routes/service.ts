/** Handlers that say something of the server itself. They are open: they say nothing of any session. */
import type { Handlers } from './bind';

/** Health, and the description of the API, which is made when it is asked for. */
export function serviceHandlers(): Handlers<'health' | 'describeApi'> {
  return {
    health: () => ({ status: 'ok', version: '1', description: 'sessionwright session server' }),
    describeApi: async ({ baseUrl }) => {
      const { openapiDocument } = await import('../http/openapi');
      return openapiDocument(baseUrl);
    },
  };
}
