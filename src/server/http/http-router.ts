/** Finds the route of a request, checks the caller, and answers every failure in one form. */
import type { EventEmitter } from 'node:events';
import { ServerResponse, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { doWork } from '../../base/current-work';
import { logOf, since } from '../../base/log';
import { Pending } from '../../base/pending';
import { clipped } from '../../base/texts';
import { CLOUD_ONLY } from '../../contract/addresses';
import { matchPath } from '../../contract/paths';
import { badRequest, cloudOnly, notFound, unavailable } from '../../contract/refusals';
import { NOBODY, type Account } from '../accounts/account';
import { sendJson, toAnswer } from './answers';
import type { Auth } from './auth';
import type { Caller, Connections } from './connections';
import { drain, HeldBodies, readJsonBody } from './json-body';

const log = logOf('server');

/** Longest path in the log, in characters. A path may have 16,000. */
const MAX_LOGGED = 300;

/** One request and the means to answer it. */
export interface Exchange {
  /** The parameters of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The start of URLs in answers: the public URL, or the one that the caller used, such as `http://127.0.0.1:4444`. */
  readonly baseUrl: string;
  /** The caller; `NOBODY` on open routes. */
  readonly account: Account;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborted if the caller leaves before the answer is complete. */
  readonly left: AbortSignal;
  /** The parsed body; an empty object without one. Call it once. */
  readonly json: () => Promise<unknown>;
  /**
   * Call it on open routes if the URL identifies the caller. Otherwise the connection ends with the answer.
   * @throws {@link OverloadedError} if the caller has too many connections
   */
  readonly admit: (caller: Caller) => void;
}

/** One route. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** Such as `/sessions/{session_id}/stop`. */
  path: string;
  /** True if it needs no key: the URL is the permission, or the answer is no secret. */
  open?: boolean;
  /** True if it only answers callers that accept HTML, which are web browsers. */
  html?: boolean;
  handle(exchange: Exchange): Promise<void> | void;
}

/** Answers requests by a table of routes. The first match counts. */
export class HttpRouter {
  readonly #routes: readonly Route[];
  readonly #auth: Auth;
  readonly #connections: Connections;
  readonly #publicBase: string | undefined;
  readonly #bodies = new HeldBodies();
  readonly #answering = new Pending();
  #isClosed = false;

  /** @param parts.publicBase - the start of URLs in answers. Default: the URL that the caller used */
  constructor(
    routes: readonly Route[],
    parts: { auth: Auth; connections: Connections; publicBase?: string | undefined },
  ) {
    this.#routes = routes;
    this.#auth = parts.auth;
    this.#connections = parts.connections;
    this.#publicBase = parts.publicBase;
  }

  /** Answers one request. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    response.once('close', () => {
      const [path = ''] = (request.url ?? '').split('?'); // the query may be a token
      const { method } = request;
      log('%s %s %d %s', method, clipped(path, MAX_LOGGED), response.statusCode, since(startedMs));
    });
    const answering = this.#answer(request, response).catch(async (error: unknown) =>
      this.#fail(request, response, error),
    );
    await this.#answering.track(answering);
  }

  /** Refuses every request from now on, with 503. */
  close(): void {
    this.#isClosed = true;
  }

  /** Resolves when every request so far is answered. */
  async settled(): Promise<void> {
    await this.#answering.settled();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#auth.checkSite(request);
    const { pathname, searchParams } = parseUrl(request);
    const found = this.#find(request, pathname);
    const account = found?.route.open ? NOBODY : this.#auth.account(request);
    if (account !== NOBODY) this.#connections.admit(request.socket, { account });
    if (this.#isClosed) throw unavailable('The session server is closing.');
    if (!found) throw unknownCall(request.method ?? '', pathname);
    response.shouldKeepAlive &&= this.#connections.isKnown(request.socket);
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    const body = this.#bodies.open(account);
    const exchange: Exchange = {
      params: found.params,
      query: searchParams,
      headers: request.headers,
      baseUrl: this.#publicBase ?? baseUrlOf(request),
      account,
      request,
      response,
      left: abortOnClose(response),
      json: async () => readJsonBody(request, body),
      admit: (caller) => this.#connections.admit(request.socket, caller),
    };
    const { method, path } = found.route;
    try {
      await doWork(`${method} ${path}`, () => found.route.handle(exchange));
    } finally {
      body.release();
    }
  }

  #find(
    request: IncomingMessage,
    path: string,
  ): { route: Route; params: Record<string, string> } | undefined {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    for (const route of this.#routes) {
      const isCandidate = method === route.method && (!route.html || acceptsHtml(request));
      const params = isCandidate ? matchPath(route.path, path) : undefined;
      if (params) return { route, params };
    }
    return undefined;
  }

  async #fail(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
    const { body, status, headers } = toAnswer(error);
    const isRead = await drain(request);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const isKept = isRead && this.#connections.isKnown(request.socket); // unread bytes would be taken for the next request
    sendJson(response, body, {
      status,
      headers: { ...headers, ...(!isKept && { connection: 'close' }) },
    });
  }
}

/**
 * The requested path and query. Ignores doubled and trailing slashes, because clients concatenate base URLs and paths.
 * @throws {@link ApiError} 400 for an invalid URL
 */
export function parseUrl(request: Pick<IncomingMessage, 'url'>): URL {
  const target = (request.url ?? '/').replace(/^\/+/, '/');
  if (!URL.canParse(target, 'http://localhost'))
    throw badRequest(400, 'invalid_url', 'The request target is not a valid URL.');
  const url = new URL(target, 'http://localhost');
  url.pathname = url.pathname.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  return url;
}

/** True for web browsers. Clients of the API accept JSON, or anything. */
export function acceptsHtml({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.accept?.includes('text/html') ?? false;
}

/** Aborted when the connection closes, or when a response closes before it is complete. */
export function abortOnClose(connection: EventEmitter & { destroyed: boolean }): AbortSignal {
  const left = new AbortController();
  const onClose = (): void => {
    if (!(connection instanceof ServerResponse && connection.writableFinished))
      left.abort(unavailable('The caller left.'));
  };
  if (connection.destroyed) onClose();
  else connection.once('close', onClose);
  return left.signal;
}

/** A call that only the cloud has, or no API. */
function unknownCall(method: string, path: string): Error {
  const [, area = ''] = path.split('/');
  return Object.hasOwn(CLOUD_ONLY, area)
    ? cloudOnly(
        `Only the cloud has ${CLOUD_ONLY[area] ?? area}: this session server cannot answer ${method} ${path}. Send it to https://api.notte.cc.`,
      )
    : notFound(`There is no ${method} ${path} in the session API.`);
}

function baseUrlOf(request: IncomingMessage): string {
  return `http://${request.headers.host ?? `127.0.0.1:${request.socket.localPort ?? 0}`}`;
}
