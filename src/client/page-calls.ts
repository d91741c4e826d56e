/** Calls that act on a session's current page. */
import { longestActionMs } from '../contract/action-limits';
import { encodeAction, type Action } from '../contract/actions';
import { executionResultSchema, type ExecutionResult } from '../contract/execution';
import { routes } from '../contract/routes';
import type { HttpClient } from './http';

/** Executes an action. It gets its own time, and on top of it the time that any call gets. */
export async function executeAction(http: HttpClient, action: Action, { id, purpose, timeoutMs }: { id: string; purpose: string; timeoutMs: number }): Promise<ExecutionResult> {
  const body = encodeAction(action);
  const limitMs = longestActionMs(action) + timeoutMs;
  return http.call({ purpose, method: 'POST', path: routes.execute(id), body, timeoutMs: limitMs, tryTimeoutMs: limitMs }, executionResultSchema);
}
