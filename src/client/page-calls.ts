/** Calls on a session's current page: to act on it, and to read what can be done on it, what it says, and how it looks. */
import { longestActionMs } from '../contract/action-limits';
import type { Action } from '../contract/actions';
import type { ExecutionResult } from '../contract/execution';
import type { Observation, ObserveOptions } from '../contract/observation';
import type { ScrapedData, ScrapeOptions } from '../contract/scrape';
import type { HttpClient } from './http';

/** Whose page it is. */
export interface PageOf {
  id: string;
  /** Completes "Could not ..." in messages. */
  purpose: string;
}

/** Executes an action. It gets its own time, and on top of it the time that any call gets. */
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

/** What the page shows, and what can be done on it. */
export async function observePage(
  http: HttpClient,
  { id, purpose }: PageOf,
  options: ObserveOptions,
): Promise<Observation> {
  return http.call('observePage', { purpose, params: { sessionId: id }, body: options });
}

/** What the page says. */
export async function scrapePage(
  http: HttpClient,
  { id, purpose }: PageOf,
  options: ScrapeOptions,
): Promise<ScrapedData> {
  return http.call('scrapePage', { purpose, params: { sessionId: id }, body: options });
}

/** How the page looks: the bytes of a picture. */
export async function takeScreenshot(http: HttpClient, { id, purpose }: PageOf): Promise<Buffer> {
  return http.call('takeScreenshot', { purpose, params: { sessionId: id } });
}
