/** A tunnel through an HTTP proxy to a WebSocket endpoint: a local port for one connection. The proxy cannot read it. */
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

/** The answer to other clients; Node has none for upgrades. */
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** Advice if the connection fails and the proxy gave no reason. */
const CURE =
  'Check the proxy in the environment (HTTPS_PROXY, HTTP_PROXY), or name the host in NO_PROXY if it is reached without';

/** Options of a tunnel. */
export interface TunnelOptions {
  proxy: URL;
  /** Time limit to open the tunnel, and then for its client to connect, in milliseconds. */
  timeoutMs: number;
}

/**
 * Opens the tunnel, and returns the local URL of the endpoint for one connection. The first segment of its path is a secret, because
 * other users' programs and web pages can find the port. If the proxy refuses the port of an endpoint without TLS, returns the
 * endpoint's own URL: many proxies only allow port 443, and then the endpoint is in the local network.
 * @throws {@link CdpError} (`cdp_closed`)
 */
export async function openTunnel(target: URL, options: TunnelOptions): Promise<string> {
  let proxied: Duplex;
  try {
    proxied = await openThroughProxy(target, options);
  } catch (error) {
    const isRefused = error instanceof ProxyRefusal && error.status !== 407;
    if (isRefused && target.protocol === 'ws:') return target.href;
    const { proxy, timeoutMs } = options;
    const reason =
      error instanceof ProxyRefusal
        ? error.message
        : `${describeFailure(error, timeoutMs)}. ${CURE}`;
    throw new CdpError(
      `Could not connect to ${target.protocol}//${target.host} through the proxy ${proxy.host}: ${reason}.`,
      { code: 'cdp_closed', method: 'connect', cause: error },
    );
  }
  return listenOnce(proxied, target, options);
}

/** Connects to the host and port of a URL by `CONNECT` (RFC 9110 section 9.3.6), with TLS to the host if its scheme requires it. */
async function openThroughProxy(target: URL, { proxy, timeoutMs }: TunnelOptions): Promise<Duplex> {
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
  socket.on('error', () => socket.destroy()); // the stream on top of it reports the error
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

/** Listens on a local port, and returns the URL that connects its first client to the given connection. Refuses clients without the token. */
async function listenOnce(
  proxied: Duplex,
  target: URL,
  { timeoutMs }: TunnelOptions,
): Promise<string> {
  const token = newToken();
  const server = createServer((_, answer) => answer.writeHead(404, { connection: 'close' }).end());
  const unused = setTimeout(() => end(), timeoutMs).unref();
  const close = (): void => {
    clearTimeout(unused);
    server.close();
    server.closeAllConnections(); // an upgraded connection stays open
  };
  const end = (): void => {
    close();
    proxied.destroy();
  };
  proxied.on('error', end).once('close', end);
  server.on('upgrade', (request, local, head) => {
    local.on('error', () => local.destroy());
    const path = endpointPath(token, request);
    if (path === undefined) return void local.end(NOT_FOUND, () => local.destroy());
    close();
    proxied.write(requestFor(target, path, request));
    proxied.write(head);
    local.pipe(proxied).pipe(local);
    local.once('close', end);
    proxied.once('close', () => local.destroy());
  });
  server.unref().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.protocol = 'ws:';
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url.pathname = `/${token}${target.pathname}`;
  return url.href;
}

/** Returns the path of the endpoint if the request has the token and is not from a web page, which would send its origin. */
function endpointPath(token: string, { url = '', headers }: IncomingMessage): string | undefined {
  const [, given, path] = /^\/([^/]*)(\/.*)$/.exec(url) ?? [];
  return headers.origin === undefined && isToken(given, token) ? path : undefined;
}

/** Returns the upgrade request for this path of another host, otherwise unchanged. */
function requestFor(target: URL, path: string, { rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 1
      ? []
      : [`${name}: ${/^host$/i.test(name) ? target.host : (rawHeaders[index + 1] ?? '')}`],
  );
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** Describes the error in a few words: the message of a TLS error has many lines. */
function describeFailure(error: unknown, timeoutMs: number): string {
  const names = [error, (error as Error | undefined)?.cause].map(
    (it) => (it as Error | undefined)?.name,
  );
  if (names.includes('TimeoutError')) return `no answer within ${timeoutMs} ms`;
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith('ERR_SSL_') === true ? code : messageOf(error);
}
