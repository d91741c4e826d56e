/**
 * The leases of a run's workers. A session belongs to the run: a worker that replaces another (Playwright restarts a worker after each
 * failed test) gets its session. If there are fewer sessions than workers, a worker that does not use its session passes it on.
 */
import { randomUUID } from 'node:crypto';
import { HostError, TimeoutError } from '../contract/errors';
import { DEFAULT_START_TIMEOUT_MS } from '../options/defaults';
import type { AcquireRequest } from './protocol';
import type { RpcPeer } from './rpc';
import {
  CHANGE_OPTIONS_MS,
  type PooledSession,
  type PoolOwner,
  SessionPool,
  type Wait,
} from './session-pool';
import { keyOf } from './starts';

/** How long a worker keeps its session while another waits for it, in milliseconds: a change takes a new connection. */
const TURN_MS = 1_000;
/** Time between two checks for hopeless waits, in milliseconds. */
const PATIENCE_POLL_MS = 250;
/** How many workers a message names. */
const MAX_NAMED = 5;

/** A session, as far as leases know it. */
export interface LeasableSession extends PooledSession {
  /** Tests of its worker continue with what earlier ones left: no other session has that. */
  readonly keepsState: boolean;
  isGood(testTimeoutMs: number, how?: { isKept: boolean }): boolean;
  /** A worker has it from now on. */
  leased(): void;
  /** No worker has it any more. */
  released(): void;
}

/**
 * The state of a lease:
 *
 *   idle --> starting --> leased <--> releasing --> idle       any of them --> ended
 *
 * A worker without a session is idle. It is starting while it waits for one. If another worker waits for its session, it is asked for
 * it. It is releasing from the moment it agrees, when no test uses the session, until it returns the session.
 */
export type LeaseState<S> =
  | { readonly name: 'idle' }
  | { readonly name: 'starting'; readonly wait: Wait<S> }
  | {
      readonly name: 'leased';
      readonly session: S;
      readonly sinceMs: number;
      readonly isAsked: boolean;
    }
  | { readonly name: 'releasing'; readonly session: S; readonly sinceMs: number }
  | { readonly name: 'ended' };

/** A worker's right to a session. */
export interface WorkerLease<S> {
  readonly id: string;
  readonly peer: RpcPeer;
  readonly key: string;
  readonly parallelIndex: number;
  readonly request: AcquireRequest;
  state: LeaseState<S>;
  /** Its test, when that began, and when its timeout ends it (0 if unlimited), by `performance.now()`. */
  test?: { title: string; sinceMs: number; untilMs: number } | undefined;
}

/** What leases ask of the run. */
export interface LeasesOwner<S> extends Pick<PoolOwner<S>, 'open' | 'end' | 'failed'> {
  /** Asks a worker for its session. */
  ask(peer: RpcPeer, leaseId: string): void;
}

/** All leases of a run. */
export class Leases<S extends LeasableSession> {
  readonly #owner: LeasesOwner<S>;
  readonly #pool: SessionPool<S>;
  readonly #leases = new Map<string, WorkerLease<S>>();
  readonly #cancel = new AbortController();
  /** When a test or a session began or ended last, by `performance.now()`. */
  #progressMs = 0;
  #patience: NodeJS.Timeout | undefined;
  #turns: NodeJS.Timeout | undefined;

  constructor(owner: LeasesOwner<S>) {
    this.#owner = owner;
    const poolOwner: PoolOwner<S> = {
      open: async (request, watch) => owner.open(request, watch),
      end: async (session) => owner.end(session),
      failed: (error) => owner.failed(error),
      limit: () => this.#limit,
      onLack: (wait) => this.#askFor(wait),
    };
    this.#pool = new SessionPool(poolOwner, this.#cancel.signal);
  }

  /**
   * Leases a session that fits the request.
   * @throws the error of the start; {@link TimeoutError} if other workers keep all sessions
   */
  async acquire(request: AcquireRequest, peer: RpcPeer): Promise<WorkerLease<S>> {
    const { parallelIndex } = request;
    const [id, key] = [randomUUID(), keyOf(request)];
    const lease: WorkerLease<S> = {
      ...{ id, peer, key, parallelIndex, request },
      state: { name: 'idle' },
    };
    this.#leases.set(id, lease);
    this.#pool.endOthers(parallelIndex, key); // a worker slot has one worker at a time
    try {
      await this.#obtain(lease, 0);
    } catch (error) {
      this.#leases.delete(id);
      throw error;
    }
    this.session(id);
    return lease;
  }

  /**
   * Replaces a session that has ended, or would end during the test, or that the worker has returned. True if it was replaced.
   * @param hasOpenContexts - a later test needs a page on this session: it stays as long as it runs
   */
  async ensureGood(
    leaseId: string,
    { timeoutMs, hasOpenContexts }: { timeoutMs: number; hasOpenContexts: boolean },
  ): Promise<boolean> {
    const lease = this.find(leaseId);
    this.#progress();
    const session = sessionOf(lease);
    const isKept = hasOpenContexts || session?.keepsState === true;
    if (session?.isGood(timeoutMs, { isKept })) return false;
    lease.state = { name: 'idle' };
    if (session) this.#pool.end(session);
    await this.#obtain(lease, timeoutMs);
    return true;
  }

  /** @throws {@link HostError} `lease_unknown` if the lease was released */
  find(leaseId: string): WorkerLease<S> {
    const lease = this.#leases.get(leaseId);
    if (lease) return lease;
    throw unknown('This worker no longer holds a lease on a session: it was released.');
  }

  /** @throws {@link HostError} `lease_unknown` if the lease was released, or has no session */
  session(leaseId: string): S {
    const session = sessionOf(this.find(leaseId));
    if (session) return session;
    throw unknown('This lease has no session: it has ended.');
  }

  /** A test uses the session from now on. */
  beginTest(leaseId: string, { title, timeoutMs }: { title: string; timeoutMs: number }): void {
    const sinceMs = performance.now();
    this.find(leaseId).test = { title, sinceMs, untilMs: endOf(sinceMs, timeoutMs) };
    this.#progress();
  }

  /** A test is running, and has this timeout by now; null if none is. */
  testRuns(leaseId: string, running: { title: string; timeoutMs: number } | null): void {
    const { test } = this.find(leaseId);
    if (!running) this.endTest(leaseId);
    else if (test) test.untilMs = endOf(test.sinceMs, running.timeoutMs);
    else this.beginTest(leaseId, running);
  }

  endTest(leaseId: string): void {
    this.find(leaseId).test = undefined;
    this.#progress();
  }

  /** A worker does not use its session. True if another worker waits for it: then {@link giveBack} follows. */
  offer(leaseId: string): boolean {
    const lease = this.find(leaseId);
    if (!('session' in lease.state)) return false;
    const { session, sinceMs } = lease.state;
    const agreed = this.#all.filter((it) => it !== lease && it.state.name === 'releasing').length;
    const isWanted = !session.staysWithWorker && this.#pool.wants(lease.key) > agreed;
    lease.state = isWanted
      ? { name: 'releasing', session, sinceMs }
      : { name: 'leased', session, sinceMs, isAsked: false };
    return isWanted;
  }

  /** A worker has disconnected from its session. It keeps its lease. */
  giveBack(leaseId: string): void {
    this.#putBack(this.find(leaseId), 'idle');
  }

  /** The worker does not wait for a session any more. */
  cancelWait(leaseId: string): void {
    this.#cancelWait(this.find(leaseId));
  }

  release(leaseId: string): void {
    this.#free(this.find(leaseId));
  }

  /** The leases of a worker with a running test. */
  inTests(peer: RpcPeer): WorkerLease<S>[] {
    return this.#all.filter((lease) => lease.peer === peer && lease.test);
  }

  /** Releases the leases of a process that has ended. */
  releaseAll(peer: RpcPeer): void {
    for (const lease of this.#all) if (lease.peer === peer) this.#free(lease);
  }

  /** Which workers have the sessions that a worker waits for; undefined while its own is being started. */
  usersFor(peer: RpcPeer): string | undefined {
    const isShort = this.#all.some(
      (it) =>
        it.peer === peer &&
        it.state.name === 'starting' &&
        it.state.wait.request.outlook === 'lacking',
    );
    return isShort ? this.#users : undefined;
  }

  /** No session is started any more. */
  close(): void {
    this.#cancel.abort();
    clearInterval(this.#patience);
    clearTimeout(this.#turns);
  }

  get #all(): WorkerLease<S>[] {
    return [...this.#leases.values()];
  }

  /** Such as `1 of 1 in use by worker 0 ("buys a book")`; undefined when no worker has a session. */
  get #users(): string | undefined {
    const users = this.#all.filter(sessionOf);
    if (users.length === 0) return undefined;
    const total = Number.isFinite(this.#limit) ? this.#limit : this.#pool.size;
    const named = users
      .slice(0, MAX_NAMED)
      .map(
        (it) =>
          `worker ${it.parallelIndex} (${it.test ? JSON.stringify(it.test.title) : 'between its tests'})`,
      );
    if (users.length > MAX_NAMED) named.push(`${users.length - MAX_NAMED} more`);
    return `${users.length} of ${total} in use by ${named.join(', ')}`;
  }

  /** The lowest `maxSessions` counts, since it is about the run. */
  get #limit(): number {
    return Math.min(...this.#all.map(({ request }) => request.options.maxSessions ?? Infinity));
  }

  async #obtain(lease: WorkerLease<S>, timeoutMs: number): Promise<void> {
    this.#patience ??= setInterval(() => this.#endHopelessWaits(), PATIENCE_POLL_MS).unref();
    const { key, parallelIndex, request } = lease;
    const wait = this.#pool.take({ key, parallelIndex, request, timeoutMs });
    lease.state = { name: 'starting', wait };
    try {
      const session = await wait.granted;
      this.#progress();
      if (this.#leases.has(lease.id)) {
        lease.state = { name: 'leased', session, sinceMs: performance.now(), isAsked: false };
        session.leased();
      } else this.#pool.put(session, parallelIndex); // its worker has left
    } catch (error) {
      lease.state = { name: 'idle' };
      throw error;
    }
    this.#pool.dispatch(); // its turn has begun, and another worker may wait for it
  }

  #free(lease: WorkerLease<S>): void {
    this.#leases.delete(lease.id);
    this.#cancelWait(lease);
    this.#putBack(lease, 'ended');
  }

  #putBack(lease: WorkerLease<S>, name: 'idle' | 'ended'): void {
    const session = sessionOf(lease);
    lease.state = { name };
    lease.test = undefined;
    this.#progress();
    if (!session) return;
    session.released();
    this.#pool.put(session, lease.parallelIndex);
  }

  #cancelWait({ state }: WorkerLease<S>): void {
    if (state.name === 'starting')
      state.wait.refuse(unknown('Its worker does not wait for a session any more.'));
  }

  /** Asks workers for their sessions, once their turns are over. */
  #askFor({ request: { key } }: Wait<S>): void {
    let restMs = Infinity;
    for (const lease of this.#all) {
      const { state } = lease;
      if (state.name !== 'leased' || state.isAsked || state.session.staysWithWorker) continue;
      const turnMs = lease.key === key ? TURN_MS : CHANGE_OPTIONS_MS;
      const leftMs = state.sinceMs + turnMs - performance.now();
      if (leftMs > 0) restMs = Math.min(restMs, leftMs);
      else {
        lease.state = { ...state, isAsked: true };
        this.#owner.ask(lease.peer, lease.id);
      }
    }
    if (restMs === Infinity || this.#turns) return;
    this.#turns = setTimeout(() => {
      this.#turns = undefined;
      this.#pool.dispatch();
    }, Math.ceil(restMs)).unref();
  }

  #progress(): void {
    this.#progressMs = performance.now();
  }

  /** A wait goes on while tests make progress, and while a test has time left. */
  #endHopelessWaits(): void {
    const { waiting } = this.#pool;
    if (waiting.length === 0) {
      clearInterval(this.#patience);
      this.#patience = undefined;
    }
    const users = this.#users;
    if (users === undefined) return; // then the start itself has a limit
    const endsMs = this.#all.map((it) => (sessionOf(it) && it.test?.untilMs) ?? 0);
    for (const wait of waiting) {
      const { startTimeout = DEFAULT_START_TIMEOUT_MS } = wait.request.request.options;
      const quietSinceMs = Math.max(wait.sinceMs, this.#progressMs, ...endsMs);
      const isLate = performance.now() - quietSinceMs > startTimeout;
      if (isLate && wait.request.outlook === 'lacking') wait.refuse(timedOut(users, startTimeout));
    }
  }
}

/** The session of a lease that has one. */
export function sessionOf<S>({ state }: WorkerLease<S>): S | undefined {
  return 'session' in state ? state.session : undefined;
}

function endOf(sinceMs: number, timeoutMs: number): number {
  return timeoutMs === 0 ? 0 : sinceMs + timeoutMs;
}

function unknown(message: string): HostError {
  return new HostError(message, { code: 'lease_unknown' });
}

function timedOut(users: string, timeoutMs: number): TimeoutError {
  const message = `Waited ${timeoutMs / 1000} s for a session without success: ${users}, and no test began or ended in that time. A page that a hook or a worker fixture keeps open keeps its session. Allow more sessions, fewer workers, or a longer sessionOptions.startTimeout.`;
  return new TimeoutError(message, { timeoutMs });
}
