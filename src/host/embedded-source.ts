/** Sessions of a session server in this process. Its browsers run on this machine and end with this process, or run on a Selenium Grid. */
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
import type { OpenRecording } from '../recording/session-recorder';
import { HeldSession, type Source } from './held-session';
import type { AcquireRequest, BegunStart, StartOutcome, Wall } from './protocol';
import { startOptions, startWatched, type StartWatch } from './starts';

/** Limits of an embedded session, in milliseconds: the contract's upper bounds, since it ends with the run. */
const LIMITS = {
  idleMs: MINUTES.maxIdle * MINUTE_MS,
  maxMs: MINUTES.maxDuration * MINUTE_MS,
} as const;

/** How long one try of a start may wait in a Grid's queue, in milliseconds: as long as any start, since another try goes to the end of the queue. */
const GRID_CALL_MS = 1_800_000;

/** A session server of our own. */
export class EmbeddedSource implements Source {
  readonly client: SessionsClient;
  readonly api: { url: string; key: string };
  readonly label: string;
  readonly isEmbedded = true;
  readonly isLocal: boolean;
  readonly #server: HostedServer;

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
   * @param onWarning - called if sessions may be left
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
      watch,
    ).catch(async (error: unknown) => {
      throw waited(error, await this.#server.waitingFor({ lately: true })) ?? inItsOwnWords(error);
    });
    return new EmbeddedSession(session, this, this.#server);
  }

  async startBegan(): Promise<void> {}

  /** A test that starts a session reads what its API reports. */
  async startEnded(_: BegunStart, { sessionId }: StartOutcome): Promise<void> {
    if (sessionId !== null) await this.#server.logNetwork(sessionId);
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

/** A session of the embedded server. Workers can connect to its browser without the gateway. */
class EmbeddedSession extends HeldSession {
  readonly #server: HostedServer;
  #entry: DirectEntry | undefined;

  constructor(session: Session, source: Source, server: HostedServer) {
    super(session, source, withoutStartupPage(session.cdpUrl)); // a blank tab would be in every trace
    this.#server = server;
  }

  /** Others may need the slot of a Grid. */
  override get isCostly(): boolean {
    return !this.source.isLocal;
  }

  released(): void {
    this.#entry?.leave();
    this.#entry = undefined;
  }

  override enterDirectly(): string | null {
    if (!this.isRunning) return null; // the gateway reports what is wrong
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

/** The error of a start that timed out while its server waited for something; undefined for other failures. */
function waited(error: unknown, waitingFor: string | undefined): SessionwrightError | undefined {
  if (!(error instanceof ApiUnreachableError) || waitingFor === undefined) return undefined;
  return new SessionwrightError(
    `No session became free in time: ${waitingFor}. Use fewer workers, give the Grid more nodes, or set sessionOptions.startTimeout to wait longer.`,
    { code: 'rate_limited', cause: error },
  );
}

/** Errors of the browser without the words about an HTTP call: the user did not start a server. */
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
