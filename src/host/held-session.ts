/** One session that the host holds: how it was started, whether it is still good, its recorder, and its end. */
import { join } from 'node:path';
import type { Session } from '../client/index';
import { isSessionwrightError } from '../contract/errors';
import type { StartOptions } from '../contract/session';
import type { SessionOptions } from '../options/types';
import type { FrameStore } from '../recording/frame-store';
import type { SessionRecorder } from '../recording/session-recorder';
import { keepAwake } from './keep-awake';
import type { Ledger } from './ledger';
import type { AcquireRequest, BrowserSettings } from './protocol';
import type { Source } from './sources';

/** A session is replaced before a test when less than this is left of its maximum duration, or less than the test may take. */
const MIN_REMAINING_MS = 30_000;
/** What an embedded session may last, in minutes: its end is the end of the run, not a timer. The contract's upper bounds. */
const EMBEDDED_LIMITS = { idle: 30, max: 1440 } as const;

/** What a look at a session fails with when it has no browser any more. */
const GONE: ReadonlySet<string> = new Set([
  'session_ended',
  'not_found',
  'server_error',
  'cdp_error',
]);

/** Frames and the recorder that makes them. */
export interface Recording {
  recorder: SessionRecorder;
  frames: FrameStore;
}

/** A running session and what belongs to it. */
export class HeldSession {
  readonly session: Session;
  readonly source: Source;
  readonly startedAtMs = Date.now();
  /** Set once a test has used it, so that the next worker knows that it is not fresh. */
  used = false;
  readonly #cdpUrl: string;
  readonly #ledger: Ledger;
  readonly #folder: string;
  readonly #attached: boolean;
  #recording: Promise<Recording> | undefined;
  #sleep: (() => void) | undefined;
  #isGone = false;
  #stopped: Promise<void> | undefined;

  private constructor(
    session: Session,
    from: { source: Source; ledger: Ledger; folder: string; attached: boolean },
  ) {
    this.session = session;
    this.#cdpUrl = session.cdpUrl; // throws when a session that was attached to has ended
    this.source = from.source;
    this.#ledger = from.ledger;
    this.#folder = from.folder;
    this.#attached = from.attached;
  }

  /** Starts a session, or attaches to the one that `sessionId` names. A session of somebody else's is never stopped by us. */
  static async open(
    request: AcquireRequest,
    from: { source: Source; ledger: Ledger; workFolder: string },
  ): Promise<HeldSession> {
    const { sessionId, startTimeoutMs } = request.options;
    const session =
      sessionId === undefined
        ? await from.source.client.start({
            ...startOptions(request, from.source),
            ...(startTimeoutMs !== undefined && { startTimeoutMs }),
          })
        : await from.source.client.connect(sessionId);
    const remote = !from.source.server && sessionId === undefined;
    if (remote) await from.ledger.started({ sessionId: session.id, apiUrl: from.source.api.url });
    return new HeldSession(session, {
      ...from,
      folder: join(from.workFolder, session.id),
      attached: sessionId !== undefined,
    });
  }

  /** Where the worker connects. It makes its own pages: a blank tab of our server's would be in every trace and screenshot. */
  get cdpUrl(): string {
    return this.source.server ? `${this.#cdpUrl}&startup_page=false` : this.#cdpUrl;
  }

  /** True once a recording has been opened. */
  get isRecording(): boolean {
    return this.#recording !== undefined;
  }

  /** False when the session has ended, or would end while a test of this length runs. */
  isGood(testTimeoutMs: number): boolean {
    if (this.#stopped || this.#isGone || this.session.info.status !== 'active') return false;
    if (this.source.server) return this.source.server.isActive(this.session.id);
    const endsAtMs =
      this.session.info.createdAt.getTime() + this.session.info.maxDurationMinutes * 60_000;
    return this.#attached || endsAtMs - Date.now() > Math.max(MIN_REMAINING_MS, testTimeoutMs);
  }

  /** Asks for something that only a running browser can tell: the session may have ended without a word to us. An API that cannot be reached, or refuses, says nothing. */
  async look(): Promise<void> {
    await this.session
      .debugInfo({ updateMetadata: true })
      .catch(
        (error: unknown) => (this.#isGone = isSessionwrightError(error) && GONE.has(error.code)),
      );
  }

  /** A worker holds it from now on. The server of this host counts what goes through its gateway as use; others are told. */
  leased(): void {
    if (!this.source.server)
      this.#sleep ??= keepAwake(this.session, this.session.info.idleTimeoutMinutes * 60_000);
  }

  /** No worker holds it any more. */
  released(): void {
    this.#sleep?.();
    this.#sleep = undefined;
  }

  /** The session's recording; made on first use. */
  async recording(): Promise<Recording> {
    this.#recording ??= this.#openRecording();
    return this.#recording;
  }

  /** Stops the session, unless it is somebody else's. Idempotent; rejects when the API refuses. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.released();
    if (!this.source.server)
      await this.#recording?.then((it) => it.recorder.close()).catch(() => undefined);
    if (this.#attached) return;
    await this.session.stop();
    if (!this.source.server) await this.#ledger.stopped(this.session.id);
  }

  /** An embedded session is recorded by its server; any other through a second CDP client on its browser. */
  async #openRecording(): Promise<Recording> {
    if (this.source.server) return this.source.server.recording(this.session.id);
    const [{ WebSocketTransport }, { CdpConnection }, { FrameStore }, { SessionRecorder }] =
      await Promise.all([
        import('../cdp/web-socket-transport'),
        import('../cdp/connection'),
        import('../recording/frame-store'),
        import('../recording/session-recorder'),
      ]);
    const connection = new CdpConnection(
      await WebSocketTransport.connect(this.#cdpUrl, { timeoutMs: 30_000 }),
    );
    const frames = await FrameStore.open(this.#folder);
    return { frames, recorder: await SessionRecorder.attach(connection, frames) };
  }
}

/** What the session API is asked for: the user's options, completed by what the Playwright project says of its browser. */
function startOptions(request: AcquireRequest, source: Source): StartOptions {
  const { options, browser } = request;
  const start: StartOptions = { ...wireOptions(options) };
  if (options.cdpUrl === undefined) start.headless ??= browser.headless ?? true; // another provider's browser is as it is
  if (browser.proxy && options.proxies === undefined && options.cdpUrl === undefined)
    start.proxies = [externalProxy(browser.proxy)];
  if (source.server) {
    start.maxDurationMinutes ??= EMBEDDED_LIMITS.max;
    start.idleTimeoutMinutes ??= Math.min(EMBEDDED_LIMITS.idle, start.maxDurationMinutes);
  }
  return start;
}

/** The session options that the contract knows. */
function wireOptions(options: SessionOptions): StartOptions {
  const { apiUrl, apiKey, backend, sessionId, startTimeoutMs, executablePath, viewport, ...start } =
    options;
  return viewport ? { ...start, viewport } : start;
}

function externalProxy(proxy: NonNullable<BrowserSettings['proxy']>): {
  type: 'external';
  server: string;
  username?: string;
  password?: string;
  bypass?: string;
} {
  return {
    type: 'external',
    server: proxy.server,
    ...(proxy.username !== undefined && { username: proxy.username }),
    ...(proxy.password !== undefined && { password: proxy.password }),
    ...(proxy.bypass !== undefined && { bypass: proxy.bypass }),
  };
}
