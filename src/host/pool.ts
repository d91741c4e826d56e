/**
 * The sessions of a run, whoever uses them: those that nobody uses, those that are being started, and who waits for one. A session
 * goes to the one that has waited longest for one with its options; where there is no room for another, one that nobody uses makes it.
 */
import { ApiUnreachableError, isSessionwrightError } from '../contract/errors';
import type { HeldSession } from './held-session';
import type { AcquireRequest } from './protocol';
import type { StartWatch } from './start-watched';

/**
 * How long one that waits lets those go first that can take a session as it is, in milliseconds. To change the options of a session
 * costs the start of another one.
 */
export const SWAP_MS = 5_000;

/** How long a place is not asked for again when there was none: what the API says, at least the first, or else the second. In milliseconds. */
const LEAST_PAUSE_MS = 1_000;
const PAUSE_MS = 5_000;

/**
 * How long a session that costs elsewhere is kept while nobody uses it, in milliseconds: when a worker has ended, the next one is
 * there within a second or two, if there is one.
 */
const GIVE_BACK_MS = 10_000;

/** What a start fails with that is not tried, since those before it have failed. */
const DOWN = 'api_down';
/** What a start fails with while there is no place for it, or nobody to ask for one. */
const FULL: ReadonlySet<string> = new Set(['rate_limited', 'overloaded', DOWN]);

/** How long to wait before the next try, in milliseconds, if the error says so. */
interface Paused {
  retryAfterMs?: number | undefined;
}

/** Who wants a session, and which. */
export interface Wish {
  /** Names the options: sessions with the same key are alike. */
  readonly key: string;
  /** The parallel place of the run that it is for. */
  readonly parallelIndex: number;
  readonly request: AcquireRequest;
  /** How long a session is to last that is not new, in milliseconds. @default only that it lives */
  readonly timeoutMs?: number;
}

/** A session that nobody uses. */
export interface IdleSession extends Pick<Wish, 'key' | 'parallelIndex'> {
  readonly held: HeldSession;
  /** Just started: there is no need to look whether it lives. True only while it is offered for the first time. */
  isFresh?: boolean;
}

/** One that waits for a session. */
export interface Waiting extends Wish {
  /** Since when, by `performance.now()`. */
  readonly sinceMs: number;
  /** The start that was begun for it. */
  opening?: Opening | undefined;
  /** Whether a session is just being looked at for it. */
  isServed: boolean;
  /** No start is tried for it before that, by `performance.now()`: there was no place for one. */
  notBeforeMs: number;
  /** No place for another session helps it, only a session as it is: its API is down. */
  onlyAlike: boolean;
  give(held: HeldSession): void;
  fail(error: Error): void;
}

/** A start under way. */
interface Opening {
  readonly key: string;
  /** Who waits for it; undefined where nobody does yet, or any more. */
  by: Waiting | undefined;
  /** Whether there seems to be no place for it. */
  isStuck: boolean;
}

/** What the pool asks of the run around it. */
export interface PoolOwner {
  /** Starts a session. */
  open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession>;
  /** Ends a session; resolves when its place is free. */
  end(held: HeldSession): Promise<unknown>;
  /** A start has failed that was begun for somebody, or that somebody waits for. */
  failed(error: unknown): void;
  /** Sessions that the run may have at once. */
  limit(): number;
  /** Whether the place of a session has a worker that wants other options. */
  hasMovedOn(session: IdleSession): boolean;
  /** There is none for this one: whoever has one and does not use it is to give it. */
  lack(waiting: Waiting): void;
}

/** The pool of one run. */
export class SessionPool {
  readonly #owner: PoolOwner;
  readonly #giveUp: AbortSignal;
  readonly #idle: IdleSession[] = [];
  /** First come, first served. */
  readonly #queue: Waiting[] = [];
  readonly #openings = new Set<Opening>();
  /** With the keys of their options. */
  readonly #running = new Map<HeldSession, string>();
  readonly #ending = new Set<HeldSession>();

  /** @param giveUp - aborted when the run ends: no start goes on */
  constructor(owner: PoolOwner, giveUp: AbortSignal) {
    this.#owner = owner;
    this.#giveUp = giveUp;
  }

  get waiting(): readonly Waiting[] {
    return this.#queue;
  }

  /** Sessions that run. */
  get size(): number {
    return this.#running.size;
  }

  /** How many of those that wait would be helped by a session with this key that somebody gives. */
  wants(key: string): number {
    return this.#queue.filter(
      ({ isServed, opening, onlyAlike, ...wish }) =>
        !isServed && (wish.key === key || (!onlyAlike && (!opening || opening.isStuck))),
    ).length;
  }

  /**
   * A session, as soon as there is one.
   * @param begin - told who waits, so that {@link drop} can end it
   * @throws the error of the start
   */
  async take(wish: Wish, begin: (waiting: Waiting) => void = () => {}): Promise<HeldSession> {
    return new Promise((give, fail) => {
      const { key, parallelIndex, request, timeoutMs = 0 } = wish;
      const sinceMs = performance.now();
      const state = { sinceMs, isServed: false, notBeforeMs: 0, onlyAlike: false };
      const waiting = { key, parallelIndex, request, timeoutMs, ...state, give, fail };
      begin(waiting);
      this.#queue.push(waiting);
      this.dispatch();
    });
  }

  /** Starts a session that somebody will want soon, where there is room and none is there for them. Where that fails, it is for them to start one, and to be told why not. */
  openAhead(wish: Wish): void {
    const { key, parallelIndex } = wish;
    const isThere = this.#idle.some((it) => it.key === key && it.parallelIndex === parallelIndex);
    if (!isThere && this.#hasRoom()) this.#open(wish);
  }

  /** One that waits gets this error instead. What was begun for it goes on, for whoever comes next. */
  drop(waiting: Waiting, error: Error): void {
    if (!this.#leaveQueue(waiting)) return;
    waiting.fail(error);
  }

  /** A session that nobody uses any more. */
  put(session: IdleSession): void {
    this.#keep(session);
    this.dispatch();
  }

  /** Ends a session. */
  end(held: HeldSession): void {
    this.#running.delete(held);
    this.#ending.add(held);
    const settled = (): void => {
      this.#ending.delete(held);
      this.dispatch();
    };
    this.#owner.end(held).then(settled, settled);
  }

  /** Ends those that nobody uses and of which this is true. */
  endIdle(isNotNeeded: (session: IdleSession) => boolean): void {
    for (const session of this.#idle.filter(isNotNeeded)) this.#endIdle(session);
  }

  /** Serves who waits, as far as that is possible now. */
  dispatch(): void {
    let coming = this.#ending.size;
    for (const waiting of [...this.#queue]) {
      if (waiting.isServed || this.#serve(waiting)) continue;
      if (waiting.onlyAlike) this.#owner.lack(waiting);
      else if (coming > 0) coming--;
      else if (!this.#makeRoom(waiting)) this.#owner.lack(waiting);
      if (isOld(waiting) && !waiting.onlyAlike) return; // nobody goes first any more
    }
  }

  /** True when a session is there for it, or is being started. */
  #serve(waiting: Waiting): boolean {
    const fitting = this.#fitting(waiting);
    if (fitting) {
      this.#hand(fitting, waiting);
      return true;
    }
    if (!waiting.opening) this.#adopt(waiting);
    if (!waiting.opening && performance.now() >= waiting.notBeforeMs && this.#hasRoom())
      this.#open(waiting, waiting);
    return waiting.opening?.isStuck === false;
  }

  /** That of the place itself comes first. */
  #fitting({ key, parallelIndex }: Waiting): IdleSession | undefined {
    const alike = this.#idle.filter((it) => it.key === key);
    return (
      alike.findLast((it) => it.parallelIndex === parallelIndex) ??
      alike.find(({ held }) => !held.staysWithWorker)
    );
  }

  #hand(session: IdleSession, waiting: Waiting): void {
    this.#idle.splice(this.#idle.indexOf(session), 1);
    waiting.isServed = true;
    this.#leaveOpening(waiting); // it is for the next one
    const { held, isFresh = false } = session;
    const looked = isFresh || held.isNew ? Promise.resolve() : held.look(); // it may have ended since, or have failed whoever had it
    void looked.then(() => {
      waiting.isServed = false;
      const isGood = isFresh || held.isGood(waiting.timeoutMs ?? 0); // another one would be no better than a fresh one
      if (!isGood) this.end(held);
      else if (this.#leaveQueue(waiting)) waiting.give(held);
      else this.#keep({ ...session, isFresh: false });
      this.dispatch();
    });
  }

  /** A start that was begun for somebody who has got another session, or is gone. */
  #adopt(waiting: Waiting): void {
    const opening = [...this.#openings].find(({ key, by }) => key === waiting.key && !by);
    if (!opening) return;
    opening.by = waiting;
    waiting.opening = opening;
  }

  #hasRoom(): boolean {
    const taken = this.#running.size + this.#openings.size + this.#ending.size;
    return taken < this.#owner.limit();
  }

  #open(wish: Wish, by?: Waiting): void {
    const opening: Opening = { key: wish.key, by, isStuck: false };
    if (by) by.opening = opening;
    this.#openings.add(opening);
    const stuck = (): void => {
      opening.isStuck = true;
      this.dispatch();
    };
    this.#owner
      .open(wish.request, { onFull: stuck, signal: this.#giveUp })
      .then(
        (held) => this.#opened(opening, { ...wish, held }),
        (error: unknown) => {
          if (by ?? opening.by) this.#owner.failed(error);
          this.#failed(opening, error);
        },
      )
      .finally(() => this.dispatch());
  }

  #opened(opening: Opening, { held, key, parallelIndex }: IdleSession): void {
    this.#closeOpening(opening);
    this.#running.set(held, key);
    const session = { held, key, parallelIndex, isFresh: true };
    this.put(session);
    session.isFresh = false; // who comes later does not know how long it has been there
    this.endIdle((it) => it === session && this.#owner.hasMovedOn(it));
  }

  /** Keeps a session for whoever comes next: one that costs elsewhere only for a while. */
  #keep(session: IdleSession): void {
    this.#idle.push(session);
    if (session.held.isCostly)
      setTimeout(() => this.endIdle((it) => it === session), GIVE_BACK_MS).unref();
  }

  /** Whoever shares what the run has already needs no session of its own. */
  #failed(opening: Opening, error: unknown): void {
    const { by, isStuck } = opening;
    this.#closeOpening(opening);
    if (!by) return;
    const foundNoPlace = isFull(error) || (isStuck && isUnanswered(error));
    by.onlyAlike = isSessionwrightError(error, DOWN);
    const shared = [...this.#running.values()].filter((key) => !by.onlyAlike || key === by.key);
    if (!foundNoPlace || shared.length === 0) {
      this.drop(by, error as Error);
      return;
    }
    const pauseMs = Math.max(LEAST_PAUSE_MS, error.retryAfterMs ?? PAUSE_MS);
    by.notBeforeMs = performance.now() + pauseMs;
    setTimeout(() => this.dispatch(), pauseMs).unref();
  }

  #closeOpening(opening: Opening): void {
    this.#openings.delete(opening);
    if (opening.by) opening.by.opening = undefined;
    opening.by = undefined;
  }

  /** Ends a session with other options that nobody uses, unless somebody can take it as it is. */
  #makeRoom(waiting: Waiting): boolean {
    const spare = this.#idle.find(
      (session) =>
        isOld(waiting) ||
        session.held.staysWithWorker ||
        !this.#queue.some(({ key }) => key === session.key),
    );
    if (spare) this.#endIdle(spare);
    return spare !== undefined;
  }

  #endIdle(session: IdleSession): void {
    this.#idle.splice(this.#idle.indexOf(session), 1);
    this.end(session.held);
  }

  #leaveQueue(waiting: Waiting): boolean {
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    this.#leaveOpening(waiting);
    return true;
  }

  #leaveOpening(waiting: Waiting): void {
    if (waiting.opening) waiting.opening.by = undefined;
    waiting.opening = undefined;
  }
}

function isOld({ sinceMs }: Waiting): boolean {
  return performance.now() - sinceMs > SWAP_MS;
}

function isFull(error: unknown): error is Paused {
  return isSessionwrightError(error) && FULL.has(error.code);
}

/** An API that lets those wait that ask for a session answers nothing until there is a place. */
function isUnanswered(error: unknown): error is Paused {
  return error instanceof ApiUnreachableError && error.maybeReceived;
}
