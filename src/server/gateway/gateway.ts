/** The gateway: `ws://.../sessions/ID/cdp?token=...` leads to the session's browser, `ws://.../sessions/ID/playwright?token=...` to the remote Playwright, and `ws://.../sessions/connect?token=KEY` to a new browser. It forwards the upgrade, and then only joins sockets. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { authorizationFor } from '../../base/addresses';
import { isToken } from '../../base/tokens';
import { sockets } from '../../contract/addresses';
import { matchPath } from '../../contract/paths';
import { playwrightVersionsFit } from '../../contract/playwright-version';
import { badRequest, notFound } from '../../contract/refusals';
import type { Auth } from '../http/auth';
import type { Connections } from '../http/connections';
import { playwrightVersion } from '../browsers/playwright-process';
import { abortOnClose, parseUrl } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';
import { whileActive } from '../sessions/session-call';
import { openUpstream, receiveFrom } from './upstream';

/** Headers of the handshake that must reach the browser; with the client's key, the browser's answer fits the client. Compression is left out: on loopback it only costs time. */
const HANDSHAKE_HEADERS = [
  'upgrade',
  'connection',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
] as const;

/** The target of a client. */
interface Destination {
  session: LiveSession;
  /** Returns the endpoint of the browser, of one of its pages, or of the remote Playwright. */
  open: () => Promise<Endpoint>;
  /** The page, if the endpoint is one. */
  targetId: string | undefined;
  /** Open a page first, if there is none. */
  startupPage: boolean;
}

interface Endpoint {
  url: URL;
  /** Connects within this process, instead of to the host of the URL. */
  dial?: (() => Duplex) | undefined;
  /** Extra headers of the handshake. */
  headers?: Readonly<Record<string, string>>;
  /** Called when the client disconnects. */
  close?: () => void;
}

/** Connects clients to the browsers of their sessions. */
export class Gateway {
  readonly #registry: SessionRegistry;
  readonly #auth: Auth;
  readonly #connections: Connections;

  constructor(parts: { registry: SessionRegistry; auth: Auth; connections: Connections }) {
    this.#registry = parts.registry;
    this.#auth = parts.auth;
    this.#connections = parts.connections;
  }

  /** True for a path of the gateway. */
  static serves(path: string): boolean {
    return path === sockets.connect || findPath(path) !== undefined;
  }

  /**
   * Connects one client. Resolves when the sockets are joined.
   * @throws if the session does not exist or has ended, the token is wrong, the session limit is reached, or the browser is unreachable. Then nothing was answered
   */
  async connect(request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    if (parseUrl(request).pathname !== sockets.connect)
      return lead(this.#destination(request), request, client, head);
    const session = await this.#start(request, client);
    const end = (): void =>
      void session.end({ status: 'closed', reason: 'Its client disconnected.' });
    client.once('close', end);
    try {
      await lead(
        { session, open: openBrowser(session), targetId: undefined, startupPage: true },
        request,
        client,
        head,
      );
    } finally {
      if (!session.hasClients) end();
    }
  }

  async #start(request: IncomingMessage, client: Socket): Promise<LiveSession> {
    const account = this.#auth.accountOf(parseUrl(request).searchParams.get('token'));
    if (!account)
      throw badRequest(
        401,
        'unauthorized',
        `The token is not the API key. Connect to ${sockets.connect}?token=KEY, or start a session and use its cdp_url.`,
      );
    this.#connections.admit(client, { account });
    const session = await whileListening(client, async (leaving) =>
      this.#registry.start({}, { account, leaving }),
    );
    return session.ensureActive();
  }

  #destination(request: IncomingMessage): Destination {
    const { pathname, searchParams } = parseUrl(request);
    const { sessionId: id = '', targetId, isPlaywright } = findPath(pathname) ?? {};
    const known = this.#registry.get(id);
    if (!isToken(searchParams.get('token'), known.cdpToken))
      throw badRequest(
        401,
        'unauthorized',
        `The token does not open session ${id}. Use the URL of the session as it is.`,
      );
    this.#connections.admit(request.socket, { link: `${known.id} cdp`, leadsToBrowser: true });
    const session = known.ensureActive();
    if (isPlaywright) checkVersion(request.headers['user-agent']);
    return {
      session,
      open: isPlaywright ? () => session.playwright.open() : openBrowser(session, targetId),
      targetId,
      startupPage: targetId === undefined && searchParams.get('startup_page') !== 'false',
    };
  }
}

/** Does the work, and reads meanwhile, which is the only way to notice that the client disconnects. Puts the read bytes back. */
async function whileListening<T>(
  client: Socket,
  work: (leaving: AbortSignal) => Promise<T>,
): Promise<T> {
  const early: Buffer[] = [];
  const keep = (chunk: Buffer): void => void early.push(chunk);
  const leave = (): void => void client.destroy();
  client.on('data', keep).once('end', leave);
  try {
    return await work(abortOnClose(client));
  } finally {
    client.off('data', keep).off('end', leave).pause();
    if (early.length > 0) client.unshift(Buffer.concat(early));
  }
}

async function lead(
  { session, open, targetId, startupPage }: Destination,
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
): Promise<void> {
  session.touch();
  if (targetId !== undefined) await checkTarget(session, targetId);
  if (startupPage) await session.browser.ensurePage();
  const { url, dial, headers, close } = await open();
  if (close) whenClosed(client, close);
  const receive = (chunk: Buffer): boolean => passBack(session, client, chunk);
  const browser = dial ? receiveFrom(dial(), receive) : await openUpstream(url, receive);
  if (!client.readable || session.status !== 'active') {
    // the client left meanwhile, and there is no second event
    browser.destroy();
    client.destroy();
    return;
  }
  browser.write(handshake(request, url, headers));
  if (head.length > 0) browser.write(head);
  join(session, client, browser);
}

/** The endpoint of a session's browser, or of one of its pages. */
function openBrowser(session: LiveSession, targetId?: string): Destination['open'] {
  const { cdpUrl, dial, cdpHeaders: headers, hasPageEndpoints } = session.browser;
  const url = new URL(cdpUrl);
  if (targetId !== undefined && !hasPageEndpoints)
    throw notFound(
      `A Grid leads to the whole browser of session ${session.id}, and to none of its pages. Use the cdp_url.`,
    );
  if (targetId !== undefined) url.pathname = `/devtools/page/${encodeURIComponent(targetId)}`;
  return async () => ({ url, dial, headers });
}

/** Playwright's own server checks this too, but the remote Playwright does not. */
function checkVersion(userAgent = ''): void {
  const server = playwrightVersion();
  if (server === undefined)
    throw notFound('This session server has no Playwright of its own. Use the cdp_url.');
  const [, client] = /^Playwright\/(\S+)/.exec(userAgent) ?? [];
  if (client !== undefined && !playwrightVersionsFit(client, server))
    throw badRequest(
      428,
      'playwright_version',
      `Playwright ${client} cannot use the Playwright ${server} of this session server: the first two numbers must be the same. Use the cdp_url, or the same version on both sides.`,
    );
}

/** The browser would refuse too, but without an error body of the API, and it would keep the connection. */
async function checkTarget(session: LiveSession, targetId: string): Promise<void> {
  const { targetInfos } = await whileActive(session, () =>
    session.browser.connection.send('Target.getTargets', {}),
  );
  if (!targetInfos.some((target) => target.targetId === targetId))
    throw notFound(
      `The session ${session.id} has no page ${targetId}. Ask for its debug information again.`,
    );
}

function findPath(
  path: string,
): { sessionId: string; targetId?: string; isPlaywright?: true } | undefined {
  const playwright = matchPath(sockets.playwright, path);
  if (playwright) return { ...playwright, isPlaywright: true };
  return matchPath(sockets.cdp, path) ?? matchPath(sockets.pageCdp, path);
}

/** Joins the sockets byte for byte, both ways, until either closes or the session ends. When the client leaves, the session stays. */
function join(session: LiveSession, client: Socket, browser: Duplex): void {
  client.setNoDelay(true);
  const leave = session.enter();
  client.on('data', (chunk: Buffer) => {
    session.touch();
    session.cdpBytes.add('client', chunk.length);
    if (!browser.write(chunk)) client.pause(); // a slow side pauses the other one; nothing is buffered here
  });
  client.resume(); // it may be paused
  browser.on('drain', () => client.resume());
  client.on('drain', () => browser.resume());
  closeTogether(client, browser);
  closeTogether(browser, client);
  const forget = session.onEnd(() => {
    client.destroy();
    browser.destroy();
  });
  client.once('close', () => {
    leave();
    forget();
  });
}

/** Sends bytes of the browser to the client. False if the client is slow. */
function passBack(session: LiveSession, client: Socket, chunk: Buffer): boolean {
  session.touch();
  session.cdpBytes.add('browser', chunk.length);
  return client.write(chunk);
}

/** Calls back when the client disconnects, or at once if it already did. */
function whenClosed(client: Socket, then: () => void): void {
  if (client.destroyed) then();
  else client.once('close', then);
}

function closeTogether(one: Duplex, other: Duplex): void {
  one.on('end', () => other.end());
  one.on('error', () => other.destroy());
  one.on('close', () => other.destroy());
}

/** The client's upgrade request, addressed to the browser. It has no origin: Chromium refuses unknown ones. */
function handshake(
  request: IncomingMessage,
  url: URL,
  given: Readonly<Record<string, string>> = {},
): string {
  const headers = HANDSHAKE_HEADERS.flatMap((name) => {
    const value = request.headers[name];
    return value === undefined ? [] : [`${name}: ${value}`];
  });
  headers.push(...Object.entries(given).map(([name, value]) => `${name}: ${value}`));
  const authorization = authorizationFor(url);
  if (authorization !== undefined) headers.push(`authorization: ${authorization}`);
  return [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    ...headers,
    '',
    '',
  ].join('\r\n');
}
