/** One remote browser session, as a program holds it. */
import type { Page } from 'playwright-core';

import { encodeAction, type Action } from '../contract/actions';
import type { Cookie } from '../contract/cookies';
import type { DebugInfo } from '../contract/debug';
import {
  ApiError,
  isSessionwrightError,
  SessionEndedError,
  SessionwrightError,
} from '../contract/errors';
import type { ExecutionResult } from '../contract/execution';
import type { Observation, ObserveOptions } from '../contract/observation';
import type { ScrapedData, ScrapeOptions } from '../contract/scrape';
import type { SessionInfo } from '../contract/session';
import type { TestNote } from '../contract/test-notes';
import type { TouchingOptions } from '../contract/touching';
import type { WorkflowCode } from '../contract/workflow-code';
import { CookieFile } from './cookie-file';
import { SessionFiles } from './files';
import type { HttpClient } from './http';
import { describeEnd, type ResolvedClientOptions } from './options';
import { fetchNetworkLogs, type NetworkLogs, type NetworkLogsOptions } from './network-logs';
import { connectPage, disconnectPage, type ConnectedPage } from './page';
import { executeAction, observePage, scrapePage, takeScreenshot } from './page-calls';
import { fetchReplay, type Replay, type ReplayOptions } from './replay';
import { fetchSession, stopSession } from './session-calls';
import { fetchWorkflowCode, type WorkflowCodeOptions } from './workflow-code';

/** What a session is made from. */
export interface SessionSetup {
  http: HttpClient;
  options: ResolvedClientOptions;
  info: SessionInfo;
  /** Where to connect when the API names no place: the other provider's browser that the session drives. */
  cdpUrl?: string | undefined;
  /** Whether disposing the object stops the session. */
  stopsOnDispose: boolean;
  /** Called when the object holds nothing any more. */
  onReleased: () => void;
}

/** Everything that can be done with one session. */
export class RemoteSession implements AsyncDisposable {
  /** Its id, a UUID. */
  readonly id: string;
  /** What its actions upload, and what its pages download. */
  readonly files: SessionFiles;
  readonly #setup: SessionSetup;
  readonly #cookieFile: CookieFile;
  #info: SessionInfo;
  #stopping: Promise<SessionInfo> | undefined;
  #connecting: Promise<ConnectedPage> | undefined;
  #debugCdpUrl: string | undefined;

  /** @internal Called by the client. */
  constructor(setup: SessionSetup) {
    this.id = setup.info.id;
    this.files = new SessionFiles(setup.http, setup.info.id);
    this.#setup = setup;
    this.#info = setup.info;
    this.#cookieFile = new CookieFile(this);
  }

  /** What the API last said of the session: when it was started or connected to, by `status()`, or when it was stopped. */
  get info(): SessionInfo {
    return this.#info;
  }

  /**
   * WebSocket URL of the session's browser. Whoever holds it drives the browser: keep it out of logs.
   * @throws {@link SessionEndedError} when the session has ended
   */
  get cdpUrl(): string {
    if (this.#info.status !== 'active') throw this.#endedError(this.#info, 'connect to');
    const url = this.#info.cdpUrl ?? this.#setup.cdpUrl ?? this.#debugCdpUrl;
    if (url !== undefined) return url;
    throw new SessionwrightError(`The API named no CDP URL for session ${this.id}.`, {
      code: 'cdp_error',
    });
  }

  /** Page that shows the session live; `null` once it has ended. Holds a token: keep it out of logs. */
  get viewerUrl(): string | null {
    return this.#info.viewerUrl;
  }

  /** Whether disposing this object stops the session: true when it was started by this client. */
  get stopsOnDispose(): boolean {
    return this.#setup.stopsOnDispose;
  }

  /** Asks the API how the session is, and keeps the answer in `info`. */
  async status(): Promise<SessionInfo> {
    this.#info = await fetchSession(this.#setup.http, this.id);
    return this.#info;
  }

  /** The cookies of the session's own browser context. */
  async cookies(): Promise<Cookie[]> {
    const { cookies } = await this.#whileActive('read the cookies of', async (purpose) =>
      this.#setup.http.call('getCookies', { purpose, params: { sessionId: this.id } }),
    );
    return cookies;
  }

  /**
   * Adds cookies to the session's own browser context.
   * @throws {@link OptionsError} naming every wrong cookie; nothing is set then
   */
  async setCookies(cookies: readonly Cookie[]): Promise<void> {
    await this.#whileActive('set cookies of', async (purpose) => {
      const answer = await this.#setup.http.send('setCookies', {
        purpose,
        params: { sessionId: this.id },
        body: { cookies },
      });
      if (answer.text === '') return;
      const { success, message } = answer.read();
      const { method, path } = answer.exchange;
      if (!success)
        throw new ApiError(`Could not ${purpose}: ${message}`, {
          code: 'request_failed',
          method,
          path,
          status: answer.status,
        });
    });
  }

  /**
   * Does something on the session's current page: the same one that Playwright drives. That it could not be done is a result with
   * `success: false`, not an error.
   * @throws {@link OptionsError} for an action that is malformed; {@link SessionEndedError}; {@link ApiError}
   */
  async execute(action: Action): Promise<ExecutionResult> {
    encodeAction(action); // refuses a malformed one, whose type and time cannot be told
    const { http, options } = this.#setup;
    return this.#whileActive(`execute ${action.type} in`, async (purpose) =>
      executeAction(http, action, { id: this.id, purpose, timeoutMs: options.timeoutMs }),
    );
  }

  /**
   * Where to look into the running session. Every URL in it holds a token.
   * @param options.updateMetadata - asks the API to count this as using the session, so that its idle time begins anew
   */
  async debugInfo(options: TouchingOptions = {}): Promise<DebugInfo> {
    return this.#whileActive('get debug information of', async (purpose) =>
      this.#setup.http.call('getDebugInfo', {
        purpose,
        params: { sessionId: this.id },
        query: options,
      }),
    );
  }

  /**
   * What the session's current page shows, and everything that can be done on it. Each element has an id for `execute()`; the next
   * observation gives new ones.
   */
  async observe(options: ObserveOptions = {}): Promise<Observation> {
    return this.#whileActive('observe the page of', async (purpose) =>
      observePage(this.#setup.http, { id: this.id, purpose }, options),
    );
  }

  /**
   * The content of the session's current page as markdown, or its images.
   * @throws {@link InvalidRequestError} when a selector matches not exactly one element
   */
  async scrape(options: ScrapeOptions = {}): Promise<ScrapedData> {
    return this.#whileActive('scrape the page of', async (purpose) =>
      scrapePage(this.#setup.http, { id: this.id, purpose }, options),
    );
  }

  /** The visible part of the session's current page, as JPEG. */
  async screenshot(): Promise<Buffer> {
    return this.#whileActive('take a screenshot of', async (purpose) =>
      takeScreenshot(this.#setup.http, { id: this.id, purpose }),
    );
  }

  /** The recording of the whole session, once it has ended. */
  async replay(options?: ReplayOptions): Promise<Replay> {
    return fetchReplay(this.id, this.#setup.http, options);
  }

  /** The requests of its pages, the newest ones; while it runs, and after its end. Bodies and the values of secret headers are not logged. */
  async networkLogs(options?: NetworkLogsOptions): Promise<NetworkLogs> {
    return fetchNetworkLogs(this.id, this.#setup.http, options);
  }

  /** What was done through the API, as code that does it again. What was typed into password fields is in it: keep it out of logs. */
  async workflowCode(options?: WorkflowCodeOptions): Promise<WorkflowCode> {
    return fetchWorkflowCode(this.id, this.#setup.http, options);
  }

  /**
   * Tells the viewer of our own session server which test runs in the session, and its steps; what runs tests with our fixtures does so by
   * itself. Tried once.
   * @throws {@link OptionsError} for a note that is malformed; {@link NotFoundError} where the API has no such call, as the cloud's;
   * {@link SessionEndedError}; {@link ApiError}
   */
  async noteTests(notes: readonly TestNote[]): Promise<void> {
    await this.#whileActive('tell of tests in', async (purpose) =>
      this.#setup.http.call('noteTests', {
        purpose,
        params: { sessionId: this.id },
        body: { notes },
      }),
    );
  }

  /** The session's page in Playwright, over CDP; always the same one while it lives. */
  async page(): Promise<Page> {
    const connecting = (this.#connecting ??= this.#connect());
    const connected = await connecting;
    if (connected.browser.isConnected() && !connected.page.isClosed()) return connected.page;
    if (this.#connecting === connecting) await this.#disconnect();
    return this.page();
  }

  /**
   * Stops the session: cookies are saved if a `cookieFile` was given, Playwright is disconnected, the browser ends. May be called any
   * number of times, also when the session has ended by itself; a stop that failed is tried again by the next call.
   * @throws {@link CookieFileError} when the cookies could not be saved (the session is stopped all the same); {@link ApiError}.
   * That a session ended by itself and took its cookies along is a warning.
   */
  async stop(): Promise<SessionInfo> {
    this.#stopping ??= this.#stop().catch((error: unknown) => {
      if (this.#info.status === 'active') this.#stopping = undefined;
      throw error;
    });
    return this.#stopping;
  }

  /** Stops a session that was started; only lets go of one that was connected to. Never rejects: failures are warnings. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#setup.stopsOnDispose) {
      await this.#disconnect();
      this.#setup.onReleased();
      return;
    }
    try {
      await this.stop();
    } catch (cause) {
      const code = this.#info.status === 'active' ? 'stop_failed' : 'cookies_not_saved';
      this.#setup.options.onWarning({
        code,
        message: (cause as Error).message,
        sessionIds: [this.id],
        cause,
      });
    }
  }

  /** @internal Completes a new object, for the client: finds out where to connect, and gives the session its cookies. */
  async prepare(cookieFile: { path: string; cookies: Cookie[] } | undefined): Promise<void> {
    if (this.#info.status === 'active' && (this.#info.cdpUrl ?? this.#setup.cdpUrl) === undefined)
      this.#debugCdpUrl = (await this.debugInfo()).ws.cdp;
    if (cookieFile) await this.#cookieFile.load(cookieFile);
  }

  async #stop(): Promise<SessionInfo> {
    const notSaved = await this.#saveCookies();
    await this.#disconnect();
    this.#info = await stopSession(this.#setup.http, this.#info);
    this.#setup.onReleased();
    await this.#setup.options.onStop(this.id);
    if (notSaved) throw notSaved;
    return this.#info;
  }

  /** Never keeps a session from being stopped: the error is returned. */
  async #saveCookies(): Promise<Error | undefined> {
    try {
      await this.#cookieFile.save();
      return undefined;
    } catch (error) {
      const cause = error as Error;
      if (
        !isSessionwrightError(cause, 'session_ended') &&
        !isSessionwrightError(cause, 'not_found')
      )
        return cause;
      this.#setup.options.onWarning({
        code: 'cookies_not_saved',
        message: cause.message,
        sessionIds: [this.id],
        cause,
      });
      return undefined;
    }
  }

  async #connect(): Promise<ConnectedPage> {
    try {
      return await this.#whileActive('connect Playwright to', async () =>
        connectPage(this.cdpUrl, this.id),
      );
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }

  async #disconnect(): Promise<void> {
    const connected = await this.#connecting?.catch(() => undefined);
    this.#connecting = undefined;
    if (connected) await disconnectPage(connected);
  }

  /** Does what needs a running session; when that fails because the session has ended, says how it ended. */
  async #whileActive<T>(action: string, work: (purpose: string) => Promise<T>): Promise<T> {
    try {
      return await work(`${action} session ${this.id}`);
    } catch (error) {
      const mayHaveEnded =
        error instanceof SessionwrightError &&
        ['request_failed', 'not_found', 'cdp_error', 'server_error'].includes(error.code);
      const info = mayHaveEnded ? await this.status().catch(() => undefined) : undefined;
      throw info && info.status !== 'active' ? this.#endedError(info, action, error) : error;
    }
  }

  #endedError(info: SessionInfo, action: string, cause?: unknown): SessionEndedError {
    const message = `Could not ${action} session ${this.id}: it ${describeEnd(info)}. Start a new one.`;
    return new SessionEndedError(message, {
      sessionId: this.id,
      status: info.status,
      endedAt: info.closedAt ?? undefined,
      reason: info.error ?? undefined,
      cause,
    });
  }
}
