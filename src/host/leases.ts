/**
 * The leases of a run's workers. A session belongs to the run: a worker that replaces another (Playwright restarts a worker after each
 * failed test) gets its session. If there are fewer sessions than workers, a worker that does not use its session passes it on.
 */
import { randomUUID } from 'node:crypto';
import { HostError, TimeoutError } from '../contract/errors';
import { DEFAULT_START_TIMEOUT_MS } from '../options/defaults';
import { type LeaseEvent, type LeaseState, nextState, sessionOf } from './lease-state';
import type { AcquireRequest } from './protocol';
import type { RpcPeer } from './rpc';
import {
  CHANGE_OPTIONS_MS,
  isLacking,
  needsAlike,
  type PooledSession,
  type PoolOwner,
  SessionPool,
  type Wait,
} from './session-pool';
import { keyOf } from './start-request';

/** How long a worker keeps its session while another waits for it, in milliseconds: a change takes a new connection. */
const TURN_MS = 1_000;
/** Time between two checks for hopeless waits, in milliseconds. */
const PATIENCE_POLL_MS = 250;
/** How many workers a message names. */
const MAX_NAMED = 5;

/** A session, as far as leases know it. */
export interface LeasableSession extends PooledSession {
  /** Tests of its worker continue with what others left on it: no other session has that. */
  readonly keepsState: boolean;
  isGood(testTimeoutMs: number, how?: { isKept: boolean }): boolean;
  /** A worker has it from now on. */
  leased(): void;
  /** No worker has it any more. */
  released(): void;
}

/** A worker's right to a session. */
export interface WorkerLease<S> {
  readonly id: string;
  readonly peer: RpcPeer;
  readonly key: string;
  readonly parallelIndex: number;
  readonly request: AcquireRequest;
  state: LeaseState<S, Wait<S>>;
  /** Its test, when that began, and when its timeout ends it (0 when unlimited), by `performance.now()`. */
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
      hasMovedOn: (parallelIndex, key) => {
        const lease = this.#leaseOf(parallelIndex);
        return lease !== undefined && lease.key !== key;
      },
      onLack: (wait) => this.#askFor(wait),
    };
    this.#pool = new SessionPool(poolOwner, this.#cancel.signal);
  }

  /**
   * Leases a session that fits the request.
   * @throws the error of the start; {@link TimeoutError} when other workers keep all sessions
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

  /** Starts the session of a worker that will ask for one soon, unless it has asked. */
  prestart(request: AcquireRequest): void {
    const { parallelIndex } = request;
    if (!this.#leaseOf(parallelIndex))
      this.#pool.prestart({ key: keyOf(request), parallelIndex, request });
  }

  /**
   * Replaces a session that has ended, or would end during the test, or that the worker has returned. True when it was replaced.
   * @param hasOpenContexts - a later test needs a page on this session: it stays as long as it runs
   */
  async ensureGood(
    leaseId: string,
    { timeoutMs, hasOpenContexts }: { timeoutMs: number; hasOpenContexts: boolean },
  ): Promise<boolean> {
    const lease = this.find(leaseId);
    this.#progress();
    const session = sessionOf(lease.state);
    const isKept = hasOpenContexts || session?.keepsState === true;
    if (session?.isGood(timeoutMs, { isKept })) return false;
    this.#change(lease, { type: 'lose' });
    if (session) this.#pool.end(session);
    await this.#obtain(lease, timeoutMs);
    return true;
  }

  /** @throws {@link HostError} `lease_unknown` when the lease was released */
  find(leaseId: string): WorkerLease<S> {
    const lease = this.#leases.get(leaseId);
    if (lease) return lease;
    throw unknown('This worker no longer holds a lease on a session: it was released.');
  }

  /** @throws {@link HostError} `lease_unknown` when the lease was released, or has no session */
  session(leaseId: string): S {
    const session = sessionOf(this.find(leaseId).state);
    if (session) return session;
    throw unknown('This lease has no session: it was ended meanwhile.');
  }

  /** A test uses the session from now on. */
  beginTest(leaseId: string, { title, timeoutMs }: { title: string; timeoutMs: number }): void {
    const sinceMs = performance.now();
    this.find(leaseId).test = { title, sinceMs, untilMs: endOf(sinceMs, timeoutMs) };
    this.#progress();
  }

  /** A test is running, with this timeout by now. */
  testRuns(leaseId: string, running: { title: string; timeoutMs: number }): void {
    const { test } = this.find(leaseId);
    if (test) test.untilMs = endOf(test.sinceMs, running.timeoutMs);
    else this.beginTest(leaseId, running);
  }

  endTest(leaseId: string): void {
    this.find(leaseId).test = undefined;
    this.#progress();
  }

  /** A worker does not use its session. True when another worker waits for it: then {@link giveBack} follows. */
  offer(leaseId: string): boolean {
    const lease = this.find(leaseId);
    const session = sessionOf(lease.state);
    this.#change(lease, { type: 'keep' });
    const agreed = this.#all.filter(
      ({ state }) => state.name === 'releasing' && state.hasAgreed,
    ).length;
    const isWanted = session?.staysWithWorker === false && this.#pool.wants(lease.key) > agreed;
    if (isWanted) this.#change(lease, { type: 'agree' });
    return isWanted;
  }

  /** A worker has disconnected from its session. It keeps its lease. */
  giveBack(leaseId: string): void {
    this.#putBack(this.find(leaseId), { type: 'lose' });
  }

  /** The worker does not wait for a session any more. */
  cancelWait(leaseId: string): void {
    this.#cancelWait(this.find(leaseId));
  }

  release(leaseId: string): void {
    this.#free(this.find(leaseId));
  }

  /** Releases the leases of a process that has ended. */
  releaseAll(peer: RpcPeer): void {
    for (const lease of this.#leases.values()) if (lease.peer === peer) this.#free(lease);
  }

  /** Who has the sessions that a worker waits for; undefined while its own is being started. */
  usersFor(peer: RpcPeer): string | undefined {
    const isShort = this.#all.some(
      ({ peer: its, state }) =>
        its === peer && state.name === 'starting' && isLacking(state.wait.request.state),
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
    const users = this.#all.filter(({ state }) => sessionOf(state));
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

  #leaseOf(parallelIndex: number): WorkerLease<S> | undefined {
    return this.#all.find((it) => it.parallelIndex === parallelIndex);
  }

  #change(lease: WorkerLease<S>, event: LeaseEvent<S, Wait<S>>): void {
    lease.state = nextState(lease.state, event);
  }

  async #obtain(lease: WorkerLease<S>, timeoutMs: number): Promise<void> {
    this.#patience ??= setInterval(() => this.#endHopelessWaits(), PATIENCE_POLL_MS).unref();
    const { key, parallelIndex, request } = lease;
    const wait = this.#pool.take({ key, parallelIndex, request, timeoutMs });
    this.#change(lease, { type: 'wait', wait });
    try {
      const session = await wait.granted;
      this.#progress();
      this.#change(lease, { type: 'get', session, nowMs: performance.now() });
      if (sessionOf(lease.state)) session.leased();
      else this.#pool.put(session, parallelIndex); // its worker has left
    } catch (error) {
      this.#change(lease, { type: 'lose' });
      throw error;
    }
    this.#pool.dispatch(); // its turn has begun, and another worker may wait for it
  }

  #free(lease: WorkerLease<S>): void {
    this.#leases.delete(lease.id);
    this.#cancelWait(lease);
    this.#putBack(lease, { type: 'end' });
  }

  #putBack(lease: WorkerLease<S>, event: { type: 'lose' | 'end' }): void {
    const session = sessionOf(lease.state);
    this.#change(lease, event);
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
  #askFor({ request: { key, state } }: Wait<S>): void {
    const alikeOnly = needsAlike(state);
    let restMs = Infinity;
    for (const lease of this.#all) {
      if (lease.state.name !== 'leased' || lease.state.session.staysWithWorker) continue;
      if (alikeOnly && lease.key !== key) continue;
      const turnMs = lease.key === key ? TURN_MS : CHANGE_OPTIONS_MS;
      const leftMs = lease.state.sinceMs + turnMs - performance.now();
      if (leftMs > 0) restMs = Math.min(restMs, leftMs);
      else {
        this.#change(lease, { type: 'ask' });
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
    const untils = this.#all.map(({ state, test }) => (sessionOf(state) && test?.untilMs) ?? 0);
    for (const wait of waiting) {
      const { startTimeout = DEFAULT_START_TIMEOUT_MS } = wait.request.request.options;
      const quietSinceMs = Math.max(wait.sinceMs, this.#progressMs, ...untils);
      const isLate = performance.now() - quietSinceMs > startTimeout;
      if (isLate && isLacking(wait.request.state)) wait.refuse(timedOut(users, startTimeout));
    }
  }
}

function endOf(sinceMs: number, timeoutMs: number): number {
  return timeoutMs === 0 ? 0 : sinceMs + timeoutMs;
}

function unknown(message: string): HostError {
  return new HostError(message, { code: 'lease_unknown' });
}

function timedOut(users: string, timeoutMs: number): TimeoutError {
  const message = `Waited ${timeoutMs / 1000} s for a session without success: ${users}, and no test began or ended meanwhile. A page that a hook or a worker fixture keeps open keeps its session. Allow more sessions, fewer workers, or a longer sessionOptions.startTimeout.`;
  return new TimeoutError(message, { timeoutMs });
}
