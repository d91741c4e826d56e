/** CDP over a WebSocket: the way to browsers that we did not start, and to sessions behind a gateway. */
import { createRequire } from 'node:module';
import { connect as connectTcp, type Socket } from 'node:net';
import type * as Ws from 'ws';
import type { RawData, WebSocket } from 'ws';
import { hostOf, isLoopback, portOf } from '../base/addresses';
import { codeOf, errorOf } from '../base/errors';
import { CdpError } from '../contract/errors';
import { IncomingText, SERVER_LIMITS, type MessageLimits } from './incoming-text';
import type { Transport } from './transport';

/** How long the connection may take, in milliseconds: Playwright's default for `connectOverCDP`. */
const CONNECT_TIMEOUT_MS = 30_000;
/** How long the other side may take to agree to the end, in milliseconds: it answers at once, unless it hangs. */
const CLOSE_TIMEOUT_MS = 1_000;

/** How to connect. */
export interface WebSocketOptions {
  /** Bound on the whole handshake, in milliseconds. @default 30000 */
  timeoutMs?: number | undefined;
  /** Extra headers of the upgrade request. */
  headers?: Record<string, string> | undefined;
  /** The largest messages. One that is larger than any of them ends the connection. @default those for a server */
  limits?: MessageLimits | undefined;
}

/** A WebSocket as a transport. Messages are not compressed: on loopback that only costs time. */
export class WebSocketTransport implements Transport {
  onmessage?: ((message: string) => void) | undefined;
  onclose?: ((reason?: Error) => void) | undefined;
  readonly #socket: WebSocket;
  /** What carries it, where that is known. */
  #tcp: Socket | undefined;

  private constructor(socket: WebSocket, limits: MessageLimits) {
    this.#socket = socket;
    const incoming = new IncomingText(limits);
    let failure: Error | undefined;
    socket.on('message', (data: RawData) => {
      try {
        incoming.add(toBuffer(data));
        this.onmessage?.(incoming.take());
      } catch (error) {
        failure = errorOf(error);
        socket.terminate();
      }
    });
    socket.on('error', (error) => (failure = isTooLarge(error) ? tooLarge(limits) : error));
    socket.once('close', () => this.onclose?.(failure));
  }

  /**
   * Connects to a CDP endpoint.
   * @param url `ws:` or `wss:`; credentials in it are sent, and never repeated in errors
   * @throws {@link CdpError} (`cdp_closed`) when the endpoint does not answer in time or refuses
   */
  static async connect(url: string, options: WebSocketOptions = {}): Promise<WebSocketTransport> {
    const target = new URL(url);
    const place = { host: hostOf(target), port: portOf(target) };
    const timeout = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
    const limits = options.limits ?? SERVER_LIMITS;
    let tcp: Socket | undefined;
    const { WebSocket } = await loadWs();
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: limits.answer,
      handshakeTimeout: timeout,
      headers: options.headers ?? {},
      ...(isLoopback(place.host) && { generateMask: noMask }),
      ...(target.protocol === 'ws:' && {
        createConnection: () => (tcp = connectTcp({ ...place, timeout })), // the bound on the handshake is the socket's
      }),
    });
    const transport = new WebSocketTransport(socket, limits);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', (cause) =>
        reject(
          new CdpError(
            `Could not connect to the browser at ${new URL(url).origin}: ${cause.message}. Check that it runs and that the URL is still valid.`,
            { code: 'cdp_closed', method: 'connect', cause },
          ),
        ),
      );
    });
    transport.#tcp = tcp;
    return transport;
  }

  send(message: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#gather();
    this.#socket.send(message);
  }

  /** What is sent before anything else goes on here leaves in one system call: that costs more than what it carries. */
  #gather(): void {
    const tcp = this.#tcp;
    if (!tcp || tcp.writableCorked > 0) return;
    tcp.cork();
    process.nextTick(() => tcp.uncork());
  }

  close(): void {
    this.#socket.close();
    setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT_MS).unref();
  }
}

/** The package, by `require` where that finds it: an import searches each of its files for names, which takes 30 ms of a worker's first test where tests are ES modules. */
export async function loadWs(): Promise<typeof Ws> {
  try {
    return createRequire(import.meta.url)('ws') as typeof Ws;
  } catch {
    return import('ws'); // bundled into a program, without the package
  }
}

/**
 * A mask that changes nothing, which saves masking. Masks keep what a page sends from looking like HTTP to proxies on the way; on
 * loopback there are none, and nothing here is sent for a page.
 */
function noMask(mask: Buffer): void {
  mask.fill(0);
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/** What `ws` says of a message beyond `maxPayload`. */
function isTooLarge(error: Error): boolean {
  return codeOf(error) === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
}

function tooLarge({ answer }: MessageLimits): Error {
  return new Error(`it sent a message of more than ${Math.round(answer / 1_000_000)} MB`);
}
