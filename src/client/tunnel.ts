/** A tunnel through an HTTP proxy to a WebSocket endpoint: a port of this machine for one connection, which the proxy never sees into. */
import { once } from 'node:events';
import { createServer, request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { authorizationFor, bracketed, endpointOf, hostOf, portOf } from '../base/addresses';
import { messageOf } from '../base/errors';
import { isToken, newToken } from '../base/tokens';
import { CdpError } from '../contract/errors';
import { ProxyRefusal } from './proxy-refusal';

/** What whoever is not meant is told; Node has no answer for upgrades. */
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** What to do when there is no way through, and the proxy has said nothing of why. */
const CURE =
  'Check the proxy in the environment (HTTPS_PROXY, HTTP_PROXY), or name the host in NO_PROXY if it is reached without';

/** How to get through. */
export interface TunnelOptions {
  proxy: URL;
  /** How long it may take to get through, and how long the tunnel then waits for its connection, in milliseconds. */
  timeoutMs: number;
}

/**
 * Gets through, and returns the URL by which the endpoint is reached from here, once. The first part of its path is a secret between
 * the caller and the tunnel: programs of other users, and pages in browsers, can find the port as well. An endpoint without TLS is
 * reached straight when the proxy lets nothing through to its port: many do so to any port but 443, and it lies in the own network then.
 * @throws {@link CdpError} (`cdp_closed`)
 */
export async function openTunnel(target: URL, options: TunnelOptions): Promise<string> {
  let far: Duplex;
  try {
    far = await getThrough(target, options);
  } catch (error) {
    const isRefused = error instanceof ProxyRefusal && error.status !== 407;
    if (isRefused && target.protocol === 'ws:') return target.href;
    const { proxy, timeoutMs } = options;
    const reason =
      error instanceof ProxyRefusal ? error.message : `${whyNot(error, timeoutMs)}. ${CURE}`;
    throw new CdpError(
      `Could not connect to ${target.protocol}//${target.host} through the proxy ${proxy.host}: ${reason}.`,
      { code: 'cdp_closed', method: 'connect', cause: error },
    );
  }
  return lend(far, target, options);
}

/** A connection to the host and port of an URL, by `CONNECT` (RFC 9110 section 9.3.6), with TLS to the host where its scheme says so. */
async function getThrough(target: URL, { proxy, timeoutMs }: TunnelOptions): Promise<Duplex> {
  const signal = AbortSignal.timeout(timeoutMs);
  const place = `${bracketed(hostOf(target))}:${portOf(target)}`;
  const authorization = authorizationFor(proxy);
  const asked = (proxy.protocol === 'https:' ? requestTls : requestPlain)({
    ...endpointOf(proxy),
    method: 'CONNECT',
    path: place,
    headers: {
      host: place,
      ...(authorization !== undefined && { 'proxy-authorization': authorization }),
    },
    agent: false,
    signal,
  });
  asked.end();
  const [answer, socket] = (await once(asked, 'connect', { signal })) as [IncomingMessage, Socket];
  socket.on('error', () => socket.destroy()); // told by what is built on it
  const { statusCode = 0 } = answer;
  if (statusCode < 200 || statusCode > 299) {
    socket.destroy();
    throw new ProxyRefusal(proxy, statusCode);
  }
  if (target.protocol !== 'wss:') return socket;
  const secure = connectTls({ socket, servername: endpointOf(target).servername });
  try {
    await once(secure, 'secureConnect', { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return secure;
}

/** Lends a connection to the first who connects by the URL that it returns, at a port of this machine. It waits on when others come there. */
async function lend(far: Duplex, target: URL, { timeoutMs }: TunnelOptions): Promise<string> {
  const token = newToken();
  const server = createServer((_, answer) => answer.writeHead(404, { connection: 'close' }).end());
  const inVain = setTimeout(() => end(), timeoutMs).unref();
  const close = (): void => {
    clearTimeout(inVain);
    server.close();
    server.closeAllConnections(); // not the one that was let through
  };
  const end = (): void => {
    close();
    far.destroy();
  };
  far.on('error', end).once('close', end);
  server.on('upgrade', (request, near, head) => {
    near.on('error', () => near.destroy());
    const path = pathBehind(token, request);
    if (path === undefined) return void near.end(NOT_FOUND, () => near.destroy());
    close();
    far.write(asSentTo(target, path, request));
    far.write(head);
    near.pipe(far).pipe(near);
    near.once('close', end);
    far.once('close', () => near.destroy());
  });
  server.unref().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.protocol = 'ws:';
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url.pathname = `/${token}${target.pathname}`;
  return url.href;
}

/** What the endpoint is asked for, by one who knows the token and is no web page: those name their origin. */
function pathBehind(token: string, { url = '', headers }: IncomingMessage): string | undefined {
  const [, given, path] = /^\/([^/]*)(\/.*)$/.exec(url) ?? [];
  return headers.origin === undefined && isToken(given, token) ? path : undefined;
}

/** The request for an upgrade as it came, for this path of another host. */
function asSentTo(target: URL, path: string, { rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 1
      ? []
      : [`${name}: ${/^host$/i.test(name) ? target.host : (rawHeaders[index + 1] ?? '')}`],
  );
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** What it failed by, in a few words: the text of a TLS library's error is many lines. */
function whyNot(error: unknown, timeoutMs: number): string {
  const names = [error, (error as Error | undefined)?.cause].map(
    (it) => (it as Error | undefined)?.name,
  );
  if (names.includes('TimeoutError')) return `no answer within ${timeoutMs} ms`;
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith('ERR_SSL_') === true ? code : messageOf(error);
}
