/** WebSocket upgrades: to the gateway, to the live pictures, or nowhere. Whoever may not come in gets an ordinary HTTP answer. */
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import type { Auth } from './auth';
import { notFound, toAnswer } from '../errors';
import { Gateway } from '../gateway/gateway';
import { parseUrl } from './http-router';
import type { LiveView } from '../viewer/live-view';
import type { SessionRegistry } from '../sessions/registry';

/** Answers every upgrade request of a server. */
export class Upgrades {
  readonly #auth: Auth;
  readonly #gateway: Gateway;
  readonly #liveView: LiveView;

  constructor(parts: { auth: Auth; registry: SessionRegistry; liveView: LiveView }) {
    this.#auth = parts.auth;
    this.#gateway = new Gateway(parts.registry);
    this.#liveView = parts.liveView;
  }

  /** Answers one upgrade. Never rejects. */
  async handle(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', () => stream.destroy()); // a client that vanishes is no failure of ours
    try {
      this.#auth.checkSite(request);
      const { pathname } = parseUrl(request);
      if (Gateway.serves(pathname) && stream instanceof Socket) await this.#gateway.connect(request, stream, head);
      else if (!(await this.#liveView.accept(request, stream, head))) throw notFound(`There is no WebSocket at ${pathname}.`);
    } catch (error) {
      refuse(stream, error);
    }
  }
}

/** Says in HTTP why the upgrade is refused. */
function refuse(stream: Duplex, error: unknown): void {
  const { status, headers, body } = toAnswer(error);
  const text = JSON.stringify(body);
  const lines = Object.entries({ ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), connection: 'close' });
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${text}`);
}
