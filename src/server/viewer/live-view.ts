/** Live pictures of a session over a WebSocket, one JPEG per binary message; its steps as text messages, there and on a socket of their own; and the viewer's own socket. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { isToken } from '../../base/tokens';
import { sockets } from '../../contract/addresses';
import { matchPath } from '../../contract/paths';
import type { FrameSink, Recorder } from '../../recording/recorder';
import { isTheirs, NOBODY } from '../accounts/account';
import type { Auth } from '../http/auth';
import type { Connections } from '../http/connections';
import { badRequest, unavailable } from '../../contract/refusals';
import { parseUrl } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';
import { endWhenGone } from './heartbeat';
import { SessionWatch } from './session-watch';
import { NORMAL_CLOSURE, type WatchOptions } from './watcher';

/** A watcher this far behind, in bytes, misses pictures until it has caught up: about 30 of them. */
const MAX_BEHIND_BYTES = 1024 * 1024;
/** The longest message that is taken, in bytes: a text that is pasted. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** How long one who finds no place should wait, in milliseconds. */
const RETRY_MS = 5_000;

/** The watchers of one session, and what takes its pictures for them: not its recording, which goes on as it would without them. */
interface Watch {
  watchers: Set<WebSocket>;
  recorder: Promise<Recorder>;
}

/**
 * Serves `/sessions/ID/debug/recording`, `/sessions/ID/debug/logs` and `/sessions/ID/viewer/live`. Whoever watches cannot drive: that takes
 * the token of the `cdp_url` too.
 */
export class LiveView {
  readonly #registry: SessionRegistry;
  readonly #auth: Auth;
  readonly #watches = new Map<LiveSession, Watch>();
  readonly #viewers = new Map<LiveSession, SessionWatch>();
  readonly #connections: Connections;
  readonly #maxWatchers: number;
  /** Sockets that are open, of each session. */
  readonly #open = new Map<string, number>();
  #sockets: Promise<WebSocketServer> | undefined;

  /** `maxWatchers`: sockets at once, of all sessions together. One session has half of them at most. */
  constructor(parts: {
    registry: SessionRegistry;
    auth: Auth;
    connections: Connections;
    maxWatchers: number;
  }) {
    this.#registry = parts.registry;
    this.#auth = parts.auth;
    this.#connections = parts.connections;
    this.#maxWatchers = parts.maxWatchers;
  }

  /**
   * Takes an upgrade request that is meant for it; false for any other.
   * @throws when the watcher may not watch, the session has ended, or there are too many watchers
   */
  async accept(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<boolean> {
    const { pathname, searchParams } = parseUrl(request);
    const recordingPath = matchPath(sockets.recording, pathname);
    const livePath = matchPath(sockets.live, pathname);
    const path = recordingPath ?? livePath ?? matchPath(sockets.logs, pathname);
    if (!path) return false;
    const known = this.#registry.get(path.sessionId);
    const token = searchParams.get('token');
    const account = this.#auth.accountOf(token) ?? NOBODY;
    if (!isToken(token, known.viewerToken) && !isTheirs(account, known.owner))
      throw badRequest(
        401,
        'unauthorized',
        `The token does not show session ${known.id}. Use its URLs as they are.`,
      );
    this.#connections.admit(stream, { link: `${known.id} viewer` });
    this.#count(stream, known.id);
    this.#sockets ??= import('ws').then(
      ({ WebSocketServer }) =>
        new WebSocketServer({
          noServer: true,
          perMessageDeflate: false,
          maxPayload: MAX_MESSAGE_BYTES,
        }),
    );
    const server = await this.#sockets;
    const session = known.ensureActive();
    const mayDrive = isToken(searchParams.get('drive'), known.cdpToken);
    const isSmall = searchParams.get('size') === 'small';
    server.handleUpgrade(request, stream, head, (socket) => {
      endWhenGone(socket);
      if (livePath) this.#join(session, socket, { isSmall, mayDrive });
      else this.#serve(session, socket, recordingPath !== undefined);
    });
    return true;
  }

  /** Viewers never take all connections, nor those of one session the room of all viewers. */
  #count(stream: Duplex, sessionId: string): void {
    const own = this.#open.get(sessionId) ?? 0;
    const all = [...this.#open.values()].reduce((sum, count) => sum + count, 0);
    const isOwnFull = own >= this.#maxWatchers / 2;
    if (isOwnFull || all >= this.#maxWatchers)
      throw unavailable(
        `${isOwnFull ? `${own} connections watch session ${sessionId}` : `${all} connections watch sessions of this server`}, which is as many as it takes. Close pages of its viewer that nobody looks at.`,
        RETRY_MS,
      );
    if (stream.destroyed) return;
    this.#open.set(sessionId, own + 1);
    stream.once('close', () => {
      const left = (this.#open.get(sessionId) ?? 0) - 1;
      if (left > 0) this.#open.set(sessionId, left);
      else this.#open.delete(sessionId);
    });
  }

  /** The page of the viewer. */
  #join(session: LiveSession, socket: WebSocket, options: WatchOptions): void {
    socket.on('error', () => socket.terminate());
    if (session.status !== 'active') {
      socket.close(NORMAL_CLOSURE); // it has ended meanwhile, which nobody will be told again
      return;
    }
    const watch =
      this.#viewers.get(session) ?? new SessionWatch(session, () => this.#viewers.delete(session));
    this.#viewers.set(session, watch);
    watch.add(socket, options);
  }

  #serve(session: LiveSession, socket: WebSocket, wantsPictures: boolean): void {
    socket.on('error', () => socket.terminate());
    const tellRest = tellSteps(session, socket);
    const forget = session.onEnd(() => {
      tellRest();
      socket.send(
        JSON.stringify({
          type: 'error',
          data: `The session ${session.id} was closed (${session.status}).`,
          timestamp: new Date().toISOString(),
        }),
      );
      socket.close(NORMAL_CLOSURE);
    });
    socket.once('close', forget);
    if (wantsPictures) this.#watch(session, socket);
  }

  /** Pictures are taken while somebody watches. */
  #watch(session: LiveSession, socket: WebSocket): void {
    const watch = this.#watches.get(session) ?? newWatch(session);
    this.#watches.set(session, watch);
    watch.watchers.add(socket);
    socket.once('close', () => {
      watch.watchers.delete(socket);
      if (watch.watchers.size > 0) return;
      this.#watches.delete(session);
      void watch.recorder.then((recorder) => recorder.close()).catch(() => {}); // it could not attach
    });
    showFromNow(watch).catch(() => socket.close(NORMAL_CLOSURE)); // the browser is going
  }
}

function newWatch({ browser }: LiveSession): Watch {
  const watchers = new Set<WebSocket>();
  const sink: FrameSink = {
    append: ({ jpeg }) =>
      watchers.forEach(
        (watcher) => watcher.bufferedAmount < MAX_BEHIND_BYTES && watcher.send(jpeg),
      ),
    cut: () => {},
  };
  const recorder = import('../../recording/session-recorder').then(({ SessionRecorder }) =>
    SessionRecorder.attach(browser.targets, sink),
  );
  return { watchers, recorder };
}

/** Starts anew, which sends the picture that is there: a newcomer has not seen it. */
async function showFromNow({ recorder }: Watch): Promise<void> {
  const it = await recorder;
  await it.stop({ lastLook: false });
  it.start({ loadMs: 0 }); // viewers want to see it load
}

/**
 * Tells of every step of the session as a text message: those so far at once, then each as it is done. A slow watcher gets each of them
 * too, later, for none is put in line before the one before it has left. Returns the function that ends it with the steps still due.
 */
function tellSteps({ trajectory }: LiveSession, socket: WebSocket): () => void {
  let told = 0;
  let isBusy = false;
  const tellNext = (onSent: () => void): boolean => {
    const next = trajectory.from(told);
    if (!next || socket.readyState !== socket.OPEN) return false;
    const { step, number } = next;
    told = number + 1;
    socket.send(
      JSON.stringify({ type: step.type, data: step.value ?? '', timestamp: timeOf(step.value) }),
      onSent,
    );
    return true;
  };
  const proceed = (): void => {
    if (isBusy) return;
    isBusy = tellNext(() => {
      isBusy = false;
      proceed();
    });
  };
  const forget = trajectory.onStep(proceed);
  socket.once('close', forget);
  proceed();
  return () => {
    forget();
    while (tellNext(() => {}));
  };
}

/** When a step was done, if it says so; steps that do not are told as they come. */
function timeOf(value: unknown): string {
  const endedAt =
    typeof value === 'object' && value !== null && 'ended_at' in value ? value.ended_at : undefined;
  return typeof endedAt === 'string' ? endedAt : new Date().toISOString();
}
