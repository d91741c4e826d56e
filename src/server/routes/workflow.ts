/** Route that gives a session's actions as code. */
import { decodeWorkflowQuery, encodeWorkflowCode } from '../../contract/workflow-code';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import { sessionOf } from './path-session';

/** While a session runs and after it. Looking does not count as using it. */
export function workflowRoutes(registry: SessionRegistry): Route[] {
  return [
    {
      method: 'GET',
      path: '/sessions/:id/workflow/code',
      handle: (exchange) => showCode(registry, exchange),
    },
  ];
}

async function showCode(registry: SessionRegistry, exchange: Exchange): Promise<void> {
  const session = sessionOf(registry, exchange);
  const options = decodeWorkflowQuery(exchange.query);
  const { workflowCode } = await import('../workflow/workflow-code');
  exchange.json(encodeWorkflowCode(workflowCode(await session.steps(), options)));
}
