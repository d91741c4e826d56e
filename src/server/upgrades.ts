/** Routes WebSocket upgrades to the gateway or the live view. Refused ones get an ordinary HTTP answer. */
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

/** Returns the function that answers upgrade requests. It never rejects. */
export function upgradeHandler(parts: {
  auth: Auth;
  registry: SessionRegistry;
  liveView: LiveView;
  connections: Connections;
}): (request: IncomingMessage, stream: Duplex, head: Buffer) => Promise<void> {
  const { auth, liveView } = parts;
  const gateway = new Gateway(parts);
  return async (request, stream, head) => {
    stream.on('error', () => stream.destroy()); // the client has left
    try {
      auth.checkSite(request);
      checkHandshake(request);
      const { pathname } = parseUrl(request);
      if (Gateway.serves(pathname) && stream instanceof Socket)
        await gateway.connect(request, stream, head);
      else if (!(await liveView.accept(request, stream, head)))
        throw notFound(`There is no WebSocket at ${pathname}.`);
    } catch (error) {
      answerRaw(stream, error);
    }
  };
}

/** Refuses other upgrades, because a browser would take them as ordinary requests. */
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
