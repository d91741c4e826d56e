/** A remote browser session, for programs. */
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

/** Parameters of a {@link RemoteSession}. */
export interface SessionSetup {
  http: HttpClient;
  options: ResolvedClientOptions;
  info: SessionInfo;
  /** The endpoint if the API returns none: the external browser that the session drives. */
  cdpUrl?: string | undefined;
  /** Whether disposing the object stops the session. */
  stopsOnDispose: boolean;
  /** Called when the object has released everything. */
  onReleased: () => void;
}

/** A remote browser session. */
export class RemoteSession implements AsyncDisposable {
  /** The id, a UUID. */
  readonly id: string;
  /** Files that its actions upload and its pages download. */
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

  /** The API's last information about the session: from its start, `connect()`, `status()` or its stop. */
  get info(): SessionInfo {
    return this.#info;
  }

  /**
   * WebSocket URL of the session's browser. It gives full control over the browser: keep it out of logs.
   * @throws {@link SessionEndedError} if the session has ended
   */
  get cdpUrl(): string {
    if (this.#info.status !== 'active') throw this.#endedError(this.#info, 'connect to');
    const url = this.#info.cdpUrl ?? this.#setup.cdpUrl ?? this.#debugCdpUrl;
    if (url !== undefined) return url;
    throw new SessionwrightError(`The API returned no CDP URL for session ${this.id}.`, {
      code: 'cdp_error',
    });
  }

  /** Page that shows the session live; `null` after its end. Contains a token: keep it out of logs. */
  get viewerUrl(): string | null {
    return this.#info.viewerUrl;
  }

  /** Whether disposing this object stops the session: true if this client started it. */
  get stopsOnDispose(): boolean {
    return this.#setup.stopsOnDispose;
  }

  /** Gets the session's information from the API, and stores it in `info`. */
  async status(): Promise<SessionInfo> {
    this.#info = await fetchSession(this.#setup.http, this.id);
    return this.#info;
  }

  /** Returns the cookies of the session's default browser context. */
  async cookies(): Promise<Cookie[]> {
    const { cookies } = await this.#whileActive('read the cookies of', async (purpose) =>
      this.#setup.http.call('getCookies', { purpose, params: { sessionId: this.id } }),
    );
    return cookies;
  }

  /**
   * Adds cookies to the session's default browser context.
   * @throws {@link OptionsError} names each invalid cookie; then no cookie was set
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
   * Executes an action on the session's current page, which is also Playwright's. A failed action is a result with `success: false`,
   * not an error.
   * @throws {@link OptionsError} for an invalid action; {@link SessionEndedError}; {@link ApiError}
   */
  async execute(action: Action): Promise<ExecutionResult> {
    encodeAction(action); // refuses an invalid action before its type and timeout are read
    const { http, options } = this.#setup;
    return this.#whileActive(`execute ${action.type} in`, async (purpose) =>
      executeAction(http, action, { id: this.id, purpose, timeoutMs: options.timeoutMs }),
    );
  }

  /**
   * Returns URLs to inspect the active session. Each contains a token.
   * @param options.updateMetadata - whether the call counts as activity and restarts the idle timeout
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
   * Returns what the session's current page shows, and its possible actions. Each element has an id for `execute()`, valid until the next
   * observation.
   */
  async observe(options: ObserveOptions = {}): Promise<Observation> {
    return this.#whileActive('observe the page of', async (purpose) =>
      observePage(this.#setup.http, { id: this.id, purpose }, options),
    );
  }

  /**
   * Returns the content of the session's current page as markdown, or its images.
   * @throws {@link InvalidRequestError} if a selector does not match exactly one element
   */
  async scrape(options: ScrapeOptions = {}): Promise<ScrapedData> {
    return this.#whileActive('scrape the page of', async (purpose) =>
      scrapePage(this.#setup.http, { id: this.id, purpose }, options),
    );
  }

  /** Returns the visible part of the session's current page as JPEG. */
  async screenshot(): Promise<Buffer> {
    return this.#whileActive('take a screenshot of', async (purpose) =>
      takeScreenshot(this.#setup.http, { id: this.id, purpose }),
    );
  }

  /** Returns the recording of the whole session after its end. */
  async replay(options?: ReplayOptions): Promise<Replay> {
    return fetchReplay(this.id, this.#setup.http, options);
  }

  /** Returns the newest requests of its pages, also after its end. Bodies and values of secret headers are not logged. */
  async networkLogs(options?: NetworkLogsOptions): Promise<NetworkLogs> {
    return fetchNetworkLogs(this.id, this.#setup.http, options);
  }

  /** Returns code that repeats the actions of the session. It contains typed passwords: keep it out of logs. */
  async workflowCode(options?: WorkflowCodeOptions): Promise<WorkflowCode> {
    return fetchWorkflowCode(this.id, this.#setup.http, options);
  }

  /**
   * Reports the running test and its steps to the viewer of our session server. Our fixtures do this automatically. Never
   * retries.
   * @throws {@link OptionsError} for an invalid note; {@link NotFoundError} if the API has no such call, as in the cloud;
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

  /** Connects Playwright over CDP and returns the session's page; the same one on each call while it is open. */
  async page(): Promise<Page> {
    const connecting = (this.#connecting ??= this.#connect());
    const connected = await connecting;
    if (connected.browser.isConnected() && !connected.page.isClosed()) return connected.page;
    if (this.#connecting === connecting) await this.#disconnect();
    return this.page();
  }

  /**
   * Stops the session: saves cookies to the `cookieFile`, disconnects Playwright, and ends the browser. May be called again, also after
   * the session has ended; the next call repeats a failed stop.
   * @throws {@link CookieFileError} if the cookies could not be saved (the session is stopped anyway); {@link ApiError}.
   * If the session had already ended and its cookies are lost, that is a warning.
   */
  async stop(): Promise<SessionInfo> {
    this.#stopping ??= this.#stop().catch((error: unknown) => {
      if (this.#info.status === 'active') this.#stopping = undefined;
      throw error;
    });
    return this.#stopping;
  }

  /** Stops a session that this client started; only releases a connected one. Never rejects: failures are warnings. */
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

  /** @internal Completes a new object for the client: finds its endpoint, and loads its cookies. */
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

  /** Returns the error, so that the session is stopped anyway. */
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

  /** Runs a call that needs an active session. If it fails because the session has ended, the error says how it ended. */
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
