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

/** The state of a waiting worker. */
type WaitState<S> =
  | { readonly name: 'queued' }
  /** A session is being started for it. */
  | { readonly name: 'starting'; readonly entry: Entry<S> }
  /** A session is being checked for it. */
  | { readonly name: 'checking' }
  /** Its start found no capacity. */
  | { readonly name: 'paused'; readonly untilMs: number };

/** The wait of a worker. */
export type Wait<S> = Waiter<Wish & { state: WaitState<S> }, S>;

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
  readonly #admission = new Admission<Wish & { state: WaitState<S> }, S>(() => this.dispatch());

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
    return this.#admission.enter({ ...wish, state: { name: 'queued' } });
  }

  /** How many waiting workers a session with this key would help. */
  wants(key: string): number {
    return this.waiting.filter(
      ({ request }) =>
        isLacking(request.state) || (request.state.name === 'starting' && request.key === key),
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
    let coming = [...this.#entries].filter(({ state }) => state.name === 'ending').length;
    for (const wait of this.waiting) {
      if (wait.request.state.name === 'checking' || this.#serve(wait)) continue;
      if (coming > 0) coming--;
      else if (!this.#makeRoom(wait)) this.#owner.onLack(wait);
      if (isOld(wait)) return; // the others do not go first any more
    }
  }

  /** True if the worker gets a session, or one is being started for it. */
  #serve(wait: Wait<S>): boolean {
    const { request } = wait;
    const entry = this.#fittingFor(request);
    if (entry) {
      void this.#offer(entry, wait);
      return true;
    }
    if (request.state.name !== 'starting') {
      const pausedUntilMs = request.state.name === 'paused' ? request.state.untilMs : 0;
      const start = this.#abandonedStart(request.key);
      if (start) request.state = { name: 'starting', entry: start };
      else if (performance.now() >= pausedUntilMs && this.#entries.size < this.#owner.limit())
        request.state = { name: 'starting', entry: this.#start(request) };
    }
    return !isLacking(request.state);
  }

  /** An idle session with the same options. The one of its own worker slot comes first. */
  #fittingFor({ key, parallelIndex }: Wish): Entry<S> | undefined {
    const alike = [...this.#entries].filter((it) => it.state.name === 'idle' && it.key === key);
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
    wait.request.state = { name: 'checking' };
    await (isNew ? undefined : session.checkHealth());
    wait.request.state = { name: 'queued' };
    const isGood = isNew || session.isGood(wait.request.timeoutMs); // another new one would be no better
    if (!isGood) this.#end(entry, session);
    else if (!wait.admit(session)) this.#keep(entry, session);
    this.dispatch();
  }

  /** A start whose worker got another session, or has left. */
  #abandonedStart(key: string): Entry<S> | undefined {
    return [...this.#entries].find(
      (it) => it.state.name === 'starting' && it.key === key && !this.#waitFor(it),
    );
  }

  #waitFor(entry: Entry<S>): Wait<S> | undefined {
    return this.waiting.find(
      ({ request: { state } }) => state.name === 'starting' && state.entry === entry,
    );
  }

  get #alive(): Entry<S>[] {
    return [...this.#entries].filter(({ state }) => 'session' in state);
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
        (session) => {
          const wait = this.#waitFor(entry);
          if (wait) wait.request.state = { name: 'queued' };
          this.#keep(entry, session);
        },
        (error: unknown) => this.#failed(entry, { error, wasFull: state.isFull }),
      )
      .finally(() => this.dispatch());
    return entry;
  }

  /** If the run has other sessions, a worker without capacity for its own shares those. */
  #failed(entry: Entry<S>, { error, wasFull }: { error: unknown; wasFull: boolean }): void {
    this.#owner.failed(error);
    const wait = this.#waitFor(entry);
    this.#entries.delete(entry);
    if (!wait) return;
    const isDown = isSessionwrightError(error, DOWN);
    const shared = this.#alive.filter(({ key }) => !isDown || key === wait.request.key);
    if (!foundNoCapacity(error, wasFull) || shared.length === 0) {
      wait.refuse(error as Error);
      return;
    }
    const { retryAfterMs = PAUSE_MS } = error as { retryAfterMs?: number };
    const pauseMs = Math.max(LEAST_PAUSE_MS, retryAfterMs);
    wait.request.state = { name: 'paused', untilMs: performance.now() + pauseMs };
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

/** Whether no session is coming for a waiting worker, as far as is known. */
export function isLacking<S>(state: WaitState<S>): boolean {
  if (state.name === 'starting')
    return state.entry.state.name === 'starting' && state.entry.state.isFull;
  return state.name !== 'checking';
}

function isOld({ sinceMs }: { sinceMs: number }): boolean {
  return performance.now() - sinceMs > CHANGE_OPTIONS_MS;
}

/** An API that queues starts does not answer before there is capacity. */
function foundNoCapacity(error: unknown, wasFull: boolean): boolean {
  if (isSessionwrightError(error) && FULL.includes(error.code)) return true;
  return wasFull && error instanceof ApiUnreachableError && error.maybeReceived;
}
