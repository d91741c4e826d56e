/** The client of a session API: starts, finds and stops sessions. */
import * as z from 'zod';

import { Pending } from '../base/pending';
import { checkOptions } from '../contract/checks';
import type { Cookie } from '../contract/cookies';
import { SessionwrightError } from '../contract/errors';
import type { ListOptions, SessionList } from '../contract/list';
import type { SessionInfo, StartOptions } from '../contract/session';
import { AccountFiles } from './files';
import { HttpClient } from './http';
import {
  checkStartOptions,
  resolveClientOptions,
  type OptionsOf,
  type ResolvedClientOptions,
  type StartSessionOptions,
} from './options';
import { Profiles } from './profiles';
import { RemoteSession, type SessionSetup } from './session';
import { fetchSession, requestStop } from './session-calls';
import { onProcessEnd } from './signals';
import { startSession } from './start-session';

/** Options of a {@link SessionsClient}. */
export type ClientOptions = OptionsOf<Session>;

/** Options of {@link SessionsClient.connect}. */
export interface ConnectOptions {
  /** Whether disposing the object, or closing the client, stops the session. @default false */
  stopOnDispose?: boolean | undefined;
}

/**
 * A remote browser session. Created by {@link SessionsClient}.
 *
 * `await using` stops a session that the client started. Failures while disposing are warnings, so that they hide no error of the block.
 */
export class Session extends RemoteSession {
  /** The client that created it. */
  readonly client: SessionsClient;

  /** @internal Called by the client. */
  constructor(client: SessionsClient, setup: SessionSetup) {
    super(setup);
    this.client = client;
  }
}

const connectSchema = z.strictObject({ stopOnDispose: z.boolean().optional() });

/**
 * A client of a session API: that of the cloud, of a self-hosted or of an embedded server.
 *
 * `close()`, `await using` and signals that end the process stop the active sessions that it started.
 */
export class SessionsClient implements AsyncDisposable {
  /** Uploads of the account. */
  readonly files: AccountFiles;
  /** Profiles of the account. */
  readonly profiles: Profiles;
  readonly #options: ResolvedClientOptions<Session>;
  readonly #http: HttpClient;
  /** Session objects that are not released. */
  readonly #sessions = new Set<Session>();
  readonly #starting = new Pending();
  /** Aborted when the process is about to end: then starts stop waiting for free capacity. */
  readonly #ending = new AbortController();
  #forgetProcessEnd: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Sends no request.
   * @throws {@link AuthenticationError} without a key; {@link OptionsError} for an invalid option
   */
  constructor(options: ClientOptions = {}) {
    this.#options = resolveClientOptions(options);
    this.#http = new HttpClient(this.#options);
    this.files = new AccountFiles(this.#http);
    this.profiles = new Profiles(this.#http);
  }

  /** Base URL of the API, without a trailing slash. */
  get apiUrl(): string {
    return this.#options.apiUrl;
  }

  /**
   * Starts a session. If a later step fails (cookies, `onStart`), stops the session and throws the error.
   * @throws {@link OptionsError} for invalid options, {@link CookieFileError} for an invalid file (both before any request), {@link ApiError}
   */
  async start(options: StartSessionOptions = {}): Promise<Session> {
    if (this.#closing ?? this.#ending.signal.aborted)
      throw new SessionwrightError('Could not start a session: this client is closed.', {
        code: 'client_closed',
      });
    const timeoutMs = checkStartOptions(options);
    const {
      cookieFile,
      startTimeout: _,
      signal,
      onFull,
      idempotencyKey,
      onUnclear,
      ...wanted
    } = options;
    const cookies =
      cookieFile === undefined
        ? undefined
        : { path: cookieFile, cookies: await readCookies(cookieFile) };
    const starting = this.#start(wanted, {
      cookies,
      timeoutMs,
      cdpUrl: wanted.cdpUrl,
      signal,
      onFull,
      idempotencyKey,
      onUnclear,
    });
    return this.#tracked(starting);
  }

  /**
   * Returns an object for an existing session, active or ended. By default, disposing it does not stop the session.
   * @throws {@link NotFoundError} if the session does not exist
   */
  async connect(sessionId: string, options: ConnectOptions = {}): Promise<Session> {
    checkOptions('Cannot connect with these options', connectSchema, options);
    const info = await this.status(sessionId);
    const session = this.#adopt(info, { stopsOnDispose: options.stopOnDispose ?? false });
    try {
      await session.prepare(undefined);
    } catch (error) {
      this.#sessions.delete(session);
      throw error;
    }
    return session;
  }

  /** Returns the API's information about a session. */
  async status(sessionId: string): Promise<SessionInfo> {
    return fetchSession(this.#http, sessionId);
  }

  /** Returns one page of the sessions of this key; by default only active ones. */
  async list(options: ListOptions = {}): Promise<SessionList> {
    const list = await this.#http.call('listSessions', {
      purpose: 'list sessions',
      query: options,
    });
    const { status } = options; // the cloud ignores it, so we filter its pages here
    return status === undefined
      ? list
      : { ...list, items: list.items.filter((item) => item.status === status) };
  }

  /**
   * Stops a session by its id. Succeeds if it had already ended.
   * @throws {@link NotFoundError} if the session does not exist
   */
  async stop(sessionId: string): Promise<SessionInfo> {
    const session = [...this.#sessions].find(({ id }) => id === sessionId);
    return session ? session.stop() : requestStop(this.#http, sessionId);
  }

  /** Stops all active sessions that this client started, and closes its connections. Failures are warnings. */
  async close(): Promise<void> {
    this.#closing ??= this.#disposeAll().then(async () => this.#http.close());
    return this.#closing;
  }

  /** The same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(wanted: StartOptions, { cookies, cdpUrl, ...start }: StartSteps): Promise<Session> {
    const info = await startSession(wanted, {
      http: this.#http,
      backoff: this.#options,
      giveUp: this.#ending.signal,
      ...start,
      onWarning: this.#options.onWarning,
      isOwn: (id) => [...this.#sessions].some((session) => session.id === id),
    });
    const session = this.#adopt(info, { cdpUrl, stopsOnDispose: true });
    try {
      await session.prepare(cookies);
      await this.#options.onStart(session);
    } catch (error) {
      await session[Symbol.asyncDispose]();
      if (session.info.status === 'active') start.onUnclear?.(); // the stop failed
      throw error;
    }
    return session;
  }

  #adopt(
    info: SessionInfo,
    { cdpUrl, stopsOnDispose }: { cdpUrl?: string | undefined; stopsOnDispose: boolean },
  ): Session {
    const onReleased = () => {
      this.#sessions.delete(session);
      this.#watchProcess();
    };
    const session = new Session(this, {
      http: this.#http,
      options: this.#options,
      info,
      cdpUrl,
      stopsOnDispose,
      onReleased,
    });
    this.#sessions.add(session);
    this.#watchProcess();
    return session;
  }

  /** Registers a start, so that `close()` waits for it. */
  async #tracked<T>(starting: Promise<T>): Promise<T> {
    const tracked = this.#starting.track(starting);
    this.#watchProcess();
    return tracked.finally(() => this.#watchProcess());
  }

  /** Listens for the end of the process only while there are sessions to stop. */
  #watchProcess(): void {
    const isNeeded =
      this.#starting.size > 0 || [...this.#sessions].some((session) => session.stopsOnDispose);
    if (isNeeded && this.#options.handleSignals) {
      this.#forgetProcessEnd ??= onProcessEnd(async () => {
        this.#ending.abort();
        await this.#disposeAll();
      });
    } else {
      this.#forgetProcessEnd?.();
      this.#forgetProcessEnd = undefined;
    }
  }

  async #disposeAll(): Promise<void> {
    await this.#starting.settled();
    await Promise.all([...this.#sessions].map(async (session) => session[Symbol.asyncDispose]()));
  }
}

/** Parameters of a start in addition to its request. */
interface StartSteps {
  cookies: { path: string; cookies: Cookie[] } | undefined;
  timeoutMs: number;
  cdpUrl: string | undefined;
  signal: AbortSignal | undefined;
  onFull: (() => void) | undefined;
  idempotencyKey: string | undefined;
  onUnclear: (() => void) | undefined;
}

async function readCookies(path: string): Promise<Cookie[]> {
  const { readCookieFile } = await import('../cookies/index');
  return readCookieFile(path);
}
