/** The session API as a test calls it: plain HTTP, nothing of our client. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HostedServer, SessionServerOptions } from '../../../src/server/session-server';
import { DataFolder } from '../../../src/server/data/data-folder';
import { startServer } from '../../../src/server/session-server';
import { ProfileStore } from '../../../src/server/data/profiles';
import { Accounts, OPERATOR } from '../../../src/server/accounts/account';
import { SessionRegistry, type RegistryOptions } from '../../../src/server/sessions/registry';
import type { Starter } from '../../../src/server/sessions/session-starts';
import { FileStorage } from '../../../src/server/data/storage';
import { Auth } from '../../../src/server/http/auth';
import { Connections } from '../../../src/server/http/connections';
import { HeavyWork } from '../../../src/work/heavy-work';
import { ServerMetrics } from '../../../src/server/metrics/server-metrics';
import { HttpRouter, type Route } from '../../../src/server/http/http-router';

/** An answer of the API. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** The JSON object; `{ text }` for anything else. */
  body: Record<string, unknown>;
}

/** A server and the calls to it. */
export interface TestApi {
  server: HostedServer;
  call(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<ApiAnswer>;
}

/** Starts a server that records nothing, unless asked to. */
export async function startApi(options: SessionServerOptions = {}): Promise<TestApi> {
  const server = await startServer({ recording: 'on-demand', ...options });
  return { server, call: apiCaller(server.url, server.apiKey) };
}

/** Calls of an API by its URL and key. */
export function apiCaller(url: string, apiKey: string): TestApi['call'] {
  return async (method, path, { body, headers = {} } = {}) => {
    const json =
      body === undefined
        ? {}
        : {
            body: typeof body === 'string' ? body : JSON.stringify(body),
            headers: { 'content-type': 'application/json' },
          };
    const response = await fetch(url + path, {
      method,
      ...json,
      headers: { authorization: `Bearer ${apiKey}`, ...json.headers, ...headers },
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
    };
  };
}

/** Who starts sessions of a registry in a test. */
export const OPERATOR_STAYS: Starter = {
  account: OPERATOR,
  leaving: new AbortController().signal,
};

/** A registry on a folder, for tests of single routes. */
export async function openRegistry(
  workDir: string,
  options: Partial<RegistryOptions> = {},
): Promise<SessionRegistry> {
  const data = await DataFolder.open({ workDir });
  const profiles = await ProfileStore.open(data.profiles);
  const storage = new FileStorage(data);
  return new SessionRegistry({
    data,
    profiles,
    storage,
    retentionMs: 60 * 60_000,
    browser: {},
    headless: true,
    maxSessions: 2,
    maxWaiting: 0,
    maxWaitMs: 0,
    recordAlways: false,
    logAlways: true,
    warm: 0,
    minuteMs: 60_000,
    metrics: new ServerMetrics(),
    work: new HeavyWork(), // starts nothing before it is used
    ...options,
  });
}

/** Serves some routes on a free port, with the key `key`, for tests of single routes. */
export async function serveRoutes(
  routes: readonly Route[],
): Promise<{ url: string; close(): void }> {
  const connections = new Connections(1);
  const auth = new Auth(new Accounts('key'), '127.0.0.1');
  const router = new HttpRouter(routes, { auth, connections });
  const http = createServer((request, response) => void router.handle(request, response));
  http.on('connection', (socket) => connections.add(socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    http.closeAllConnections();
    http.close();
  };
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close };
}
