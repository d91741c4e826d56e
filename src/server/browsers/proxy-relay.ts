/**
 * Signs in to a proxy on Chromium's behalf. Chromium takes no password for a proxy on its command line, and asking for it over CDP
 * means to intercept every request, which costs time and takes HTTP authentication away from the test's own client.
 */
import type { IncomingMessage, RequestOptions, Server, ServerResponse } from 'node:http';
import { createServer, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { hostOf, portOf } from '../../base/addresses';

/** Headers that are between the browser and us only. */
const HOP_HEADERS = new Set(['proxy-authorization', 'proxy-connection']);

/** The proxy to sign in to. */
export interface ProxyAccount {
  /** `http:` or `https:`. */
  url: URL;
  username: string;
  password: string;
}

/** A proxy on loopback that passes everything on to the real one, signed in. It knows nothing of what passes. */
export class ProxyRelay {
  /** For `--proxy-server`. */
  readonly server: string;
  readonly #http: Server;
  readonly #sockets: Set<Duplex>;

  private constructor(http: Server, sockets: Set<Duplex>) {
    this.#http = http;
    this.#sockets = sockets;
    this.server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  /** Opens a relay on a free port. The caller closes it. */
  static async open(account: ProxyAccount): Promise<ProxyRelay> {
    const sockets = new Set<Duplex>();
    const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
    const http = createServer((request, response) =>
      forward(request, response, { account, authorization }),
    );
    http.on('connect', (request, client) => tunnel(request, client, { account, authorization }));
    http.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) =>
      http.once('error', reject).listen(0, '127.0.0.1', resolve),
    );
    return new ProxyRelay(http, sockets);
  }

  /** Closes the port and every connection. Safe to call twice. */
  close(): void {
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

interface Upstream {
  account: ProxyAccount;
  authorization: string;
}

/** A request for a page over plain HTTP: the browser names its whole URL. */
function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { account: { url }, authorization }: Upstream,
): void {
  const options: RequestOptions = {
    host: hostOf(url),
    port: portOf(url),
    method: request.method,
    path: request.url,
    headers: [...endToEnd(request.rawHeaders), 'proxy-authorization', authorization],
  };
  const upstream = url.protocol === 'https:' ? requestHttps(options) : requestHttp(options);
  upstream.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.rawHeaders));
    pipeline(answer, response, () => {}); // either side may leave
  });
  upstream.once('error', (error) => {
    if (response.headersSent) response.destroy();
    else
      response
        .writeHead(502, { 'content-type': 'text/plain' })
        .end(`The proxy ${url.host} cannot be reached: ${error.message}`);
  });
  pipeline(request, upstream, () => {});
  response.once('close', () => upstream.destroy()); // the browser has left: nobody waits for an answer any more
}

/** Everything else goes through a tunnel: the proxy's answer is passed on as it comes. */
function tunnel(
  request: IncomingMessage,
  client: Duplex,
  { account: { url }, authorization }: Upstream,
): void {
  const target = request.url ?? '';
  const upstream = openSocket(url);
  upstream.write(
    `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\nproxy-authorization: ${authorization}\r\n\r\n`,
  );
  pipeline(client, upstream, () => upstream.destroy());
  pipeline(upstream, client, () => client.destroy());
}

function openSocket(url: URL): Socket {
  const options = { host: hostOf(url), port: portOf(url) };
  return url.protocol === 'https:'
    ? connectTls({ ...options, servername: options.host })
    : connect(options);
}

/** Raw headers, names and values by turns, without those that end here. */
function endToEnd(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_, index) => !HOP_HEADERS.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase()),
  );
}
