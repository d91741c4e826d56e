/** A session of a session API: used, kept awake and recorded. It is stopped only if the run started it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { settledWithin } from '../base/deadline';
import { logOf } from '../base/log';
import type { Session, SessionInfo } from '../client/index';
import { withoutStartupPage } from '../contract/addresses';
import { ApiError } from '../contract/errors';
import { MAX_NOTES, shortNote, type TestNote } from '../contract/test-notes';
import type { OpenRecording } from '../recording/session-recorder';
import { HeldSession, type Source } from './held-session';
import type { PlaywrightOffer } from './protocol';

/** How long the last notes on tests and the end of the recording may take, in milliseconds. Then the session is stopped without them. */
const LAST_WORDS_MS = 5_000;
/** Calls in one idle time that keep a session awake: if one is lost, the next is still in time. */
const CALLS_PER_IDLE_TIME = 3;

const log = logOf('api');

/** A session of a session API. */
export class RemoteSession extends HeldSession {
  readonly #workFolder: string;
  readonly #isAttached: boolean;
  readonly #notes: NoteSender | undefined;
  #sleep: (() => void) | undefined;

  /** @param isAttached - the run did not start it */
  constructor(
    session: Session,
    source: Source,
    { workFolder, isAttached }: { workFolder: string; isAttached: boolean },
  ) {
    const { cdpUrl, info } = session;
    super(session, source, isOurs(info) ? withoutStartupPage(cdpUrl) : cdpUrl); // workers make their own pages
    this.#workFolder = workFolder;
    this.#isAttached = isAttached;
    if (isOurs(info)) this.#notes = new NoteSender(async (notes) => session.noteTests(notes));
  }

  override get playwright(): PlaywrightOffer | null {
    const { playwrightUrl: url, playwrightVersion: version } = this.session.info;
    return url === null || version === null ? null : { url, version };
  }

  override get isCostly(): boolean {
    return !this.#isAttached;
  }

  override leased(): void {
    super.leased();
    this.#sleep ??= keepAwake(this.session, this.session.info.idleTimeout);
  }

  released(): void {
    this.#sleep?.();
    this.#sleep = undefined;
  }

  override note(notes: readonly TestNote[]): void {
    this.#notes?.add(notes);
  }

  async keepForApi(): Promise<void> {}

  protected override get isRunning(): boolean {
    return true; // only its API knows
  }

  protected override get isReplaceable(): boolean {
    return !this.#isAttached;
  }

  /** Records through a second CDP client. @throws {@link CdpError} if the browser does not answer */
  protected async openRecording(): Promise<OpenRecording> {
    const [{ connectTo }, { SessionTargets }, { FrameStore }, { SessionRecorder }] =
      await Promise.all([
        import('./session-connection'),
        import('../cdp/session-targets'),
        import('../recording/frame-store'),
        import('../recording/session-recorder'),
      ]);
    const frames = await FrameStore.open(join(this.#workFolder, randomUUID())); // the API's id may be no name for a folder
    const connection = await connectTo(this.cdpUrl);
    try {
      const recorder = await SessionRecorder.attach(new SessionTargets(connection), frames);
      return { frames, recorder };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  protected async end(recording: Promise<OpenRecording> | undefined): Promise<void> {
    this.released();
    const recorded = recording?.then((it) => it.recorder.close()); // it may still connect to a browser that does not answer
    await settledWithin(Promise.allSettled([this.#notes?.flush(), recorded]), LAST_WORDS_MS);
    if (this.#isAttached) return;
    await this.session.stop();
    await this.source.stopped(this.session.id);
  }
}

/** Whether a session is on a server of ours: only those report these fields. */
function isOurs({ playwrightVersion, idempotencyKey }: SessionInfo): boolean {
  return playwrightVersion !== null || idempotencyKey !== null;
}

/**
 * Keeps a session from idling out until the returned function is called: its API may not count CDP traffic as use. A call may fail: the
 * test sees what is wrong.
 */
export function keepAwake(session: Session, idleTimeoutMs: number): () => void {
  const timer = setInterval(
    () => void session.debugInfo({ updateMetadata: true }).catch(() => undefined),
    idleTimeoutMs / CALLS_PER_IDLE_TIME,
  );
  return () => clearInterval(timer);
}

/** How long notes wait for others, in milliseconds: each call costs. */
const GATHER_MS = 500;
/** The most notes that wait; newer ones are dropped. */
const MAX_WAITING = 4 * MAX_NOTES;
/** How an API answers that has no such call. */
const UNKNOWN_CALL = [404, 405, 501];

/** Sends notes on tests to a server, for its viewer: in batches, in the background. Drops what cannot be sent. */
export class NoteSender {
  readonly #send: (notes: readonly TestNote[]) => Promise<unknown>;
  #waiting: TestNote[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isOver = false;

  constructor(send: (notes: readonly TestNote[]) => Promise<unknown>) {
    this.#send = send;
  }

  /** Sends the notes soon. */
  add(notes: readonly TestNote[]): void {
    if (this.#isOver) return;
    this.#waiting.push(...notes.slice(0, MAX_WAITING - this.#waiting.length).map(shortNote));
    if (notes.some((note) => 'preparedContext' in note)) void this.flush();
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref();
  }

  /** Resolves when all notes are sent or dropped. */
  async flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isOver) {
      const notes = this.#waiting.splice(0, MAX_NOTES);
      await this.#send(notes).catch((error: unknown) => {
        log('%d notes on tests dropped: %s', notes.length, error);
        this.#isOver = error instanceof ApiError && UNKNOWN_CALL.includes(error.status ?? 0);
      });
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
