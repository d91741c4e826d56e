/** WebSocket upgrades: to the gateway, to the live pictures, or nowhere. Whoever may not come in gets an ordinary HTTP answer. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import type { Auth } from './http/auth';
import type { Connections } from './http/connections';
import { badRequest, notFound } from '../contract/refusals';
import { Gateway } from './gateway/gateway';
import { parseUrl } from './http/http-router';
import type { LiveView } from './viewer/live-view';
import { answerRaw } from './http/answers';
import type { SessionRegistry } from './sessions/registry';

/** 16 bytes in base64 (RFC 6455). */
const WEB_SOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Answers every upgrade request of a server. */
export class Upgrades {
  readonly #auth: Auth;
  readonly #gateway: Gateway;
  readonly #liveView: LiveView;

  constructor(parts: {
    auth: Auth;
    registry: SessionRegistry;
    liveView: LiveView;
    connections: Connections;
  }) {
    this.#auth = parts.auth;
    this.#gateway = new Gateway(parts);
    this.#liveView = parts.liveView;
  }

  /** Answers one upgrade. Never rejects. */
  async handle(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', () => stream.destroy()); // a client that vanishes is no failure of ours
    try {
      this.#auth.checkSite(request);
      checkHandshake(request);
      const { pathname } = parseUrl(request);
      if (Gateway.serves(pathname) && stream instanceof Socket)
        await this.#gateway.connect(request, stream, head);
      else if (!(await this.#liveView.accept(request, stream, head)))
        throw notFound(`There is no WebSocket at ${pathname}.`);
    } catch (error) {
      answerRaw(stream, error);
    }
  }
}

/** Other upgrades are not passed on: to a browser they would be ordinary requests. */
function checkHandshake({ headers }: IncomingMessage): void {
  const isWhole =
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    WEB_SOCKET_KEY.test(headers['sec-websocket-key'] ?? '');
  if (!isWhole)
    throw badRequest(
      400,
      'invalid_handshake',
      'This is no handshake of a WebSocket of version 13. Without one, leave the header "Upgrade" out.',
    );
}
