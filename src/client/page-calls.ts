/** Calls that act on a session's current page. */
import { DEFAULT_INTERACTION_MS, encodeAction, type Action } from '../contract/actions';
import { executionResultSchema, type ExecutionResult } from '../contract/execution';
import { routes } from '../contract/routes';
import type { HttpClient } from './http';

/** Longest navigation, in milliseconds: the contract's. */
const NAVIGATION_MS = 10_000;
/** Longest script, in milliseconds: the contract's. */
const SCRIPT_MS = 45_000;
/** What the contract's own client allows for a captcha, in milliseconds. */
const CAPTCHA_MS = 100_000;
/** Longest wait for the field of a form, in milliseconds: the contract's limit of one step. */
const FIELD_MS = 8_000;

/** Executes an action. It gets its own time, and on top of it the time that any call gets. */
export async function executeAction(http: HttpClient, action: Action, { id, purpose, timeoutMs }: { id: string; purpose: string; timeoutMs: number }): Promise<ExecutionResult> {
  const body = encodeAction(action);
  const limitMs = longestMs(action) + timeoutMs;
  return http.call({ purpose, method: 'POST', path: routes.execute(id), body, timeoutMs: limitMs, tryTimeoutMs: limitMs }, executionResultSchema);
}

/** How long a server may take for an action, in milliseconds; the page that it leads to is waited for. */
function longestMs(action: Action): number {
  switch (action.type) {
    case 'wait':
      return action.timeMs;
    case 'evaluate_js':
      return SCRIPT_MS;
    case 'captcha_solve':
      return CAPTCHA_MS;
    case 'form_fill':
      return FIELD_MS * Object.keys(action.value).length;
    case 'reload':
      return 2 * NAVIGATION_MS;
    default:
      return NAVIGATION_MS + (('timeout' in action && action.timeout) || DEFAULT_INTERACTION_MS);
  }
}
