/** The WebSockets that show a running session: the viewer's own, and those of the API (pictures as JPEG messages, steps as text messages). */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { isToken } from '../../base/tokens';
import { sockets } from '../../contract/addresses';
import { matchPath } from '../../contract/paths';
import { badRequest } from '../../contract/refusals';
import { isTheirs, NOBODY } from '../accounts/account';
import type { Auth } from '../http/auth';
import type { Connections } from '../http/connections';
import { parseUrl } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';
import { NORMAL_CLOSURE, SessionWatch, type WatchOptions } from './session-watch';

/** The longest message of a viewer, in bytes: a pasted text. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** How often a viewer is pinged, in milliseconds. On a slow line, pictures arrive before the ping. */
const PING_MS = 60_000;

/**
 * Serves `/sessions/ID/debug/recording`, `/sessions/ID/debug/logs` and `/sessions/ID/viewer/live`. To control the session, a viewer also
 * needs the token of the `cdp_url`.
 */
export class LiveView {
  readonly #registry: SessionRegistry;
  readonly #auth: Auth;
  readonly #connections: Connections;
  readonly #watches = new Map<LiveSession, SessionWatch>();
  #sockets: Promise<WebSocketServer> | undefined;

  constructor(parts: { registry: SessionRegistry; auth: Auth; connections: Connections }) {
    this.#registry = parts.registry;
    this.#auth = parts.auth;
    this.#connections = parts.connections;
  }

  /**
   * Accepts an upgrade request to one of its addresses; returns false for any other.
   * @throws {@link ApiError} if the token is wrong, the session has ended, or it has too many viewers
   */
  async accept(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<boolean> {
    const { pathname, searchParams } = parseUrl(request);
    const live = matchPath(sockets.live, pathname);
    const recording = matchPath(sockets.recording, pathname);
    const path = live ?? recording ?? matchPath(sockets.logs, pathname);
    if (!path) return false;
    const known = this.#registry.get(path.sessionId);
    const token = searchParams.get('token');
    const account = this.#auth.accountOf(token) ?? NOBODY;
    if (!isToken(token, known.viewerToken) && !isTheirs(account, known.owner))
      throw badRequest(
        401,
        'unauthorized',
        `The token does not show session ${known.id}. Use its URLs unchanged.`,
      );
    this.#connections.admit(stream, { link: `${known.id} viewer` });
    const server = await this.#server();
    const session = known.ensureActive();
    const mayDrive = isToken(searchParams.get('drive'), known.cdpToken);
    const view = searchParams.get('size') === 'small' ? 'small' : 'full';
    server.handleUpgrade(request, stream, head, (socket) => {
      socket.on('error', () => socket.terminate());
      endIfUnresponsive(socket);
      if (session.status !== 'active') {
        socket.close(NORMAL_CLOSURE);
        return;
      }
      if (!live) sendSteps(session, socket);
      if (live) this.#watch(session, socket, { view, mayDrive });
      if (recording) this.#watch(session, socket, { view: 'pictures', mayDrive: false });
    });
    return true;
  }

  async #server(): Promise<WebSocketServer> {
    this.#sockets ??= import('ws').then(
      ({ WebSocketServer }) =>
        new WebSocketServer({
          noServer: true,
          perMessageDeflate: false,
          maxPayload: MAX_MESSAGE_BYTES,
        }),
    );
    return this.#sockets;
  }

  #watch(session: LiveSession, socket: WebSocket, options: WatchOptions): void {
    const watch =
      this.#watches.get(session) ?? new SessionWatch(session, () => this.#watches.delete(session));
    this.#watches.set(session, watch);
    watch.add(socket, options);
  }
}

/** Ends a socket that does not answer a ping before the next one: its laptop was closed, or its network was cut. */
export function endIfUnresponsive(socket: WebSocket): void {
  let hasAnswered = true;
  const pinging = setInterval(() => {
    if (!hasAnswered) {
      socket.terminate();
      return;
    }
    hasAnswered = false;
    socket.ping();
  }, PING_MS).unref();
  socket.on('pong', () => (hasAnswered = true));
  socket.once('close', () => clearInterval(pinging));
}

/** Sends the steps so far, each new step, and the end of the session. Sends one step at a time: a slow client gets them later. */
function sendSteps(session: LiveSession, socket: WebSocket): void {
  const { trajectory } = session;
  let sent = 0;
  let isSending = false;
  const sendNext = (onSent?: () => void): boolean => {
    const next = trajectory.from(sent);
    if (!next || socket.readyState !== socket.OPEN) return false;
    const { type, value } = next.step;
    sent = next.number + 1;
    const timestamp = timeOf(value);
    socket.send(JSON.stringify({ type, data: value ?? '', timestamp }), onSent);
    return true;
  };
  const proceed = (): void => {
    if (isSending) return;
    isSending = sendNext(() => {
      isSending = false;
      proceed();
    });
  };
  const unsubscribe = [
    trajectory.subscribe(proceed),
    session.onEnd(() => {
      while (sendNext());
      const data = `The session ${session.id} was closed (${session.status}).`;
      socket.send(JSON.stringify({ type: 'error', data, timestamp: new Date().toISOString() }));
      socket.close(NORMAL_CLOSURE);
    }),
  ];
  socket.once('close', () => unsubscribe.forEach((stop) => stop()));
  proceed();
}

/** When a step ended; now, for steps without a time. */
function timeOf(value: unknown): string {
  const endedAt =
    typeof value === 'object' && value !== null && 'ended_at' in value ? value.ended_at : undefined;
  return typeof endedAt === 'string' ? endedAt : new Date().toISOString();
}
