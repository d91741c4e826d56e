/** Sessions of a session API elsewhere: they cost until they are stopped, so each is in the ledger as long as it runs. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ClientWarning, Session, SessionsClient } from '../client/index';
import { environment } from '../options/environment';
import { describeSource } from '../options/source';
import type { SessionOptions } from '../options/types';
import type { OpenRecording } from '../recording/recorder';
import { HeldSession, type Source } from './held-session';
import { keepAwake } from './keep-awake';
import type { Ledger } from './ledger';
import type { AcquireRequest, PlaywrightOffer } from './protocol';
import { startOptions } from './start-request';
import { startWatched, type StartWatch } from './start-watched';

/** A session is replaced before a test when less than this is left of its maximum duration, or less than the test may take. */
const MIN_REMAINING_MS = 30_000;
/** A start that takes longer waits for a place, in milliseconds: a session is there within a second or two. */
const SLOW_START_MS = 3_000;
/** How long a second connection to its browser may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 30_000;

/** Where what belongs to remote sessions is kept on this machine. */
export interface LocalPlace {
  runFolder: string;
  ledger: Ledger;
  /** Frames go below it. */
  workFolder: string;
}

/** A session API. */
export class RemoteSource implements Source {
  readonly client: SessionsClient;
  readonly api: { url: string; key: string };
  readonly label: string;
  readonly isEmbedded = false;
  readonly isLocal = false;
  readonly notices = [];
  readonly #place: LocalPlace;

  private constructor(client: SessionsClient, options: SessionOptions, place: LocalPlace) {
    this.client = client;
    this.api = { url: client.apiUrl, key: options.apiKey ?? environment.apiKey ?? '' };
    this.label = describeSource(options);
    this.#place = place;
  }

  /** @param onWarning - told of sessions that may have been left */
  static async open(
    options: SessionOptions,
    place: LocalPlace,
    onWarning: (warning: ClientWarning) => void,
  ): Promise<RemoteSource> {
    const { SessionsClient } = await import('../client/index');
    const client = new SessionsClient({
      apiUrl: options.apiUrl,
      apiKey: options.apiKey,
      handleSignals: false,
      onWarning,
    });
    return new RemoteSource(client, options, place);
  }

  async open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    const { sessionId, startTimeoutMs } = request.options;
    if (sessionId !== undefined)
      return new AttachedSession(await this.client.connect(sessionId), this, this.#place);
    const session = await startWatched(
      this.client,
      { ...startOptions(request), ...(startTimeoutMs !== undefined && { startTimeoutMs }) },
      { ...watch, slowMs: SLOW_START_MS },
    );
    await this.started(session.id);
    return new HeldRemoteSession(session, this, this.#place);
  }

  /** Only its API could know. */
  async waitingFor(): Promise<undefined> {}

  async started(sessionId: string): Promise<void> {
    await this.#place.ledger.started({ sessionId, apiUrl: this.api.url });
  }

  async stopped(sessionId: string): Promise<void> {
    await this.#place.ledger.stopped(sessionId);
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}

/** A session of somebody else's: it is used, kept awake and recorded, and never stopped by us. */
class AttachedSession extends HeldSession {
  readonly #workFolder: string;
  #sleep: (() => void) | undefined;

  /** Throws when the session has ended. */
  constructor(session: Session, source: Source, { workFolder }: LocalPlace) {
    super(session, source, session.cdpUrl);
    this.#workFolder = workFolder;
  }

  override get playwright(): PlaywrightOffer | null {
    const { playwrightUrl: url, playwrightVersion: version } = this.session.info;
    return url === null || version === null ? null : { url, version };
  }

  /** Its API may not count what a worker does with the browser as use. */
  leased(): void {
    this.#sleep ??= keepAwake(this.session, this.session.info.idleTimeoutMinutes * 60_000);
  }

  released(): void {
    this.#sleep?.();
    this.#sleep = undefined;
  }

  /** Its API keeps what it keeps. */
  async keepForApi(): Promise<void> {}

  /** There is no other one to move to. */
  protected lasts(_forMs: number): boolean {
    return true;
  }

  /** Recorded through a second CDP client on its browser. */
  protected async openRecording(): Promise<OpenRecording> {
    const [{ WebSocketTransport }, { CdpConnection }, { FrameStore }, { SessionRecorder }] =
      await Promise.all([
        import('../cdp/web-socket-transport'),
        import('../cdp/connection'),
        import('../recording/frame-store'),
        import('../recording/session-recorder'),
      ]);
    const connection = new CdpConnection(
      await WebSocketTransport.connect(this.cdpUrl, { timeoutMs: CONNECT_TIMEOUT_MS }),
    );
    const frames = await FrameStore.open(join(this.#workFolder, randomUUID())); // an id is the API's, and no name of a folder
    return { frames, recorder: await SessionRecorder.attach(connection, frames) };
  }

  protected async end(recording: Promise<OpenRecording> | undefined): Promise<void> {
    this.released();
    await recording?.then((it) => it.recorder.close()).catch(() => undefined);
  }
}

/** A session that we have started: the same, but it has a maximum duration of ours, and we stop it. */
class HeldRemoteSession extends AttachedSession {
  override get isCostly(): boolean {
    return true;
  }

  protected override lasts(forMs: number): boolean {
    const { createdAt, maxDurationMinutes } = this.session.info;
    const endsAtMs = createdAt.getTime() + maxDurationMinutes * 60_000;
    return endsAtMs - Date.now() > Math.max(MIN_REMAINING_MS, forMs);
  }

  protected override async end(recording: Promise<OpenRecording> | undefined): Promise<void> {
    await super.end(recording);
    await this.session.stop();
    await this.source.stopped(this.session.id);
  }
}
