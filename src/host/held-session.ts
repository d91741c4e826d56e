/** A session that a run holds, and the source that it comes from. */
import { setTimeout as delay } from 'node:timers/promises';
import { orAfter, settledWithin } from '../base/deadline';
import type { Session, SessionsClient } from '../client/index';
import { MINUTE_MS } from '../contract/limits';
import { isSessionwrightError } from '../contract/errors';
import type { TestNote } from '../contract/test-notes';
import type { ClipEncoder } from '../recording/clip-encoder';
import type { OpenRecording } from '../recording/session-recorder';
import type { AcquireRequest, KeptSession, PlaywrightOffer, SessionLoss, Wall } from './protocol';
import type { StartBook, StartWatch } from './starts';

/** A source of sessions. The book records the starts of tests, so that those sessions end too. */
export interface Source extends StartBook {
  readonly client: SessionsClient;
  readonly api: { url: string; key: string };
  /** Says where sessions come from; contains no secret. */
  readonly label: string;
  /** The page that shows its sessions; null if there is none. */
  readonly wall: Wall | null;
  /** A link to the wall that asks for no key; undefined if its API has none. Secret; may work only once. */
  wallLink?(): Promise<string | undefined>;
  /** Its API is served by this process, and ends with it. */
  readonly isEmbedded: boolean;
  /** Its browsers run on this machine, and share its files. */
  readonly isLocal: boolean;
  /** Messages for the user, such as a disabled sandbox. */
  readonly notices: readonly string[];
  /** Starts a session, or attaches to the one that `sessionId` names. */
  open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession>;
  /** What current starts wait for, if that is known; follows "waiting for a session: ". */
  waitingFor(): Promise<string | undefined>;
  /** A session was stopped. */
  stopped(sessionId: string): Promise<void>;
  /** A session stays open after its test failed. */
  kept(held: HeldSession, why: KeptSession): Promise<void>;
  /** Cancels starts, and closes the server. */
  close(): Promise<void>;
}

/** How long a health check may take, in milliseconds: a healthy API answers at once. */
const HEALTH_CHECK_MS = 10_000;

/** A browser that does not answer its API for this time, in milliseconds, is unresponsive. */
const HANG_MS = 5_000;

/** How long an API may take to notice that a session ended, in milliseconds, and the time between two checks. */
const LOSS_MS = 6_000;
const LOSS_POLL_MS = 100;

/** A session is replaced before a test if less than this is left of its maximum duration, in milliseconds, or less than the test may take. */
const MIN_REMAINING_MS = 30_000;
/** For this time, in milliseconds, an unused session is as good as any, and needs no health check before its first lease. */
const FRESH_MS = 10_000;

/** Error codes of a health check if the browser is closed. */
const GONE: ReadonlySet<string> = new Set([
  'session_ended',
  'not_found',
  'server_error',
  'cdp_error',
]);

/** A running session: its health, its recording and its end. */
export abstract class HeldSession {
  readonly session: Session;
  readonly source: Source;
  readonly startedAtMs = Date.now();
  /** How long its start took, in milliseconds. */
  startMs = 0;
  readonly #startedMs = performance.now();
  /** What workers did with it. */
  usage: 'new' | 'leased' | 'used' = 'new';
  /** Tests of its worker continue with what earlier ones left: no other session has that. */
  keepsState = false;
  /** Tests of its worker used its API, which reports what they did. */
  isUsedByApi = false;
  /** Where the worker connects. */
  readonly cdpUrl: string;
  #recording: Promise<OpenRecording> | undefined;
  /** Context options of tests whose effect the browser does not forget. */
  readonly #lasting = new Set<string>();
  #state: 'active' | 'kept' | 'withdrawn' | 'stopped-by-test' | 'stopping' = 'active';

  protected constructor(session: Session, source: Source, cdpUrl: string) {
    this.session = session;
    this.source = source;
    this.cdpUrl = cdpUrl;
  }

  /** The Playwright server on the browser's machine, if there is one. */
  get playwright(): PlaywrightOffer | null {
    return null;
  }

  /** It is billed, or takes a slot of a Grid, while it runs. */
  get isCostly(): boolean {
    return false;
  }

  /** The browser's own CDP endpoint, for a worker that does not use the gateway until it releases the session; null if there is none. */
  enterDirectly(): string | null {
    return null;
  }

  /** It started a moment ago, and no worker had it yet. */
  get isNew(): boolean {
    return this.usage === 'new' && this.#ageMs < FRESH_MS;
  }

  /** A worker has it from now on. */
  leased(): void {
    if (this.usage === 'new') this.usage = 'leased';
  }

  /** No worker has it any more. */
  abstract released(): void;

  /** Sends notes on tests to its viewers, in the background. */
  note(_notes: readonly TestNote[]): void {}

  /** Hides the pages of a context that is prepared for the next test from viewers and from the recording; `null` when that test gets it. */
  async hideContext(contextId: string | null): Promise<void> {
    this.note([{ preparedContext: contextId }]);
    if (this.isRecording) (await this.recording()).recorder.prepare(contextId);
  }

  /** Tests use its API from now on: keeps what only the API reports, such as the network log. */
  abstract keepForApi(): Promise<void>;

  /** Whether it runs, as far as is known without asking its API. */
  protected abstract get isRunning(): boolean;

  /** Whether another session can replace it before it ends. */
  protected get isReplaceable(): boolean {
    return true;
  }

  protected abstract openRecording(): Promise<OpenRecording>;

  /** Ends its recording, and the session unless it is attached. */
  protected abstract end(recording: Promise<OpenRecording> | undefined): Promise<void>;

  get #ageMs(): number {
    return performance.now() - this.#startedMs; // the API's clock may differ, and both may jump
  }

  get #longestMs(): number {
    return this.session.info.maxDuration;
  }

  /** It ended by itself, or lost its browser. */
  get hasDied(): boolean {
    if (this.#state === 'stopped-by-test') return false;
    return this.#state === 'withdrawn' || this.session.info.status !== 'active';
  }

  /** It is not for another worker. */
  get staysWithWorker(): boolean {
    return this.keepsState || this.isUsedByApi;
  }

  /** A test stopped it through its API. */
  stoppedByTest(): void {
    this.#state = 'stopped-by-test';
  }

  /** A recording was opened. */
  get isRecording(): boolean {
    return this.#recording !== undefined;
  }

  /**
   * False if it has ended, or would end during a test of this length. A new session is good: no other lasts longer.
   * @param isKept - a later test needs this session, as long as it runs
   */
  isGood(testTimeoutMs: number, { isKept = false } = {}): boolean {
    if (this.#state !== 'active' || this.session.info.status !== 'active') return false;
    if (!this.isRunning) return false;
    if (isKept || !this.isReplaceable || (this.usage !== 'used' && this.#ageMs < FRESH_MS))
      return true;
    return this.#longestMs - this.#ageMs > Math.max(MIN_REMAINING_MS, testTimeoutMs);
  }

  /** A warning if tests of this length each need a new session; undefined otherwise. */
  whyForOneTest(testTimeoutMs: number): string | undefined {
    const hasRoom =
      this.#longestMs >= 2 * testTimeoutMs || this.#longestMs - testTimeoutMs > this.#ageMs;
    if (!this.isReplaceable || hasRoom) return undefined;
    const minutes = Math.ceil(testTimeoutMs / MINUTE_MS);
    return `each test with a timeout of ${minutes} min gets a new session, because one lasts ${this.#longestMs / MINUTE_MS} min at most. Set sessionOptions.maxDuration to more than ${2 * minutes * MINUTE_MS}, or a shorter timeout.`;
  }

  /** Names of context options whose effect the browser remembers, and which a test with these options does not expect. */
  notForgotten(lasting: readonly string[]): string[] {
    return [...this.#lasting]
      .filter((it) => !lasting.includes(it))
      .map((it) => it.replace(/ .*/, ''));
  }

  /** A test sets these options: the browser will remember their effect. */
  remember(lasting: readonly string[]): void {
    for (const it of lasting) this.#lasting.add(it);
  }

  /** No test gets it any more. */
  withdraw(): void {
    if (this.#state === 'active' || this.#state === 'kept') this.#state = 'withdrawn';
  }

  /** It stays open after its test failed, and no test gets it any more. False if it has ended, or is not ours to end. */
  keep(): boolean {
    if (this.#state !== 'active' || !this.isReplaceable) return false;
    this.#state = 'kept';
    return true;
  }

  /** Time until its maximum duration, in milliseconds. */
  get restMs(): number {
    return this.#longestMs - this.#ageMs;
  }

  /** Asks its API something that needs the browser, and withdraws the session if the browser is closed. Unclear answers change nothing. */
  async checkHealth(): Promise<void> {
    if (this.#state === 'withdrawn') return; // the browser may not answer
    const asked = this.session.debugInfo({ updateMetadata: true }).catch((error: unknown) => {
      if (isSessionwrightError(error) && GONE.has(error.code)) this.withdraw();
    });
    await settledWithin(asked, HEALTH_CHECK_MS);
  }

  /** Whether the API answers, but the browser does not. An error is an answer. */
  async isUnresponsive(): Promise<boolean> {
    if (await settledWithin(this.session.cookies(), HANG_MS)) return false;
    const api = this.session.status().then(
      () => true,
      () => false,
    );
    return orAfter(api, HANG_MS, false);
  }

  /** What its API reports after a worker lost the connection. The API may take a moment to notice the end. */
  async whyLost(): Promise<SessionLoss | null> {
    const deadline = performance.now() + LOSS_MS;
    for (;;) {
      const asked = this.session.status().catch(() => null);
      const info = await orAfter(asked, HEALTH_CHECK_MS, null);
      if (!info) return null;
      const { status, error: reason, closedAt } = info;
      if (status !== 'active' || performance.now() > deadline)
        return { status, reason, endedAtMs: closedAt?.getTime() ?? null };
      await delay(LOSS_POLL_MS);
    }
  }

  /** The recording; opened on first use. After a full disk it is tried again, after a failed connection it is not. */
  async recording(): Promise<OpenRecording> {
    this.#recording ??= this.openRecording().catch((error: unknown) => {
      if (isOfDisk(error)) this.#recording = undefined;
      throw error;
    });
    return this.#recording;
  }

  /**
   * Opens an encoder of clips in its browser. Viewers do not show it.
   * @throws {@link CdpError} or {@link TimeoutError} if the browser does not answer
   */
  async openEncoder(): Promise<ClipEncoder> {
    const [{ ClipEncoder }, { connectTo }] = await Promise.all([
      import('../recording/clip-encoder'),
      import('./session-connection'),
    ]);
    return ClipEncoder.inSession(
      async () => connectTo(this.cdpUrl),
      async (contextId) => this.hideContext(contextId),
    );
  }

  /** Stops the session, unless it is attached. Rejects if the API refuses, and can be called again then. */
  async stop(): Promise<void> {
    this.#state = 'stopping';
    await this.end(this.#recording);
  }
}

/** Whether a file could not be written, as on a full disk. */
function isOfDisk(error: unknown): boolean {
  return (
    error instanceof Error && ('path' in error || isSessionwrightError(error, 'frame_store_full'))
  );
}
