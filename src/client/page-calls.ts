/** Calls on a session's current page: execute, observe, scrape, screenshot. */
import { longestActionMs } from '../contract/action-limits';
import type { Action } from '../contract/actions';
import type { ExecutionResult } from '../contract/execution';
import type { Observation, ObserveOptions } from '../contract/observation';
import type { ScrapedData, ScrapeOptions } from '../contract/scrape';
import type { HttpClient } from './http';

/** The session of the page. */
export interface PageOf {
  id: string;
  /** Completes "Could not ..." in messages. */
  purpose: string;
}

/** Executes an action. Its timeout is the action's own plus that of any call. */
export async function executeAction(
  http: HttpClient,
  action: Action,
  { id, purpose, timeoutMs }: PageOf & { timeoutMs: number },
): Promise<ExecutionResult> {
  const limitMs = longestActionMs(action) + timeoutMs;
  return http.call('executeAction', {
    purpose,
    params: { sessionId: id },
    body: action,
    timeoutMs: limitMs,
    tryTimeoutMs: limitMs,
  });
}

/** Returns what the page shows, and its possible actions. */
export async function observePage(
  http: HttpClient,
  { id, purpose }: PageOf,
  options: ObserveOptions,
): Promise<Observation> {
  return http.call('observePage', { purpose, params: { sessionId: id }, body: options });
}

/** Returns the content of the page. */
export async function scrapePage(
  http: HttpClient,
  { id, purpose }: PageOf,
  options: ScrapeOptions,
): Promise<ScrapedData> {
  return http.call('scrapePage', { purpose, params: { sessionId: id }, body: options });
}

/** Returns a picture of the page. */
export async function takeScreenshot(http: HttpClient, { id, purpose }: PageOf): Promise<Buffer> {
  return http.call('takeScreenshot', { purpose, params: { sessionId: id } });
}
