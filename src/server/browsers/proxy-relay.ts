/**
 * Signs in to a proxy on Chromium's behalf. Chromium takes no password for a proxy on its command line, and asking for it over CDP
 * means to intercept every request, which costs time and takes HTTP authentication away from the test's own client. For the same
 * reason the relay can ask Chromium for no password either: it looks at who connects.
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
import { messageOf } from '../../base/errors';
import type { LocalConnection } from './peer-process';

/** Headers that are between the browser and us only. */
const HOP_HEADERS = new Set(['proxy-authorization', 'proxy-connection']);
/** What others than the session's browser are told. */
const NOT_YOURS = 'This proxy serves the browser of one session only.';

/** The proxy to sign in to. */
export interface ProxyAccount {
  /** `http:` or `https:`. */
  url: URL;
  username: string;
  password: string;
}

/** Tells whether somebody who has connected may use the relay. */
export type Doorkeeper = (connection: LocalConnection) => Promise<boolean>;

/** A proxy on loopback that passes everything on to the real one, signed in. It knows nothing of what passes. */
export class ProxyRelay {
  /** For `--proxy-server`. */
  readonly server: string;
  readonly #http: Server;
  readonly #sockets: Set<Duplex>;
  readonly #admitBy: (doorkeeper: Doorkeeper) => void;

  private constructor(
    http: Server,
    { sockets, admitBy }: { sockets: Set<Duplex>; admitBy: (doorkeeper: Doorkeeper) => void },
  ) {
    this.#http = http;
    this.#sockets = sockets;
    this.#admitBy = admitBy;
    this.server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  /** Opens a relay on a free port. Everybody waits until {@link ProxyRelay.admit} says who may use it. The caller closes it. */
  static async open(account: ProxyAccount): Promise<ProxyRelay> {
    const sockets = new Set<Duplex>();
    const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
    let admitBy: (doorkeeper: Doorkeeper) => void = () => undefined;
    const door = new Door(new Promise((resolve) => (admitBy = resolve)));
    const http = createServer(
      (request, response) =>
        void door
          .admits(request.socket)
          .then((isAdmitted) => {
            if (isAdmitted) forward(request, response, { account, authorization });
            else response.writeHead(403, { connection: 'close' }).end(NOT_YOURS);
          })
          .catch(() => request.socket.destroy()), // what somebody sends ends a connection, and no server
    );
    http.on('connect', (request, client: Socket) => {
      client.on('error', () => client.destroy()); // it may leave while it waits
      void door
        .admits(client)
        .then((isAdmitted) => {
          if (isAdmitted) tunnel(request, client, { account, authorization });
          else client.end(`HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n${NOT_YOURS}`);
        })
        .catch(() => client.destroy()); // the same
    });
    http.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) =>
      http.once('error', reject).listen(0, '127.0.0.1', resolve),
    );
    return new ProxyRelay(http, { sockets, admitBy });
  }

  /** Lets in whom the doorkeeper knows, and nobody else. */
  admit(doorkeeper: Doorkeeper): void {
    this.#admitBy(doorkeeper);
  }

  /** Closes the port and every connection. Safe to call twice. */
  close(): void {
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Asks the doorkeeper once for each connection. */
class Door {
  readonly #doorkeeper: Promise<Doorkeeper>;
  readonly #answers = new WeakMap<Socket, Promise<boolean>>();

  constructor(doorkeeper: Promise<Doorkeeper>) {
    this.#doorkeeper = doorkeeper;
  }

  /** Never rejects. */
  async admits(socket: Socket): Promise<boolean> {
    const connection = {
      from: { address: socket.remoteAddress, port: socket.remotePort },
      to: { address: socket.localAddress, port: socket.localPort },
    };
    const answer =
      this.#answers.get(socket) ??
      this.#doorkeeper.then((doorkeeper) => doorkeeper(connection)).catch(() => false);
    this.#answers.set(socket, answer);
    return (await answer) && !socket.destroyed; // it may have left meanwhile
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
  const fail = (why: string): void => {
    if (response.headersSent) response.destroy();
    else
      response.writeHead(502, { 'content-type': 'text/plain' }).end(`The proxy ${url.host} ${why}`);
  };
  upstream.once('response', (answer) => {
    try {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders)); // its own words for the status mean nothing, and may be unfit to pass on
    } catch (error) {
      answer.destroy();
      fail(`gives an answer that is none: ${messageOf(error)}`);
      return;
    }
    pipeline(answer, response, () => {}); // either side may leave
  });
  upstream.once('error', (error) => fail(`cannot be reached: ${error.message}`));
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
