/**
 * Keeps a run from waiting for a session API that is down, test after test: once it has failed for a while, starts fail at once, until it
 * answers again.
 *
 *   closed ---- it fails for 10 s, and answers nothing else either ----> open: starts fail at once, the API is asked every few seconds
 *     ^                                                                   |        ^
 *     '---- the trial succeeds ---- half-open: one start is the trial <---' answers '---- the trial fails: the pause doubles
 *
 * An API that answers other calls is down for those starts that fail three times in a row, unless it may be full: that is waited for.
 */
import { orAfter } from '../base/deadline';
import { logOf } from '../base/log';
import { countText, durationText } from '../base/texts';
import { ApiUnreachableError, isSessionwrightError, SessionwrightError } from '../contract/errors';

/** How long starts may fail in a row before the next ones are not tried, in milliseconds: an API that restarts is back by then. */
const OPEN_AFTER_MS = 10_000;
/** The start in a row that fails as if the API were down, while it answers other calls: with this one, starts are not tried any more. */
const MOST_FAILING = 3;
/** Time before the API is asked again, and the longest after trials that failed, in milliseconds. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
/** How long one waits for the trial of another before it fails, in milliseconds. A session is there within a second or two. */
const TRIAL_WAIT_MS = 15_000;

/** What a call fails with when the API is down, or something else is in its place. */
const DOWN: ReadonlySet<string> = new Set([
  'api_unreachable',
  'server_error',
  'contract_violation',
  'overloaded',
  'provider_failed',
]);

const log = logOf('host');

/** What a breaker watches. */
export interface BreakerSubject {
  /** The API or the provider, for messages: `the session API https://…`. */
  readonly name: string;
  /** Asks the API something small. Rejects, soon, while it is down. */
  probe(): Promise<unknown>;
  /** Whether sessions run there that are ours: then a start without an answer may wait for their place. */
  hasSessions(): boolean;
  /** Called once with each time of failing, when starts are not tried any more. */
  onOpen(error: SessionwrightError): void;
}

/** Starts a session. */
type Start<T> = (saysFull: () => void) => Promise<T>;

/** Starts in a row that failed. */
interface Failing {
  /** When the first of them began, by `performance.now()`. */
  sinceMs: number;
  /** When the last of them failed. */
  untilMs: number;
  count: number;
  last: SessionwrightError;
}

/** The breaker of the starts at one API that are alike: a browser that does not start with the options of one project may do so with those of another. */
export class Breaker {
  readonly #subject: BreakerSubject;
  #failing: Failing | undefined;
  #isOpen = false;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  /** The one start that is tried while it is half-open. */
  #trial: Promise<void> | undefined;
  #mayTry = false;
  #isClosed = false;

  constructor(subject: BreakerSubject) {
    this.#subject = subject;
  }

  /**
   * Does what starts a session, and calls its argument if the API says that there is no capacity.
   * @throws what it throws; {@link SessionwrightError} `api_down` at once, while the API is down
   */
  async run<T>(start: Start<T>): Promise<T> {
    if (this.#trial) await orAfter(this.#trial, TRIAL_WAIT_MS, undefined);
    if (!this.#isOpen || !this.#failing) return this.#watched(start);
    if (!this.#mayTry) throw this.#downError(this.#failing);
    this.#mayTry = false;
    const trying = this.#watched(start);
    this.#trial = trying
      .then(
        () => undefined,
        () => this.#pause(),
      )
      .finally(() => (this.#trial = undefined));
    return trying;
  }

  /** Asks no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #watched<T>(start: Start<T>): Promise<T> {
    const sinceMs = performance.now();
    let wasFull = false;
    try {
      const result = await start(() => (wasFull = true));
      this.#recovered();
      return result;
    } catch (error) {
      if (!isDown(error))
        this.#recovered(); // it has answered
      else if (this.#mayBeFull(error, wasFull) && (await this.#answers())) this.#recovered();
      else await this.#failed(error, sinceMs);
      throw error;
    }
  }

  /** Whether an API that is well could have failed a start by this: there was no place until the end of its time. */
  #mayBeFull(error: SessionwrightError, wasFull: boolean): boolean {
    if (error.code === 'overloaded') return true;
    return isUnanswered(error) && (wasFull || this.#subject.hasSessions());
  }

  async #failed(last: SessionwrightError, sinceMs: number): Promise<void> {
    const failing = (this.#failing ??= { sinceMs, untilMs: sinceMs, count: 0, last });
    failing.sinceMs = Math.min(failing.sinceMs, sinceMs);
    failing.untilMs = performance.now();
    failing.count += 1;
    failing.last = last;
    if (this.#isOpen || failing.untilMs - failing.sinceMs < OPEN_AFTER_MS) return;
    const mayBeUp = failing.count < MOST_FAILING;
    if (!mayBeUp || !(await this.#answers())) this.#open(failing);
  }

  #open(failing: Failing): void {
    if (this.#isOpen || this.#failing !== failing) return; // others were quicker
    this.#isOpen = true;
    log('%s is down: starts fail at once', this.#subject.name);
    this.#subject.onOpen(this.#downError(failing));
    this.#pause();
  }

  #recovered(): void {
    if (this.#isOpen) log('%s is up again', this.#subject.name);
    this.#failing = undefined;
    this.#isOpen = false;
    this.#mayTry = false;
    this.#pauseMs = FIRST_PAUSE_MS;
    clearTimeout(this.#timer);
  }

  /** After a pause the API is asked whether it is up, again and again; then one start is tried. */
  #pause(): void {
    if (!this.#isOpen || this.#isClosed) return;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    const ask = async (): Promise<void> => {
      if (await this.#answers()) this.#mayTry = true;
      else if (this.#isOpen && !this.#isClosed) this.#ask(ask, FIRST_PAUSE_MS);
    };
    this.#ask(ask, pauseMs);
  }

  #ask(ask: () => Promise<void>, afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void ask(), afterMs).unref();
  }

  async #answers(): Promise<boolean> {
    return this.#subject.probe().then(
      () => true,
      (error: unknown) => !isDown(error),
    );
  }

  #downError({ sinceMs, untilMs, count, last }: Failing): SessionwrightError {
    const forText = durationText(untilMs - sinceMs);
    const lastText = last.message.replace(/^Could not start a session: /, '');
    return new SessionwrightError(
      `Could not start a session: ${this.#subject.name} is down. ${countText(count, 'start')} failed in ${forText}, so tests do not wait for it any more. The last one: ${lastText} Once it is up again, the run goes on by itself.`,
      { code: 'api_down', cause: last },
    );
  }
}

function isDown(error: unknown): error is SessionwrightError {
  return isSessionwrightError(error) && DOWN.has(error.code);
}

function isUnanswered(error: unknown): boolean {
  return error instanceof ApiUnreachableError && error.maybeReceived;
}
