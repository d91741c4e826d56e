/** A real HTTP server whose answers a test writes down, for what a well-behaved session API never does. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SessionsClient, type ClientOptions, type ClientWarning } from '../../../src/client/index';

/** The key that every client here uses; no error may show it. */
export const KEY = 'k-3f9a-very-secret';

export interface SeenRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

export type Handler = (request: SeenRequest, response: ServerResponse, count: number) => unknown;

export interface ScriptedApi {
  url: string;
  requests: SeenRequest[];
  close(): Promise<void>;
}

/** Answers every request with `handler`; `count` is the number of the request with this method and path, from 1. */
export async function startScriptedApi(handler: Handler): Promise<ScriptedApi> {
  const requests: SeenRequest[] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: text ? (JSON.parse(text) as unknown) : undefined,
      };
      const name = `${seen.method} ${seen.url.split('?')[0] ?? ''}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      requests.push(seen);
      handler(seen, response, count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): ServerResponse {
  return response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));
}

/** The least that a session answer holds, and a CDP URL so that nobody asks for one. */
export function sessionBody(id = 'session-1', fields: object = {}): object {
  const now = new Date().toISOString();
  return {
    session_id: id,
    idle_timeout_minutes: 3,
    created_at: now,
    last_accessed_at: now,
    status: 'active',
    cdp_url: 'ws://127.0.0.1:9/cdp?token=cdp-secret',
    ...fields,
  };
}

export function listBody(...items: object[]): object {
  return { items, page: 1, page_size: 100, has_next: false };
}

/** A client of the scripted API that keeps its warnings, and does not wait long. */
export function clientOf(
  url: string,
  options: ClientOptions = {},
): { client: SessionsClient; warnings: ClientWarning[] } {
  const warnings: ClientWarning[] = [];
  const client = new SessionsClient({
    apiUrl: url,
    apiKey: KEY,
    retryDelay: 5,
    handleSignals: false,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  return { client, warnings };
}

/** Everything that an error would show in a log. */
export function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [
    error.stack,
    JSON.stringify(error),
    error.cause === undefined ? '' : shown(error.cause),
  ].join('\n');
}

/** The error of a promise that must reject. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('Expected a rejection.');
}
