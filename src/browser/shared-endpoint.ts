/**
 * Shares one WebSocket to a CDP endpoint between any number of clients. Many browser clouds start a browser for each connection, so the
 * session server, its recorder and the tests have to use the same one. Each client gets a browser session of its own
 * (`Target.attachToBrowserTarget`), and cannot tell it from a connection of its own.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { withDeadline } from '../base/deadline';
import { isRecord, parseJson } from '../base/json';
import { isToken, newToken } from '../base/tokens';
import { WORKER_LIMITS } from '../cdp/incoming-text';
import { loadWs, WebSocketTransport, type WebSocketOptions } from '../cdp/web-socket-transport';
import { CdpError, timedOut } from '../contract/errors';

/** How long a command of this class may take, in milliseconds. */
const COMMAND_MS = 10_000;
/** A client that reads so slowly that more than this waits for it is disconnected, in bytes. */
const MAX_WAITING_BYTES = 256_000_000;

/** A CDP message: a command, an answer or an event. */
interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string };
}

/** A client of the shared connection. */
interface Client {
  /** Its own CDP session; stands for "no session" in its messages. */
  readonly root: string;
  readonly socket: WebSocket;
}

/** A command that waits for its answer: one of a client, under the client's number, or one of ours. */
type Waiting =
  | { client: Client; id: number }
  | { answer: (message: Message) => void; fail: (error: Error) => void };

/** One WebSocket to a CDP endpoint, and a local endpoint for its clients. */
export class SharedEndpoint {
  /** The endpoint for clients: `ws://127.0.0.1:PORT/devtools/browser?token=…`; a page has `/devtools/page/ID`. Secret. */
  readonly url: string;
  /** Resolves when the connection to the endpoint is closed, by either side. Never rejects. */
  readonly closed: Promise<void>;
  readonly #token: string;
  readonly #upstream: WebSocketTransport;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #waiting = new Map<number, Waiting>();
  /** The client of each CDP session. */
  readonly #owners = new Map<string, Client>();
  #lastId = 0;

  private constructor(upstream: WebSocketTransport, server: Server, sockets: WebSocketServer) {
    this.#upstream = upstream;
    this.#server = server;
    this.#sockets = sockets;
    this.#token = newToken();
    const { port } = server.address() as AddressInfo;
    this.url = `ws://127.0.0.1:${port}/devtools/browser?token=${this.#token}`;
    upstream.onmessage = (text) => this.#receive(text);
    this.closed = new Promise((resolve) => {
      upstream.onclose = (reason) => {
        this.#disconnectClients();
        this.#failCommands(reason);
        resolve();
      };
    });
    server.on('upgrade', (request, socket, head) => void this.#admit(request, socket, head));
  }

  /**
   * Connects to an endpoint. `timeoutMs` applies to the connection, and again to the first answer.
   * @throws {@link CdpError} `cdp_closed` if it does not answer, or is no CDP endpoint; {@link TimeoutError} if its browser does not answer
   */
  static async open(cdpUrl: string, options: WebSocketOptions): Promise<SharedEndpoint> {
    const { WebSocketServer } = await loadWs();
    const upstream = await WebSocketTransport.connect(cdpUrl, {
      limits: WORKER_LIMITS,
      ...options,
    });
    const server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: WORKER_LIMITS.answer,
    });
    const endpoint = new SharedEndpoint(upstream, server, sockets);
    try {
      await endpoint.#check(new URL(cdpUrl).host, options.timeoutMs);
      return endpoint;
    } catch (error) {
      endpoint.close();
      throw error;
    }
  }

  /** Connects to the local endpoint within this process: faster than by {@link url}. */
  dial(): Duplex {
    const [client, server] = duplexPair();
    this.#server.emit('connection', server);
    return client;
  }

  /** Disconnects from the endpoint. Safe to call twice. */
  close(): void {
    this.#upstream.close();
    this.#disconnectClients();
  }

  /** A WebSocket that sends back what it gets also answers, but not with a version. */
  async #check(host: string, timeoutMs = COMMAND_MS): Promise<void> {
    const { result } = await withDeadline(this.#command('Browser.getVersion'), timeoutMs, () =>
      timedOut(`the browser at ${host} to report its version`, timeoutMs),
    );
    if (isRecord(result) && typeof result['product'] === 'string') return;
    throw new CdpError(
      `${host} is a WebSocket, but not a CDP endpoint. Check the URL: it must lead to a browser.`,
      { code: 'cdp_closed', method: 'Browser.getVersion' },
    );
  }

  /** Answers the upgrade when the client's CDP session exists. */
  async #admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const { pathname, searchParams } = new URL(request.url ?? '', 'ws://127.0.0.1');
    const [, targetId] = /^\/devtools\/(?:browser|page\/([\w-]+))$/.exec(pathname) ?? [];
    const root = isToken(searchParams.get('token'), this.#token)
      ? await this.#attach(targetId).catch(() => undefined)
      : undefined;
    if (root === undefined)
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else if (socket.destroyed) this.#detach(root);
    else
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        this.#serve(root, client);
      });
  }

  /** Returns the id of a new CDP session of the browser, or of one of its pages. */
  async #attach(targetId: string | undefined): Promise<string | undefined> {
    const { result } = await withDeadline(
      targetId === undefined
        ? this.#command('Target.attachToBrowserTarget')
        : this.#command('Target.attachToTarget', { targetId, flatten: true }),
      COMMAND_MS,
      () => timedOut('a session of the browser', COMMAND_MS),
    );
    return sessionIn(result);
  }

  #serve(root: string, socket: WebSocket): void {
    const client: Client = { root, socket };
    this.#owners.set(root, client);
    socket.on('message', (data) => this.#forward(client, data));
    socket.on('error', () => socket.terminate());
    socket.once('close', () => this.#leave(client));
  }

  /** Sends a client's command to the browser, under a number of ours. */
  #forward(client: Client, data: RawData): void {
    const message = parsedMessage((data as Buffer).toString('utf8'));
    if (message?.id === undefined) {
      client.socket.terminate();
      return;
    }
    const { id, sessionId = client.root } = message;
    if (this.#owners.get(sessionId) !== client) {
      const error = { code: -32_001, message: 'Session with given id not found.' };
      client.socket.send(JSON.stringify({ id, error, sessionId }));
      return;
    }
    this.#waiting.set(++this.#lastId, { client, id });
    this.#upstream.send(JSON.stringify({ ...message, id: this.#lastId, sessionId }));
  }

  async #command(method: string, params?: object): Promise<Message> {
    return new Promise((answer, fail) => {
      this.#waiting.set(++this.#lastId, { answer, fail });
      this.#upstream.send(JSON.stringify({ id: this.#lastId, method, params }));
    });
  }

  #receive(text: string): void {
    const message = parsedMessage(text);
    if (!message)
      this.close(); // no CDP
    else if (message.id !== undefined) this.#answer(message, message.id);
    else if (message.sessionId !== undefined) this.#emit(message, message.sessionId);
    else if (message.method === 'Target.detachedFromTarget')
      this.#owners.get(sessionIn(message.params) ?? '')?.socket.close(); // its page has closed
  }

  #answer(message: Message, number: number): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (!waiting) return; // the client has left
    if ('answer' in waiting) {
      waiting.answer(message);
      return;
    }
    const attached = sessionIn(message.result);
    if (attached !== undefined) this.#owners.set(attached, waiting.client);
    pass(waiting.client, { ...message, id: waiting.id });
  }

  #emit(message: Message, sessionId: string): void {
    const owner = this.#owners.get(sessionId);
    if (!owner) return;
    const session = sessionIn(message.params);
    if (session !== undefined && message.method === 'Target.attachedToTarget')
      this.#owners.set(session, owner);
    pass(owner, message);
    if (session !== undefined && message.method === 'Target.detachedFromTarget')
      this.#owners.delete(session);
  }

  /** Forgets a client. Its contexts end with its CDP session, as those of a closed connection. */
  #leave(client: Client): void {
    for (const [sessionId, owner] of this.#owners)
      if (owner === client) this.#owners.delete(sessionId);
    for (const [number, waiting] of this.#waiting)
      if ('client' in waiting && waiting.client === client) this.#waiting.delete(number);
    this.#detach(client.root);
  }

  #detach(sessionId: string): void {
    this.#command('Target.detachFromTarget', { sessionId }).catch(() => {}); // closed: its session has ended
  }

  #failCommands(reason: Error | undefined): void {
    const text = reason ? `broke: ${reason.message}` : 'was closed';
    const error = new CdpError(`The connection to the browser ${text}.`, {
      code: 'cdp_closed',
      method: 'connect',
    });
    for (const waiting of this.#waiting.values()) if ('fail' in waiting) waiting.fail(error);
    this.#waiting.clear();
  }

  #disconnectClients(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets.clients) socket.terminate();
  }
}

/** Sends a message to its client, whose own CDP session has no name there. */
function pass({ root, socket }: Client, { sessionId, ...message }: Message): void {
  if (socket.bufferedAmount > MAX_WAITING_BYTES) {
    socket.terminate();
    return;
  }
  socket.send(JSON.stringify(sessionId === root ? message : { ...message, sessionId }));
}

/** Returns undefined for anything else than a CDP message. */
function parsedMessage(text: string): Message | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const { id, sessionId } = value;
  const isValid =
    ['undefined', 'number'].includes(typeof id) &&
    ['undefined', 'string'].includes(typeof sessionId);
  return isValid ? value : undefined;
}

function sessionIn(value: unknown): string | undefined {
  const sessionId = isRecord(value) ? value['sessionId'] : undefined;
  return typeof sessionId === 'string' ? sessionId : undefined;
}
