/** A session API: its sessions cost until they are stopped, so each one is in the ledger while it runs. */
import type { ClientWarning, SessionsClient } from '../client/index';
import { environment } from '../options/environment';
import { describeSource, isCloud } from '../options/source';
import type { SessionOptions } from '../options/types';
import { Breaker } from './breaker';
import type { HeldSession, Source } from './held-session';
import type { Ledger } from './ledger';
import { endLostStarts, LATE_START_MS } from './leftovers';
import type { AcquireRequest, BegunStart, KeptSession, StartOutcome, Wall } from './protocol';
import { RemoteSession } from './remote-session';
import { keyOf, startInBook, startOptions, startWatched, type StartWatch } from './starts';

/** How long an API may take to show that it is up, in milliseconds. */
const PROBE_MS = 5_000;

/** What a source of remote sessions needs from its run. */
export interface RemoteSourceOwner {
  ledger: Ledger;
  /** Frames are stored in it. */
  workFolder: string;
  /** Called if sessions may be left. */
  onWarning: (warning: ClientWarning) => void;
  /** Called when the API is down, and starts are not tried any more for now. */
  onDown: (error: Error) => void;
}

/** A session API. */
export class RemoteSource implements Source {
  readonly client: SessionsClient;
  readonly api: { url: string; key: string };
  readonly label: string;
  readonly isEmbedded = false;
  readonly isLocal = false;
  readonly notices = [];
  readonly wall: Wall | null;
  readonly #owner: RemoteSourceOwner;
  /** Asks the API whether it is up, without a long wait. */
  readonly #prober: SessionsClient;
  /** One for all starts that are alike. */
  readonly #breakers = new Map<string, Breaker>();
  /** Ids of the sessions that the run started and did not stop. */
  readonly #running = new Set<string>();

  private constructor(
    [client, prober]: [SessionsClient, SessionsClient],
    options: SessionOptions,
    owner: RemoteSourceOwner,
  ) {
    this.client = client;
    this.#prober = prober;
    this.api = { url: client.apiUrl, key: options.apiKey ?? environment.apiKey ?? '' };
    this.label = describeSource(options);
    this.wall = isCloud(client.apiUrl)
      ? null
      : { label: this.label, url: `${client.apiUrl}/`, asksForKey: true };
    this.#owner = owner;
  }

  static async open(options: SessionOptions, owner: RemoteSourceOwner): Promise<RemoteSource> {
    const { SessionsClient } = await import('../client/index');
    const { apiUrl, apiKey } = options;
    const api = { apiUrl, apiKey, handleSignals: false, onWarning: owner.onWarning };
    const client = new SessionsClient(api);
    const prober = new SessionsClient({ ...api, timeout: PROBE_MS, retries: 0 });
    return new RemoteSource([client, prober], options, owner);
  }

  /** @throws the error of the start; {@link SessionwrightError} `api_down` at once, while the API is down */
  async open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    return this.#breakerOf(request).run(async (saysFull) => {
      const { workFolder } = this.#owner;
      const { sessionId, startTimeout } = request.options;
      if (sessionId !== undefined) {
        const session = await this.client.connect(sessionId);
        return new RemoteSession(session, this, { workFolder, isAttached: true });
      }
      const options = {
        ...startOptions(request),
        ...(startTimeout !== undefined && { startTimeout }),
      };
      const how = { ...watch, saysFull };
      const session = await startInBook(this, options, async (known) =>
        startWatched(this.client, { ...options, ...known }, how),
      );
      return new RemoteSession(session, this, { workFolder, isAttached: false });
    });
  }

  async startBegan({ key, startedAt, startsUntil }: BegunStart): Promise<void> {
    const entry = { sessionId: key, apiUrl: this.api.url, startedAt, startsUntil };
    await this.#owner.ledger.started({ ...entry, kind: 'start' });
  }

  /** The entry of a refused start is removed. An unclear one stays, since there may be a session: {@link endLostStarts} finds it. */
  async startEnded(start: BegunStart, { sessionId, isUnclear }: StartOutcome): Promise<void> {
    const { ledger } = this.#owner;
    if (isUnclear) await this.startBegan({ ...start, startsUntil: Date.now() + LATE_START_MS });
    if (sessionId !== null) {
      this.#running.add(sessionId);
      const session = { sessionId, apiUrl: this.api.url, startedAt: start.startedAt };
      await ledger.started(session, isUnclear ? undefined : start.key);
    } else if (!isUnclear) await ledger.stopped(start.key);
  }

  async wallLink(): Promise<string | undefined> {
    return (await import('../client/wall-link')).wallLink(this.api);
  }

  async waitingFor(): Promise<undefined> {}

  async stopped(sessionId: string): Promise<void> {
    this.#running.delete(sessionId);
    await this.#owner.ledger.stopped(sessionId);
  }

  /** For `sessionwright sessions list` on this machine. */
  async kept({ session, startedAtMs }: HeldSession, kept: KeptSession): Promise<void> {
    const { title, untilMs } = kept;
    const entry = { sessionId: session.id, apiUrl: this.api.url, startedAt: startedAtMs };
    await this.#owner.ledger.started({ ...entry, kept: { title, untilMs } });
  }

  async close(): Promise<void> {
    for (const breaker of this.#breakers.values()) breaker.close();
    await endLostStarts(this.#owner.ledger, this.client);
    await Promise.all([this.client.close(), this.#prober.close()]);
  }

  #breakerOf(request: AcquireRequest): Breaker {
    const key = keyOf(request);
    const known = this.#breakers.get(key);
    if (known) return known;
    const breaker = new Breaker({
      name: `the session API ${this.client.apiUrl}`,
      probe: async () => this.#prober.list({ pageSize: 1 }),
      hasSessions: () => this.#running.size > 0,
      onOpen: this.#owner.onDown,
    });
    this.#breakers.set(key, breaker);
    return breaker;
  }
}
