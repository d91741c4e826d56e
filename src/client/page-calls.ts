/** Calls on a session's current page: to act on it, and to read what can be done on it, what it says, and how it looks. */
import { longestActionMs } from '../contract/action-limits';
import { encodeAction, type Action } from '../contract/actions';
import { ContractError } from '../contract/errors';
import { executionResultSchema, type ExecutionResult } from '../contract/execution';
import {
  encodeObserveRequest,
  observationSchema,
  type Observation,
  type ObserveOptions,
} from '../contract/observation';
import { routes } from '../contract/routes';
import {
  encodeScrapeRequest,
  scrapedDataSchema,
  type ScrapedData,
  type ScrapeOptions,
} from '../contract/scrape';
import { single, type Call, type HttpClient } from './http';

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
  const body = encodeAction(action);
  const limitMs = longestActionMs(action) + timeoutMs;
  return http.call(
    {
      purpose,
      method: 'POST',
      path: routes.execute(id),
      body,
      timeoutMs: limitMs,
      tryTimeoutMs: limitMs,
    },
    executionResultSchema,
  );
}

/** What the page shows, and what can be done on it. */
export async function observePage(
  http: HttpClient,
  { id, purpose }: PageOf,
  options: ObserveOptions,
): Promise<Observation> {
  return http.call(
    {
      purpose,
      method: 'POST',
      path: routes.observe(id),
      body: encodeObserveRequest(options),
      isIdempotent: true,
    },
    observationSchema,
  );
}

/** What the page says. */
export async function scrapePage(
  http: HttpClient,
  { id, purpose }: PageOf,
  options: ScrapeOptions,
): Promise<ScrapedData> {
  return http.call(
    {
      purpose,
      method: 'POST',
      path: routes.scrape(id),
      body: encodeScrapeRequest(options),
      isIdempotent: true,
    },
    scrapedDataSchema,
  );
}

/** How the page looks: the bytes of a picture. */
export async function takeScreenshot(http: HttpClient, { id, purpose }: PageOf): Promise<Buffer> {
  const call: Call = {
    purpose,
    method: 'POST',
    path: routes.screenshot(id),
    headers: { accept: 'image/*' },
    isIdempotent: true,
  };
  const { status, headers, bytes } = await http.send(call);
  const type = single(headers['content-type']) ?? 'no content type';
  if (bytes.length > 0 && !/json|text/.test(type)) return bytes;
  throw new ContractError(
    `Could not ${purpose}: the answer of ${call.method} ${call.path} (${status}) is no picture (${bytes.length} bytes, ${type}). Check that the URL of the API names a session API.`,
    { code: 'contract_violation', method: call.method, path: call.path, status },
  );
}
