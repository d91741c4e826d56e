/**
 * Signs in to a proxy on Chromium's behalf. Chromium takes no proxy password on its command line. Sending it over CDP would intercept
 * every request, which costs time and takes HTTP authentication away from the test's own client. For the same reason the relay cannot
 * ask Chromium for a password either: it checks which process connects.
 */
import type { IncomingMessage, RequestOptions, ServerResponse } from 'node:http';
import { createServer, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { basicAuthorization, endpointOf } from '../../base/addresses';
import { messageOf } from '../../base/errors';
import type { LocalConnection } from './peer-process';

/** Headers for one hop only. */
const HOP_HEADERS = new Set(['proxy-authorization', 'proxy-connection']);
/** The answer to other processes than the session's browser. */
const FORBIDDEN = 'This proxy serves the browser of one session only.';

/** The proxy to sign in to. */
export interface ProxyAccount {
  /** `http:` or `https:`. */
  url: URL;
  username: string;
  password: string;
}

/** Whether a connection may use the relay. */
export type Doorkeeper = (connection: LocalConnection) => Promise<boolean>;

/** A proxy on loopback that passes everything on to the real one, signed in. It does not look into the traffic. */
export class ProxyRelay {
  readonly #url: URL;
  readonly #authorization: string;
  readonly #http = createServer((request, response) => {
    this.#check(request.socket, (isAdmitted) => {
      if (isAdmitted) this.#forward(request, response);
      else response.writeHead(403, { connection: 'close' }).end(FORBIDDEN);
    });
  });
  readonly #sockets = new Set<Socket>();
  readonly #admitted = new WeakMap<Socket, Promise<boolean>>();
  readonly #doorkeeper: Promise<Doorkeeper>;
  #setDoorkeeper: (doorkeeper: Doorkeeper) => void = () => undefined;

  private constructor({ url, username, password }: ProxyAccount) {
    this.#url = url;
    this.#authorization = basicAuthorization(username, password);
    this.#doorkeeper = new Promise((resolve) => (this.#setDoorkeeper = resolve));
    this.#http.on('connect', (request, client: Socket) => {
      client.on('error', () => client.destroy()); // it may leave while it waits
      this.#check(client, (isAdmitted) => {
        if (isAdmitted) this.#tunnel(request.url ?? '', client);
        else client.end(`HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n${FORBIDDEN}`);
      });
    });
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Opens a relay on a free port. Connections wait until {@link ProxyRelay.admit} is called. The caller closes it. */
  static async open(account: ProxyAccount): Promise<ProxyRelay> {
    const relay = new ProxyRelay(account);
    await new Promise<void>((resolve, reject) =>
      relay.#http.once('error', reject).listen(0, '127.0.0.1', resolve),
    );
    return relay;
  }

  /** For `--proxy-server`. */
  get server(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** Admits the connections that the doorkeeper knows, and no others. */
  admit(doorkeeper: Doorkeeper): void {
    this.#setDoorkeeper(doorkeeper);
  }

  /** Closes the port and every connection. Safe to call twice. */
  close(): void {
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Asks the doorkeeper once for each connection. A malformed request ends its connection, not the server. */
  #check(socket: Socket, then: (isAdmitted: boolean) => void): void {
    const admitted = this.#admitted.get(socket) ?? this.#ask(socket).catch(() => false);
    this.#admitted.set(socket, admitted);
    admitted
      .then((isAdmitted) => then(isAdmitted && !socket.destroyed))
      .catch(() => socket.destroy());
  }

  async #ask(socket: Socket): Promise<boolean> {
    const connection = {
      from: { address: socket.remoteAddress, port: socket.remotePort },
      to: { address: socket.localAddress, port: socket.localPort },
    };
    const doorkeeper = await this.#doorkeeper;
    return doorkeeper(connection);
  }

  /** Passes on a request over plain HTTP: its path is a whole URL. */
  #forward(request: IncomingMessage, response: ServerResponse): void {
    const options: RequestOptions = {
      ...endpointOf(this.#url),
      method: request.method,
      path: request.url,
      headers: [...endToEnd(request.rawHeaders), 'proxy-authorization', this.#authorization],
    };
    const upstream = this.#isTls ? requestHttps(options) : requestHttp(options);
    const fail = (why: string): void => {
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(502, { 'content-type': 'text/plain' })
          .end(`The proxy ${this.#url.host} ${why}`);
    };
    upstream.once('response', (answer) => {
      try {
        response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders)); // without the reason phrase, which may be invalid
      } catch (error) {
        answer.destroy();
        fail(`sent an invalid answer: ${messageOf(error)}`);
        return;
      }
      pipeline(answer, response, () => {}); // either side may leave
    });
    upstream.once('error', (error) => fail(`cannot be reached: ${error.message}`));
    pipeline(request, upstream, () => {});
    response.once('close', () => upstream.destroy()); // the browser may have left before the answer
  }

  /** Passes on everything else through a tunnel, with the proxy's own answer. */
  #tunnel(target: string, client: Socket): void {
    const endpoint = endpointOf(this.#url);
    const upstream = this.#isTls ? connectTls(endpoint) : connect(endpoint);
    upstream.write(
      `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\nproxy-authorization: ${this.#authorization}\r\n\r\n`,
    );
    pipeline(client, upstream, () => upstream.destroy());
    pipeline(upstream, client, () => client.destroy());
  }

  get #isTls(): boolean {
    return this.#url.protocol === 'https:';
  }
}

/** Raw headers, names and values by turns, without those for one hop. */
function endToEnd(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_, index) => !HOP_HEADERS.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase()),
  );
}
