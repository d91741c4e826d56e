/**
 * The sessions of a run: which ones start, are idle, in use, or ending, and which worker gets one next. A session goes to the first
 * waiting worker with the same options. At the session limit, an idle session with other options is ended to make room.
 */
import { Admission, type Waiter } from '../base/admission';
import { ApiUnreachableError, isSessionwrightError } from '../contract/errors';
import type { AcquireRequest } from './protocol';
import type { StartWatch } from './starts';

/**
 * How long a waiting worker lets others go first that can take a session as it is, in milliseconds. Other options cost the start of
 * another session.
 */
export const CHANGE_OPTIONS_MS = 5_000;

/** Pause before another start when there was no capacity, in milliseconds: what the API says, at least the first, or else the second. */
const LEAST_PAUSE_MS = 1_000;
const PAUSE_MS = 5_000;

/** How long a billed session is kept idle, in milliseconds: the worker that replaces another connects within a second or two. */
const KEEP_IDLE_MS = 10_000;

/** The error code of starts that fail at once because the API is down. */
const DOWN = 'api_down';
/** Error codes of starts that find no capacity, or no API. */
const FULL: readonly string[] = ['rate_limited', 'overloaded', DOWN];

/** A session, as far as the pool knows it. */
export interface PooledSession {
  /** It started a moment ago, and no worker had it yet: it needs no health check. */
  readonly isNew: boolean;
  /** It is not for another worker slot. */
  readonly staysWithWorker: boolean;
  /** It is billed, or takes a slot of a Grid, while it runs. */
  readonly isCostly: boolean;
  /** Whether it is active, and lasts for a test with this timeout. */
  isGood(testTimeoutMs: number): boolean;
  /** Asks its API whether it is active. */
  checkHealth(): Promise<void>;
}

/** A worker's request for a session. */
export interface Wish {
  /** Identifies the options: sessions with the same key are alike. */
  readonly key: string;
  readonly parallelIndex: number;
  readonly request: AcquireRequest;
  /** How long the session must last, in milliseconds; 0 if it need only be active. */
  readonly timeoutMs: number;
}

/** The state of a session. */
type SessionState<S> =
  /** `isFull` if there seems to be no capacity for it now. */
  | { readonly name: 'starting'; isFull: boolean }
  | { readonly name: 'idle'; readonly session: S }
  | { readonly name: 'taken'; readonly session: S }
  | { readonly name: 'ending' };

interface Entry<S> {
  readonly key: string;
  /** The worker slot that had it last, or that it was started for. */
  parallelIndex: number;
  state: SessionState<S>;
}

/** What comes next for a waiting worker: a session that starts or is checked, or nothing, as far as is known. */
type Outlook = 'lacking' | 'starting' | 'checking';

/** The wait of a worker. */
export type Wait<S> = Waiter<Wish & { outlook: Outlook }, S>;

/** What the pool asks of its owner. */
export interface PoolOwner<S> {
  /** Starts a session. */
  open(request: AcquireRequest, watch: StartWatch): Promise<S>;
  /** Ends a session; resolves when its capacity is free. */
  end(session: S): Promise<unknown>;
  /** A start failed. */
  failed(error: unknown): void;
  /** Most sessions at once. */
  limit(): number;
  /** No session is free for this wait: workers that do not use theirs should return them. */
  onLack(wait: Wait<S>): void;
}

/** The pool of one run. */
export class SessionPool<S extends PooledSession> {
  readonly #owner: PoolOwner<S>;
  readonly #cancelled: AbortSignal;
  readonly #entries = new Set<Entry<S>>();
  readonly #admission = new Admission<Wish & { outlook: Outlook }, S>(() => this.dispatch());
  /** When sessions with these keys may start again, by `performance.now()`: a start found no capacity. */
  readonly #pausedUntilMs = new Map<string, number>();

  /** @param cancelled - aborted when the run ends: cancels the starts */
  constructor(owner: PoolOwner<S>, cancelled: AbortSignal) {
    this.#owner = owner;
    this.#cancelled = cancelled;
  }

  get waiting(): readonly Wait<S>[] {
    return this.#admission.waiting;
  }

  /** How many sessions run. */
  get size(): number {
    return this.#alive.length;
  }

  /** Waits for a session. */
  take(wish: Wish): Wait<S> {
    return this.#admission.enter({ ...wish, outlook: 'lacking' });
  }

  /** How many waiting workers a session with this key would help. */
  wants(key: string): number {
    return this.waiting.filter(
      ({ request: { outlook, key: its } }) =>
        outlook === 'lacking' || (outlook === 'starting' && its === key),
    ).length;
  }

  /** A worker does not use this session any more. */
  put(session: S, parallelIndex: number): void {
    const entry = this.#entryOf(session);
    if (!entry) return;
    entry.parallelIndex = parallelIndex;
    this.#keep(entry, session);
    this.dispatch();
  }

  /** Ends a session that a worker had. */
  end(session: S): void {
    const entry = this.#entryOf(session);
    if (entry) this.#end(entry, session);
  }

  /** Ends the idle sessions of a worker slot that have other options. */
  endOthers(parallelIndex: number, key: string): void {
    this.#endIdle((it) => it.parallelIndex === parallelIndex && it.key !== key);
  }

  /** Serves the waiting workers, as far as possible now. */
  dispatch(): void {
    let ending = this.#entriesThat('ending').length;
    const starting = new Set(this.#entriesThat('starting'));
    for (const wait of this.waiting) {
      const { request } = wait;
      if (request.outlook === 'checking') continue;
      const idle = this.#fittingFor(request);
      if (idle) {
        void this.#offer(idle, wait);
        continue;
      }
      const start = this.#startFor(request, starting);
      if (start) starting.delete(start);
      const isComing = start?.state.name === 'starting' && !start.state.isFull;
      request.outlook = isComing ? 'starting' : 'lacking';
      if (isComing) continue;
      if (ending > 0) ending--;
      else if (!this.#makeRoom(wait)) this.#owner.onLack(wait);
      if (isOld(wait)) return; // the others do not go first any more
    }
  }

  /** A start for this wish: one that was made for a worker that does not need it any more, or a new one. */
  #startFor(wish: Wish, starting: ReadonlySet<Entry<S>>): Entry<S> | undefined {
    const isPaused = performance.now() < (this.#pausedUntilMs.get(wish.key) ?? 0);
    const mayStart = !isPaused && this.#entries.size < this.#owner.limit();
    return (
      [...starting].find(({ key }) => key === wish.key) ??
      (mayStart ? this.#start(wish) : undefined)
    );
  }

  /** An idle session with the same options. The one of its own worker slot comes first. */
  #fittingFor({ key, parallelIndex }: Wish): Entry<S> | undefined {
    const alike = this.#entriesThat('idle').filter((it) => it.key === key);
    return (
      alike.findLast((it) => it.parallelIndex === parallelIndex) ??
      alike.find(({ state }) => state.name === 'idle' && !state.session.staysWithWorker)
    );
  }

  /** Gives a worker an idle session, unless the session has ended. */
  async #offer(entry: Entry<S>, wait: Wait<S>): Promise<void> {
    if (entry.state.name !== 'idle') return;
    const { session } = entry.state;
    const { isNew } = session;
    entry.state = { name: 'taken', session };
    wait.request.outlook = 'checking';
    await (isNew ? undefined : session.checkHealth());
    wait.request.outlook = 'lacking';
    const isGood = isNew || session.isGood(wait.request.timeoutMs); // another new one would be no better
    if (!isGood) this.#end(entry, session);
    else if (!wait.admit(session)) this.#keep(entry, session);
    this.dispatch();
  }

  #entriesThat(...names: SessionState<S>['name'][]): Entry<S>[] {
    return [...this.#entries].filter(({ state }) => names.includes(state.name));
  }

  get #alive(): Entry<S>[] {
    return this.#entriesThat('idle', 'taken');
  }

  #entryOf(session: S): Entry<S> | undefined {
    return this.#alive.find(({ state }) => 'session' in state && state.session === session);
  }

  #start({ key, parallelIndex, request }: Wish): Entry<S> {
    const state = { name: 'starting' as const, isFull: false };
    const entry: Entry<S> = { key, parallelIndex, state };
    this.#entries.add(entry);
    const onFull = (): void => {
      state.isFull = true;
      this.dispatch();
    };
    this.#owner
      .open(request, { onFull, signal: this.#cancelled })
      .then(
        (session) => this.#keep(entry, session),
        (error: unknown) => this.#failed(entry, { error, wasFull: state.isFull }),
      )
      .finally(() => this.dispatch());
    return entry;
  }

  /** If the run has other sessions, a worker without capacity for its own shares those. */
  #failed(entry: Entry<S>, { error, wasFull }: { error: unknown; wasFull: boolean }): void {
    this.#owner.failed(error);
    this.#entries.delete(entry);
    const { key } = entry;
    const isDown = isSessionwrightError(error, DOWN);
    const isShared = this.#alive.some((it) => !isDown || it.key === key);
    if (!foundNoCapacity(error, wasFull) || !isShared) {
      const starting = this.#entriesThat('starting').filter((it) => it.key === key);
      const waits = this.waiting.filter(
        ({ request }) => request.key === key && request.outlook !== 'checking',
      );
      waits[starting.length]?.refuse(error as Error); // the first one without a start
      return;
    }
    const { retryAfterMs = PAUSE_MS } = error as { retryAfterMs?: number };
    const pauseMs = Math.max(LEAST_PAUSE_MS, retryAfterMs);
    this.#pausedUntilMs.set(key, performance.now() + pauseMs);
    setTimeout(() => this.dispatch(), pauseMs).unref();
  }

  /** Keeps a session idle for the next worker: a billed one only for a while. */
  #keep(entry: Entry<S>, session: S): void {
    const idle: SessionState<S> = { name: 'idle', session };
    entry.state = idle;
    if (session.isCostly)
      setTimeout(() => this.#endIdle(({ state }) => state === idle), KEEP_IDLE_MS).unref();
  }

  #end(entry: Entry<S>, session: S): void {
    entry.state = { name: 'ending' };
    const ended = (): void => {
      this.#entries.delete(entry);
      this.dispatch();
    };
    this.#owner.end(session).then(ended, ended);
  }

  #endIdle(isUnneeded: (entry: Entry<S>) => boolean): void {
    for (const entry of this.#entries)
      if (entry.state.name === 'idle' && isUnneeded(entry)) this.#end(entry, entry.state.session);
  }

  /** Ends an idle session with other options, unless a waiting worker can take it as it is. */
  #makeRoom(wait: Wait<S>): boolean {
    for (const entry of this.#entries) {
      if (entry.state.name !== 'idle') continue;
      const { session } = entry.state;
      const isWanted = this.waiting.some(({ request }) => request.key === entry.key);
      if (!isOld(wait) && !session.staysWithWorker && isWanted) continue;
      this.#end(entry, session);
      return true;
    }
    return false;
  }
}

function isOld({ sinceMs }: { sinceMs: number }): boolean {
  return performance.now() - sinceMs > CHANGE_OPTIONS_MS;
}

/** An API that queues starts does not answer before there is capacity. */
function foundNoCapacity(error: unknown, wasFull: boolean): boolean {
  if (isSessionwrightError(error) && FULL.includes(error.code)) return true;
  return wasFull && error instanceof ApiUnreachableError && error.maybeReceived;
}
