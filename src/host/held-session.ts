/** What a run knows of a session that it holds, and of the place where it comes from, whatever kind they are. */
import { setTimeout as delay } from 'node:timers/promises';
import { orAfter, settledWithin } from '../base/deadline';
import { durationText } from '../base/texts';
import type { Session, SessionsClient } from '../client/index';
import { MINUTE_MS } from '../contract/limits';
import { isSessionwrightError } from '../contract/errors';
import type { TestNote } from '../contract/test-notes';
import type { OpenRecording } from '../recording/recorder';
import type { AcquireRequest, PlaywrightOffer, SessionLoss, Wall } from './protocol';
import type { StartBook } from './start-book';
import type { StartWatch } from './start-watched';

/** One place that sessions come from. */
export interface Source {
  readonly client: SessionsClient;
  readonly api: { url: string; key: string };
  /** For the line that says where sessions come from; holds no secret. */
  readonly label: string;
  /** The page that shows its sessions; null where there is none. Secret when it holds a token. */
  readonly wall: Wall | null;
  /** A link to it that asks for no key, for the browser of whoever runs this: secret, and good once where it holds a ticket. */
  wallLink(): Promise<string | null>;
  /** True when its API is served by this process, and ends with it. */
  readonly isEmbedded: boolean;
  /** True when its browsers run on this machine, and share its files. */
  readonly isLocal: boolean;
  /** Remarks for the user, such as a sandbox that is off. */
  readonly notices: readonly string[];
  /** Starts a session, or attaches to the one that `sessionId` names. */
  open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession>;
  /** What the starts of now wait for, as far as it is known; it follows "waiting for a session: ". */
  waitingFor(): Promise<string | undefined>;
  /** Takes note of what tests start here by themselves, so that it ends whatever happens. */
  readonly starts: StartBook;
  /** A session has been stopped. */
  stopped(sessionId: string): Promise<void>;
  /** Stops what is still being started, and whatever serves it. */
  close(): Promise<void>;
}

/** How long a health check may take, in milliseconds: a healthy API answers at once. */
const HEALTH_CHECK_MS = 10_000;

/** How long a browser may take to answer its API before it hangs, in milliseconds. */
const HANG_MS = 5_000;

/** How long an API may take to see that a session has ended whose connection broke, and the time between two looks, in milliseconds. */
const LOSS_MS = 6_000;
const LOSS_POLL_MS = 100;

/** A session is replaced before a test when less than this is left of its maximum duration, in milliseconds, or less than the test may take. */
const MIN_REMAINING_MS = 30_000;
/** For how long one that no test has used is as good as any, and one that no worker has had need not be looked at, in milliseconds. */
const FRESH_MS = 10_000;

/** Error codes of a health check when there is no browser any more. */
const GONE: ReadonlySet<string> = new Set([
  'session_ended',
  'not_found',
  'server_error',
  'cdp_error',
]);

/** A running session and what belongs to it: whether it is still good, its recorder, and its end. */
export abstract class HeldSession {
  readonly session: Session;
  readonly source: Source;
  readonly startedAtMs = Date.now();
  /** How long its start took, in milliseconds, as far as its run knows. */
  startMs = 0;
  readonly #startedMs = performance.now();
  /** What workers have done with it. */
  usage: 'new' | 'leased' | 'used' = 'new';
  /** How many tests have begun on it. */
  tests = 0;
  /** Set once tests of its worker continue with what others left on it: no other session has that. */
  keepsState = false;
  /** Set once tests of its worker have used its API, which reports what they did. */
  isUsedByApi = false;
  /** Where the worker connects. */
  readonly cdpUrl: string;
  #recording: Promise<OpenRecording> | undefined;
  /** Context options of tests whose effect its browser does not forget. */
  readonly #lasting = new Set<string>();
  #state: 'active' | 'withdrawn' | 'stopped-by-test' | 'stopping' = 'active';
  #stopped: Promise<void> | undefined;

  protected constructor(session: Session, source: Source, cdpUrl: string) {
    this.session = session;
    this.source = source;
    this.cdpUrl = cdpUrl;
  }

  /** The Playwright beside its browser; null where there is none, or none is needed. */
  get playwright(): PlaywrightOffer | null {
    return null;
  }

  /** Whether it costs, elsewhere, as long as it runs. */
  get isCostly(): boolean {
    return false;
  }

  /** The browser's own CDP endpoint, for a worker that drives it past the gateway until the session is released; null where that cannot be. */
  enterDirectly(): string | null {
    return null;
  }

  /** Whether it was started a moment ago, and nobody has had it since. */
  get isNew(): boolean {
    return this.usage === 'new' && this.#ageMs < FRESH_MS;
  }

  /** A worker holds it from now on. */
  leased(): void {
    if (this.usage === 'new') this.usage = 'leased';
  }

  /** No worker holds it any more. */
  abstract released(): void;

  /** Tests begin in it, take steps, and end: for those who watch. Nobody waits for it. */
  note(_notes: readonly TestNote[]): void {}

  /** Hides the pages of a context that is prepared for the next test from viewers and from the recording; `null` when that test gets it. */
  async hideContext(contextId: string | null): Promise<void> {
    this.note([{ preparedContext: contextId }]);
    if (this.isRecording) (await this.recording()).recorder.prepare(contextId);
  }

  /** Somebody uses its API from now on: what only that tells is kept, such as the network log. */
  abstract keepForApi(): Promise<void>;

  /** Whether it runs, as far as can be told without asking its API. */
  protected abstract get isRunning(): boolean;

  /** Whether it is replaced ahead of the end of its maximum duration. */
  protected get isReplaced(): boolean {
    return true;
  }

  protected abstract openRecording(): Promise<OpenRecording>;

  /** Ends what belongs to it, and the session if it is ours. */
  protected abstract end(recording: Promise<OpenRecording> | undefined): Promise<void>;

  get #ageMs(): number {
    return performance.now() - this.#startedMs; // by this clock: that of its API may be another, and both may jump
  }

  get #longestMs(): number {
    return this.session.info.maxDuration;
  }

  /** True once it is known to have ended, or to have no browser any more, and nobody has stopped it. */
  get hasDied(): boolean {
    if (this.#state === 'stopped-by-test') return false;
    return this.#state === 'withdrawn' || this.session.info.status !== 'active';
  }

  /** True when it is not for another worker. */
  get staysWithWorker(): boolean {
    return this.keepsState || this.isUsedByApi;
  }

  /** A test has stopped it itself, through the API of the run. */
  stoppedByTest(): void {
    this.#state = 'stopped-by-test';
  }

  /** True once a recording has been opened. */
  get isRecording(): boolean {
    return this.#recording !== undefined;
  }

  /**
   * False when the session has ended, or would end while a test of this length runs. A fresh one is good: no other would last longer.
   * @param isKept - it has something that a later test counts on: as long as it runs, no other one is better
   */
  isGood(testTimeoutMs: number, { isKept = false } = {}): boolean {
    if (this.#state !== 'active' || this.session.info.status !== 'active') return false;
    if (!this.isRunning) return false;
    if (isKept || !this.isReplaced || (this.usage !== 'used' && this.#ageMs < FRESH_MS))
      return true;
    return this.#longestMs - this.#ageMs > Math.max(MIN_REMAINING_MS, testTimeoutMs);
  }

  /** Why it is not good for a second test of this length, in words; undefined where it could be for two. */
  whyForOneTest(testTimeoutMs: number): string | undefined {
    const roomMs = this.#longestMs - testTimeoutMs;
    const hasRoom = roomMs >= testTimeoutMs || roomMs > this.#ageMs || this.tests > 1;
    if (!this.isReplaced || (roomMs > 0 && hasRoom)) return undefined;
    const minutes = Math.ceil(testTimeoutMs / MINUTE_MS);
    const [what, tooFew] =
      roomMs > 0
        ? [
            `a session gets no other test with a timeout of ${minutes} min once it is ${durationText(roomMs)} old`,
            2 * minutes,
          ]
        : [`each test with a timeout of ${minutes} min gets a new session`, minutes];
    return `${what}: one lasts ${this.#longestMs / MINUTE_MS} min at most, and might end in mid-test. Set sessionOptions.maxDuration to more than ${tooFew * MINUTE_MS}, or a shorter timeout.`;
  }

  /** What of its tests the browser remembers that a test with these options would not expect: names of context options. */
  notForgotten(lasting: readonly string[]): string[] {
    return [...this.#lasting]
      .filter((it) => !lasting.includes(it))
      .map((it) => it.replace(/ .*/, ''));
  }

  /** Its browser will remember the effect of these options. */
  remember(lasting: readonly string[]): void {
    for (const it of lasting) this.#lasting.add(it);
  }

  /** No test gets it any more. */
  withdraw(): void {
    if (this.#state === 'active') this.#state = 'withdrawn';
  }

  /** Asks its API something that only a running browser can answer: the session may have ended unnoticed. Unclear answers change nothing. */
  async checkHealth(): Promise<void> {
    if (this.#state === 'withdrawn') return; // its browser may not answer
    const asked = this.session.debugInfo({ updateMetadata: true }).catch((error: unknown) => {
      if (isSessionwrightError(error) && GONE.has(error.code)) this.withdraw();
    });
    await settledWithin(asked, HEALTH_CHECK_MS);
  }

  /** Whether its browser does not answer though its API does: asks for something that only the browser can tell. An error is an answer. */
  async isUnresponsive(): Promise<boolean> {
    const browser = this.session.cookies().then(
      () => false,
      () => false,
    );
    if (!(await orAfter(browser, HANG_MS, true))) return false;
    const api = this.session.status().then(
      () => true,
      () => false,
    );
    return orAfter(api, HANG_MS, false);
  }

  /** What its API says of it, once a worker has lost its connection; it may take the API a moment to see that it has ended. */
  async whyLost(): Promise<SessionLoss | null> {
    const deadline = performance.now() + LOSS_MS; // by this clock: the time of day may be set back
    for (;;) {
      const asked = this.session.status().catch(() => null); // nobody can say
      const info = await orAfter(asked, HEALTH_CHECK_MS, null);
      if (!info) return null;
      const { status, error: reason, closedAt } = info;
      if (status !== 'active' || performance.now() > deadline)
        return { status, reason, endedAtMs: closedAt?.getTime() ?? null };
      await delay(LOSS_POLL_MS);
    }
  }

  /** The session's recording; made on first use, and when the disk was full then, on the next one. Whoever cannot be connected to is not tried for every test. */
  async recording(): Promise<OpenRecording> {
    this.#recording ??= this.openRecording().catch((error: unknown) => {
      if (isOfDisk(error)) this.#recording = undefined;
      throw error;
    });
    return this.#recording;
  }

  /** Stops the session, unless it is somebody else's. Idempotent; rejects when the API refuses, and can be tried again then. */
  async stop(): Promise<void> {
    this.#state = 'stopping';
    this.#stopped ??= this.end(this.#recording).catch((error: unknown) => {
      this.#stopped = undefined;
      throw error;
    });
    return this.#stopped;
  }
}

/** Whether it was a file that could not be made or written, as on a full disk. */
function isOfDisk(error: unknown): boolean {
  return (
    error instanceof Error && ('path' in error || isSessionwrightError(error, 'frame_store_full'))
  );
}
