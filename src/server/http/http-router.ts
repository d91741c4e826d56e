/** Finds the route of a request, checks who asks, and turns whatever happens into one well-formed answer. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { beginWork, doWork } from '../../base/current-work';
import { logOf, since } from '../../base/log';
import { Pending } from '../../base/pending';
import { clipped } from '../../base/texts';
import { CLOUD_ONLY } from '../../contract/addresses';
import { matchPath } from '../../contract/paths';
import { NOBODY, type Account } from '../accounts/account';
import type { Auth } from './auth';
import type { Caller, Connections } from './connections';
import { badRequest, cloudOnly, notFound, unavailable } from '../../contract/refusals';
import { toAnswer } from './error-answer';
import { CALLERS_BODY, HeldBodies, readJsonBody, STRANGERS_BODY } from './json-body';
import { drain } from './unread-body';

const log = logOf('server');

/** Characters of a path in the log: a stranger's may have 16,000. */
const MAX_LOGGED = 300;

/** One request and the way to answer it. */
export interface Exchange {
  /** What the parameters of the route's path stand for. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** How the caller reached us, such as `http://127.0.0.1:4444`, or the public URL: URLs in answers start with it. */
  readonly baseUrl: string;
  /** Who asks; on open routes, nobody. */
  readonly account: Account;
  /** Raw, for answers that are no JSON. */
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The parsed body, read once; an empty object when there is none. */
  readonly json: () => Promise<unknown>;
  /**
   * On open routes: the URL has shown who asks. Without this, the connection ends with the answer, and soon.
   * @throws {@link OverloadedError} when the caller has as many connections as it may have
   */
  readonly admit: (caller: Caller) => void;
}

/** One route. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** Such as `/sessions/{session_id}/stop`. */
  path: string;
  /** True when the URL itself is the permission, or nothing is secret: no key is asked for. */
  open?: boolean;
  /** True when it answers only those who accept HTML: browsers that somebody looks at. */
  html?: boolean;
  handle(exchange: Exchange): Promise<void> | void;
}

/** Answers requests by a table of routes. The first one that matches counts. */
export class HttpRouter {
  readonly #routes: readonly Route[];
  readonly #auth: Auth;
  readonly #connections: Connections;
  readonly #publicBase: string | undefined;
  readonly #bodies = new HeldBodies();
  readonly #answering = new Pending();
  #isClosed = false;

  /** `publicBase`: what URLs in answers start with; how the caller reached us, where there is none. */
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
      const [path] = (request.url ?? '').split('?'); // what follows may be a token
      log(
        '%s %s %d %s',
        request.method,
        clipped(path ?? '', MAX_LOGGED),
        response.statusCode,
        since(startedMs),
      );
    });
    await this.#answering.track(this.#answer(request, response));
  }

  /** From now on every request is refused with 503. */
  close(): void {
    this.#isClosed = true;
  }

  /** Resolves when nothing is being answered any more. */
  async settled(): Promise<void> {
    await this.#answering.settled();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#auth.checkSite(request);
      const url = parseUrl(request);
      const found = this.#find(request, url.pathname);
      const account = found?.route.open ? NOBODY : this.#admitted(request);
      if (this.#isClosed) throw unavailable('The session server is closing.');
      if (!found) throw unknownCall(request.method ?? '', url.pathname);
      response.shouldKeepAlive &&= this.#connections.isKnown(request.socket);
      if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
      const { take, release } = this.#bodies.of(account);
      const limits = account === NOBODY ? STRANGERS_BODY : { ...CALLERS_BODY, take };
      const exchange: Exchange = {
        params: found.params,
        query: url.searchParams,
        headers: request.headers,
        baseUrl: this.#publicBase ?? baseUrlOf(request),
        account,
        request,
        response,
        json: async () => readJsonBody(request, limits),
        admit: (caller) => this.#connections.admit(request.socket, caller),
      };
      await this.#handle(found.route, exchange).finally(release);
    } catch (error) {
      await this.#fail(request, response, error);
    }
  }

  /** Named in the log, should it block the server. */
  async #handle(route: Route, call: Exchange): Promise<void> {
    const label = `${route.method} ${route.path}`;
    const end = beginWork(label);
    try {
      await doWork(label, () => route.handle(call));
    } finally {
      end();
    }
  }

  #admitted(request: IncomingMessage): Account {
    const account = this.#auth.account(request);
    this.#connections.admit(request.socket, { account });
    return account;
  }

  #find(
    request: IncomingMessage,
    path: string,
  ): { route: Route; params: Record<string, string> } | undefined {
    const { method = 'GET' } = request;
    for (const route of this.#routes) {
      const params =
        (method === route.method || (method === 'HEAD' && route.method === 'GET')) &&
        (route.html !== true || acceptsHtml(request)) &&
        matchPath(route.path, path);
      if (params) return { route, params };
    }
    return undefined;
  }

  async #fail(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
    const { status, headers, body } = toAnswer(error);
    const isKnown = this.#connections.isKnown(request.socket);
    const isRead = await drain(request, isKnown ? Infinity : STRANGERS_BODY.drainedBytes);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const unread = isRead && isKnown ? {} : { connection: 'close' }; // the rest of a refused body must not be read as the next request
    sendJson(response, status, { body, headers: { ...headers, ...unread } });
  }
}

/**
 * The requested path and query. Doubled and trailing slashes do not count: clients paste base URLs and paths together.
 * @throws {@link ApiError} 400 for a target that is no URL
 */
export function parseUrl(request: Pick<IncomingMessage, 'url'>): URL {
  const target = (request.url ?? '/').replace(/^\/+/, '/');
  if (!URL.canParse(target, 'http://localhost'))
    throw badRequest(400, 'invalid_url', 'The request target is not a valid URL.');
  const url = new URL(target, 'http://localhost');
  url.pathname = url.pathname.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  return url;
}

/** True for browsers that somebody looks at; clients of the API accept JSON, or anything. */
export function acceptsHtml({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.accept?.includes('text/html') ?? false;
}

/** A call that this server does not have: nobody does, or only the cloud. */
function unknownCall(method: string, path: string): Error {
  const [, area = ''] = path.split('/');
  return Object.hasOwn(CLOUD_ONLY, area)
    ? cloudOnly(
        `Only the cloud has ${CLOUD_ONLY[area] ?? area}: this session server cannot answer ${method} ${path}. Send it to https://api.notte.cc.`,
      )
    : notFound(`There is no ${method} ${path} in the session API.`);
}

/** How the caller reached us: the scheme and the host that it used. */
function baseUrlOf(request: IncomingMessage): string {
  return `http://${request.headers.host ?? `127.0.0.1:${request.socket.localPort ?? 0}`}`;
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  { body, headers = {} }: { body: object; headers?: Record<string, string> },
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  send(response, status, { bytes, headers: { 'content-type': 'application/json', ...headers } });
}

/** JSON that was made before, with a tag that changes with its content. */
export class PreparedJson {
  constructor(
    readonly bytes: Buffer,
    readonly etag: string,
  ) {}
}

/** Answers with prepared JSON; a caller that has it already is told so. */
export function sendPrepared({ request, response }: Exchange, { bytes, etag }: PreparedJson): void {
  const headers = { etag, 'content-type': 'application/json', 'cache-control': 'no-cache' };
  const isKnown = request.headers['if-none-match']?.includes(etag) ?? false;
  if (isKnown) response.writeHead(304, headers).end();
  else send(response, 200, { bytes, headers });
}

/** Answers 200 with what is no JSON. It is not to be kept, unless `cacheControl` says so. */
export function sendBytes(
  response: ServerResponse,
  bytes: Buffer,
  mediaType: string,
  cacheControl = 'no-store',
): void {
  const headers = { 'content-type': mediaType, 'cache-control': cacheControl };
  send(response, 200, { bytes, headers });
}

function send(
  response: ServerResponse,
  status: number,
  { bytes, headers }: { bytes: Buffer; headers: Record<string, string> },
): void {
  response.writeHead(status, {
    'content-length': bytes.length,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(bytes);
}
