/** Route of the API's description. */
import { routes } from '../../contract/routes';
import type { Route } from '../http/http-router';

/** Open: it says nothing of any session. Made when asked for. */
export function openapiRoutes(): Route[] {
  return [
    {
      method: 'GET',
      path: routes.openapi,
      open: true,
      handle: async ({ baseUrl, json }) => {
        const { openapiDocument } = await import('../http/openapi');
        json(openapiDocument(baseUrl));
      },
    },
  ];
}
