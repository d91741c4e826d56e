/** Sessions of a session server in this process. Its browsers run on this machine and end with this process, or run on a Selenium Grid or at a provider. */
import type { ClientWarning, Session, SessionsClient } from '../client/index';
import { withoutStartupPage } from '../contract/addresses';
import { parseErrorBody } from '../contract/error-body';
import { ApiError, ApiUnreachableError, SessionwrightError } from '../contract/errors';
import { MINUTE_MS, MINUTES } from '../contract/limits';
import type { StartOptions } from '../contract/session';
import type { TestNote } from '../contract/test-notes';
import { environment } from '../options/environment';
import { defaultMaxDurationMs, describeSource } from '../options/source';
import type { SessionOptions } from '../options/types';
import type { HostedServer, SessionServerOptions } from '../server/session-server';
import type { DirectEntry } from '../server/sessions/known-session';
import type { OpenRecording } from '../recording/session-recorder';
import type { ProviderSettings } from '../browser/provider/provider-browsers';
import type { BrowserProvider } from '../browser/provider/types';
import { Breaker } from './breaker';
import { HeldSession, type Source } from './held-session';
import type { AcquireRequest, BegunStart, StartOutcome, Wall } from './protocol';
import { startOptions, startWatched, type StartWatch } from './starts';

/** The idle time of an embedded session, in milliseconds: the contract's upper bound, since it ends with the run. */
const IDLE_MS = MINUTES.maxIdle * MINUTE_MS;

/** How long one try of a start may wait for a Grid or a provider, in milliseconds: as long as any start, since another try goes to the end of a Grid's queue. */
const ELSEWHERE_CALL_MS = 1_800_000;

/** What a source of embedded sessions needs from its run. */
export interface EmbeddedSourceOwner {
  /** Called if sessions may be left. */
  onWarning: (warning: ClientWarning) => void;
  /** Called when the provider is down, and starts are not tried any more for now. */
  onDown: (error: Error) => void;
}

/** A session server of our own. */
export class EmbeddedSource implements Source {
  readonly client: SessionsClient;
  readonly api: { url: string; key: string };
  readonly label: string;
  readonly isEmbedded = true;
  readonly isLocal: boolean;
  readonly #server: HostedServer;
  readonly #defaultMaxMs: number;
  /** Undefined on this machine and on a Grid. */
  readonly #breaker: Breaker | undefined;

  private constructor(
    server: HostedServer,
    client: SessionsClient,
    { label, isLocal, ...kind }: EmbeddedKind,
  ) {
    this.#server = server;
    this.#defaultMaxMs = kind.defaultMaxMs;
    this.#breaker = kind.breaker;
    this.client = client;
    this.api = { url: server.url, key: server.apiKey };
    this.label = label;
    this.isLocal = isLocal;
  }

  /**
   * Starts the server.
   * @param owner.onWarning - called if sessions may be left
   * @param owner.onDown - called when the provider is down, and starts are not tried any more for now
   */
  static async start(
    settings: SessionServerOptions & { provider?: ProviderSettings },
    options: SessionOptions,
    { onWarning, onDown }: EmbeddedSourceOwner,
  ): Promise<EmbeddedSource> {
    const [{ startServer }, { SessionsClient }] = await Promise.all([
      import('../server/session-server'),
      import('../client/index'),
    ]);
    const isElsewhere = (settings.grid ?? settings.provider) !== undefined;
    const server = await startServer({
      ...settings,
      recording: 'on-demand',
      networkLog: 'on-demand',
    });
    const client = new SessionsClient({
      apiUrl: server.url,
      apiKey: server.apiKey,
      ...(isElsewhere && { timeout: ELSEWHERE_CALL_MS }),
      handleSignals: false,
      onWarning,
    });
    const { provider } = settings;
    const source = new EmbeddedSource(server, client, {
      label: describeSource(options, environment, provider?.provider.name),
      isLocal: !isElsewhere,
      defaultMaxMs: defaultMaxDurationMs(options),
      breaker: provider && breakerOf(provider.provider, { onDown, server }),
    });
    return source;
  }

  get wall(): Wall {
    return { label: this.label, url: this.#server.wallUrl, asksForKey: false };
  }

  get notices(): readonly string[] {
    return this.#server.notices;
  }

  async open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    if (!this.#breaker) return this.#open(request, watch);
    return this.#breaker.run(async (saysFull) => this.#open(request, { ...watch, saysFull }));
  }

  async #open(
    request: AcquireRequest,
    watch: StartWatch & { saysFull?: () => void },
  ): Promise<HeldSession> {
    const { startTimeout } = request.options;
    const session = await startWatched(
      this.client,
      {
        ...withLimits(startOptions(request), this.#defaultMaxMs),
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

  async kept(): Promise<void> {}

  async close(): Promise<void> {
    this.#breaker?.close();
    await this.client.close();
    await this.#server.close();
  }
}

/** What differs between embedded sources. */
interface EmbeddedKind {
  label: string;
  isLocal: boolean;
  /** The duration of sessions that set none, in milliseconds. */
  defaultMaxMs: number;
  breaker: Breaker | undefined;
}

/** The breaker of a provider. It has no other call, so a start shows whether it is up. */
function breakerOf(
  { name }: BrowserProvider,
  { onDown, server }: Pick<EmbeddedSourceOwner, 'onDown'> & { server: HostedServer },
): Breaker {
  return new Breaker({
    name: `the provider "${name}"`,
    probe: async () => undefined,
    hasSessions: () => server.counts.active > 0,
    onOpen: onDown,
  });
}

/** A session of the embedded server. Workers can connect to its browser without the gateway. */
class EmbeddedSession extends HeldSession {
  readonly #server: HostedServer;
  #entry: DirectEntry | undefined;

  constructor(session: Session, source: Source, server: HostedServer) {
    super(session, source, withoutStartupPage(session.cdpUrl)); // a blank tab would be in every trace
    this.#server = server;
  }

  /** Others may need the slot of a Grid, and a provider may bill it. */
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
  if (error.code !== 'browser_not_found' && !/grid|provider/.test(code)) return error;
  return new SessionwrightError(message ?? error.message, { code, cause: error });
}

function withLimits(start: StartOptions, defaultMaxMs: number): StartOptions {
  const maxDuration = start.maxDuration ?? defaultMaxMs;
  return {
    ...start,
    maxDuration,
    idleTimeout: start.idleTimeout ?? Math.min(IDLE_MS, maxDuration),
  };
}
