/** Sessions of a session server that this host embeds: its browsers run on this machine, and end with this process; or on a Selenium Grid. */
import type { ClientWarning, Session, SessionsClient } from '../client/index';
import { withoutStartupPage } from '../contract/addresses';
import { parseErrorBody } from '../contract/error-body';
import { ApiError, ApiUnreachableError, SessionwrightError } from '../contract/errors';
import { MINUTE_MS, MINUTES } from '../contract/limits';
import type { StartOptions } from '../contract/session';
import type { TestNote } from '../contract/test-notes';
import { describeSource } from '../options/source';
import type { SessionOptions } from '../options/types';
import type { HostedServer, SessionServerOptions } from '../server/session-server';
import type { DirectEntry } from '../server/sessions/known-session';
import type { OpenRecording } from '../recording/recorder';
import { HeldSession, type Source } from './held-session';
import type { AcquireRequest, Wall } from './protocol';
import type { StartBook } from './start-book';
import { startOptions } from './start-request';
import { startWatched, type StartWatch } from './start-watched';

/** Limits of an embedded session, in milliseconds: the contract's upper bounds, since it ends with the run. */
const LIMITS = {
  idleMs: MINUTES.maxIdle * MINUTE_MS,
  maxMs: MINUTES.maxDuration * MINUTE_MS,
} as const;

/** A start that takes longer waits for a place elsewhere, in milliseconds: here, a browser is up before, even on a loaded machine. */
const SLOW_START_MS = 15_000;

/** The same on a Selenium Grid, in milliseconds: its browser is there within two or three seconds. */
const SLOW_GRID_MS = 5_000;
/** How long one try of a start may wait in a Grid's queue, in milliseconds: as long as any start, since another try would be at its end. */
const GRID_CALL_MS = 1_800_000;

/** A session server of our own. */
export class EmbeddedSource implements Source {
  readonly client: SessionsClient;
  readonly api: { url: string; key: string };
  readonly label: string;
  readonly isEmbedded = true;
  readonly isLocal: boolean;
  readonly #server: HostedServer;
  /** Nothing of it outlives this process, whatever ends it. */
  readonly starts: StartBook = {
    begin: async () => {},
    end: async (_, { sessionId }) => {
      if (sessionId !== null) await this.#server.logNetwork(sessionId);
    },
  };

  private constructor(
    server: HostedServer,
    client: SessionsClient,
    { label, isLocal }: { label: string; isLocal: boolean },
  ) {
    this.#server = server;
    this.client = client;
    this.api = { url: server.url, key: server.apiKey };
    this.label = label;
    this.isLocal = isLocal;
  }

  /**
   * Starts the server.
   * @param onWarning - told of sessions that may have been left
   */
  static async start(
    settings: SessionServerOptions,
    options: SessionOptions,
    onWarning: (warning: ClientWarning) => void,
  ): Promise<EmbeddedSource> {
    const [{ startServer }, { SessionsClient }] = await Promise.all([
      import('../server/session-server'),
      import('../client/index'),
    ]);
    const server = await startServer({
      ...settings,
      recording: 'on-demand',
      networkLog: 'on-demand',
    });
    const client = new SessionsClient({
      apiUrl: server.url,
      apiKey: server.apiKey,
      ...(settings.grid && { timeout: GRID_CALL_MS }),
      handleSignals: false,
      onWarning,
    });
    return new EmbeddedSource(server, client, {
      label: describeSource(options),
      isLocal: !settings.grid,
    });
  }

  get wall(): Wall {
    return { label: this.label, url: this.#server.wallUrl, asksForKey: false };
  }

  async wallLink(): Promise<string> {
    return this.#server.wallUrl;
  }

  get notices(): readonly string[] {
    return this.#server.notices;
  }

  async open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    const { startTimeout } = request.options;
    const session = await startWatched(
      this.client,
      {
        ...withLimits(startOptions(request)),
        ...(startTimeout !== undefined && { startTimeout }),
      },
      { ...watch, slowMs: this.isLocal ? SLOW_START_MS : SLOW_GRID_MS },
    ).catch(async (error: unknown) => {
      throw waited(error, await this.#server.waitingFor({ lately: true })) ?? inItsOwnWords(error);
    });
    return new EmbeddedSession(session, this, this.#server);
  }

  async waitingFor(): Promise<string | undefined> {
    return this.#server.waitingFor();
  }

  async stopped(): Promise<void> {}

  async close(): Promise<void> {
    await this.client.close();
    await this.#server.close();
  }
}

/** A session of the embedded server, which knows whether it is active, records, and leads workers to its browser past the gateway. */
class EmbeddedSession extends HeldSession {
  readonly #server: HostedServer;
  #entry: DirectEntry | undefined;

  constructor(session: Session, source: Source, server: HostedServer) {
    // The worker makes its own pages: a blank tab of the server's would be in every trace and screenshot.
    super(session, source, withoutStartupPage(session.cdpUrl));
    this.#server = server;
  }

  /** Others want the slots of a Grid. */
  override get isCostly(): boolean {
    return !this.source.isLocal;
  }

  released(): void {
    this.#entry?.leave();
    this.#entry = undefined;
  }

  override enterDirectly(): string | null {
    if (!this.isRunning) return null; // the gateway says what is wrong
    this.#entry ??= this.#server.enterDirectly(this.session.id);
    return this.#entry?.cdpUrl ?? null;
  }

  override note(notes: readonly TestNote[]): void {
    this.#server.noteTest(this.session.id, ...notes);
  }

  async keepForApi(): Promise<void> {
    await this.#server.logNetwork(this.session.id);
  }

  protected override get isRunning(): boolean {
    return this.#server.isActive(this.session.id);
  }

  protected async openRecording(): Promise<OpenRecording> {
    return this.#server.recording(this.session.id);
  }

  protected async end(): Promise<void> {
    await this.session.stop();
  }
}

/** The time of a start is over, and its server knows what it was waiting for; undefined for every other failure. */
function waited(error: unknown, waitingFor: string | undefined): SessionwrightError | undefined {
  if (!(error instanceof ApiUnreachableError) || waitingFor === undefined) return undefined;
  return new SessionwrightError(
    `No session came free in time: ${waitingFor}. Use fewer workers, give the Grid more nodes, or set sessionOptions.startTimeout to wait longer.`,
    { code: 'rate_limited', cause: error },
  );
}

/** Of its browsers the server's own words say everything: whoever reads them has started no server. */
function inItsOwnWords(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const { message, code = error.code } = parseErrorBody(error.body);
  if (error.code !== 'browser_not_found' && !/grid/.test(code)) return error;
  return new SessionwrightError(message ?? error.message, { code, cause: error });
}

function withLimits(start: StartOptions): StartOptions {
  const maxDuration = start.maxDuration ?? LIMITS.maxMs;
  return {
    ...start,
    maxDuration,
    idleTimeout: start.idleTimeout ?? Math.min(LIMITS.idleMs, maxDuration),
  };
}
