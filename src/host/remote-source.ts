/** Sessions of a session API elsewhere: they cost until they are stopped, so each is in the ledger as long as it runs. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { settledWithin } from '../base/deadline';
import { reach } from '../client/reach';
import type { ClientWarning, Session, SessionInfo, SessionsClient } from '../client/index';
import { withoutStartupPage } from '../contract/addresses';
import type { TestNote } from '../contract/test-notes';
import { environment } from '../options/environment';
import { describeSource, isCloud } from '../options/source';
import type { SessionOptions } from '../options/types';
import type { OpenRecording } from '../recording/recorder';
import { Breaker } from './breaker';
import { HeldSession, type Source } from './held-session';
import { keepAwake } from './keep-awake';
import type { Ledger } from './ledger';
import { NoteTeller } from './note-teller';
import type { AcquireRequest, PlaywrightOffer, Wall } from './protocol';
import { startInBook, type StartBook } from './start-book';
import { endLostStarts, ledgerBook } from './start-ledger';
import { keyOf, startOptions } from './start-request';
import { startWatched, type StartWatch } from './start-watched';

/** A start that takes longer waits for a place, in milliseconds: a session is there within a second or two. */
const SLOW_START_MS = 3_000;
/** How long a second connection to its browser may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 30_000;

/** How long an API may take to show that it is there, in milliseconds. */
const PROBE_MS = 5_000;

/** Where what belongs to remote sessions is kept on this machine. */
export interface LocalPlace {
  runFolder: string;
  ledger: Ledger;
  /** Frames go below it. */
  workFolder: string;
}

/** What a session API may have to say to the user of its run. */
interface Remarks {
  /** Called about sessions that may have been left. */
  onWarning: (warning: ClientWarning) => void;
  /** Called when it is down, and no start is tried any more for now. */
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
  readonly starts: StartBook;
  readonly wall: Wall | null;
  readonly #place: LocalPlace;
  /** Asks the API whether it is there, and does not wait for it. */
  readonly #prober: SessionsClient;
  /** One for all starts that are alike. */
  readonly #breakers = new Map<string, Breaker>();
  readonly #onDown: Remarks['onDown'];
  /** Ids of those that the run has started, and not stopped. */
  readonly #running = new Set<string>();

  private constructor(
    [client, prober]: [SessionsClient, SessionsClient],
    options: SessionOptions,
    place: LocalPlace,
    onDown: Remarks['onDown'],
  ) {
    this.client = client;
    this.#prober = prober;
    this.api = { url: client.apiUrl, key: options.apiKey ?? environment.apiKey ?? '' };
    this.label = describeSource(options);
    this.wall = isCloud(client.apiUrl)
      ? null
      : { label: this.label, url: `${client.apiUrl}/`, asksForKey: true };
    this.#place = place;
    this.#onDown = onDown;
    this.starts = this.#countedIn(ledgerBook(place.ledger, this.api.url));
  }

  static async open(
    options: SessionOptions,
    place: LocalPlace,
    { onWarning, onDown }: Remarks,
  ): Promise<RemoteSource> {
    const { SessionsClient } = await import('../client/index');
    const { apiUrl, apiKey } = options;
    const api = { apiUrl, apiKey, handleSignals: false, onWarning };
    const client = new SessionsClient(api);
    const prober = new SessionsClient({ ...api, timeout: PROBE_MS, retries: 0 });
    return new RemoteSource([client, prober], options, place, onDown);
  }

  /** @throws what the start throws; {@link SessionwrightError} `api_down` at once, while the API is down */
  async open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    return this.#breakerOf(request).run(async (saysFull) =>
      this.#open(request, { ...watch, saysFull }),
    );
  }

  #countedIn(book: StartBook): StartBook {
    return {
      begin: book.begin,
      end: async (start, outcome) => {
        if (outcome.sessionId !== null) this.#running.add(outcome.sessionId);
        await book.end(start, outcome);
      },
    };
  }

  #breakerOf(request: AcquireRequest): Breaker {
    const key = keyOf(request);
    const known = this.#breakers.get(key);
    if (known) return known;
    const breaker = new Breaker({
      name: this.client.apiUrl,
      probe: async () => this.#prober.list({ pageSize: 1 }),
      hasSessions: () => this.#running.size > 0,
      onOpen: this.#onDown,
    });
    this.#breakers.set(key, breaker);
    return breaker;
  }

  async #open(
    request: AcquireRequest,
    watch: StartWatch & { saysFull: () => void },
  ): Promise<HeldSession> {
    const { sessionId, startTimeout } = request.options;
    if (sessionId !== undefined)
      return new AttachedSession(await this.client.connect(sessionId), this, this.#place);
    const options = {
      ...startOptions(request),
      ...(startTimeout !== undefined && { startTimeout }),
    };
    const session = await startInBook(this.starts, options, async (known) =>
      startWatched(this.client, { ...options, ...known }, { ...watch, slowMs: SLOW_START_MS }),
    );
    return new HeldRemoteSession(session, this, this.#place);
  }

  /** A server of another kind has none: then its wall asks for the key. */
  async wallLink(): Promise<string | null> {
    const { wallLink } = await import('../client/wall-link');
    return this.wall && ((await wallLink(this.api)) ?? this.wall.url);
  }

  /** Only its API could know. */
  async waitingFor(): Promise<undefined> {}

  async stopped(sessionId: string): Promise<void> {
    this.#running.delete(sessionId);
    await this.#place.ledger.stopped(sessionId);
  }

  async close(): Promise<void> {
    for (const breaker of this.#breakers.values()) breaker.close();
    await endLostStarts(this.#place.ledger, this.client);
    await Promise.all([this.client.close(), this.#prober.close()]);
  }
}

/** How long the last notes on tests, and the end of the recording, may take, in milliseconds: then the session is stopped without them. */
const LAST_WORDS_MS = 5_000;

/** A session of somebody else's: it is used, kept awake and recorded, and never stopped by us. */
class AttachedSession extends HeldSession {
  readonly #workFolder: string;
  readonly #teller: NoteTeller | undefined;
  #sleep: (() => void) | undefined;

  /** Throws when the session has ended. */
  constructor(session: Session, source: Source, { workFolder }: LocalPlace) {
    const { cdpUrl, info } = session;
    super(session, source, isOurs(info) ? withoutStartupPage(cdpUrl) : cdpUrl); // each worker would pay for a page that it closes at once
    this.#workFolder = workFolder;
    if (isOurs(info)) this.#teller = new NoteTeller(async (notes) => session.noteTests(notes));
  }

  override get playwright(): PlaywrightOffer | null {
    const { playwrightUrl: url, playwrightVersion: version } = this.session.info;
    return url === null || version === null ? null : { url, version };
  }

  /** Its API may not count what a worker does with the browser as use. */
  override leased(): void {
    super.leased();
    this.#sleep ??= keepAwake(this.session, this.session.info.idleTimeout);
  }

  released(): void {
    this.#sleep?.();
    this.#sleep = undefined;
  }

  override note(notes: readonly TestNote[]): void {
    this.#teller?.add(notes);
  }

  /** Its API keeps what it keeps. */
  async keepForApi(): Promise<void> {}

  /** Only its API knows. */
  protected override get isRunning(): boolean {
    return true;
  }

  /** There is no other one to move to. */
  protected override get isReplaced(): boolean {
    return false;
  }

  /** Recorded through a second CDP client on its browser. */
  protected async openRecording(): Promise<OpenRecording> {
    const [cdp, { SessionTargets }, { WebSocketTransport }, { FrameStore }, { SessionRecorder }] =
      await Promise.all([
        import('../cdp/connection'),
        import('../cdp/session-targets'),
        import('../cdp/web-socket-transport'),
        import('../recording/frame-store'),
        import('../recording/session-recorder'),
      ]);
    const frames = await FrameStore.open(join(this.#workFolder, randomUUID())); // an id is the API's, and no name of a folder
    const connection = new cdp.CdpConnection(
      await WebSocketTransport.connect(await reach(this.cdpUrl, CONNECT_TIMEOUT_MS), {
        timeoutMs: CONNECT_TIMEOUT_MS,
      }),
    );
    try {
      return {
        frames,
        recorder: await SessionRecorder.attach(new SessionTargets(connection), frames),
      };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  protected async end(recording: Promise<OpenRecording> | undefined): Promise<void> {
    this.released();
    const recorded = recording?.then((it) => it.recorder.close()); // it may still connect, to what does not answer
    await settledWithin(Promise.allSettled([this.#teller?.flush(), recorded]), LAST_WORDS_MS);
  }
}

/** A session that we have started: the same, but it has a maximum duration of ours, and we stop it. */
class HeldRemoteSession extends AttachedSession {
  override get isCostly(): boolean {
    return true;
  }

  protected override get isReplaced(): boolean {
    return true;
  }

  protected override async end(recording: Promise<OpenRecording> | undefined): Promise<void> {
    await super.end(recording);
    await this.session.stop();
    await this.source.stopped(this.session.id);
  }
}

/** Whether its server is one of ours, by what only those say of a session. */
function isOurs({ playwrightVersion, idempotencyKey }: SessionInfo): boolean {
  return playwrightVersion !== null || idempotencyKey !== null;
}
