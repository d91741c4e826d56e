/**
 * The workers of a run and the sessions that they have. A session belongs to the run: a worker that replaces another (Playwright ends
 * a worker after every failed test) gets that one's session instead of paying for a new one, and where there are fewer sessions than
 * workers, one that no test uses goes to the worker that waits for it.
 */
import { randomUUID } from 'node:crypto';
import { HostError, TimeoutError } from '../contract/errors';
import { DEFAULT_START_TIMEOUT_MS } from '../options/defaults';
import type { HeldSession } from './held-session';
import { type PoolOwner, SessionPool, SWAP_MS, type Waiting, type Wish } from './pool';
import type { AcquireRequest, SessionCheck } from './protocol';
import type { RpcPeer } from './rpc';
import { keyOf } from './start-request';
import type { StartWatch } from './start-watched';
import { leaveUsedUp } from './used-up';

/** How long a worker keeps its session when another waits for it, in milliseconds: to change hands takes a new connection. */
const TURN_MS = 1_000;
/** Time between two looks whether those that wait do so in vain, in milliseconds. */
const PATIENCE_POLL_MS = 250;
/** How many workers a message names. */
const MAX_NAMED = 5;

/** A worker's right to a session. */
export interface Slot extends Wish {
  readonly lease: { readonly id: string; readonly peer: RpcPeer };
  held?: HeldSession | undefined;
  /** Since when it has the session, by `performance.now()`. */
  sinceMs: number;
  /** While it waits for a session. */
  waiting?: Waiting | undefined;
  /** Its test, since when that runs, and until when it may by its own timeout; 0 when unlimited. */
  test?: { title: string; sinceMs: number; untilMs: number } | undefined;
  /** How far it is with giving its session to another worker. */
  giving?: 'asked' | 'agreed' | undefined;
}

/** A slot with its session. */
export type LeasedSlot = Slot & { held: HeldSession };

/** What slots ask of the run. */
export interface SlotsOwner {
  /** Opens a session. */
  open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession>;
  /** A start has failed that was begun for somebody, or that somebody waits for. */
  failed(error: unknown): void;
  /** Ends a session that nobody needs any longer; resolves when its place is free. */
  end(held: HeldSession): Promise<unknown>;
  /** Tells a worker that somebody waits for its session. */
  ask(peer: RpcPeer, leaseId: string): void;
}

/** All slots of a run. */
export class Slots {
  readonly #run: SlotsOwner;
  readonly #pool: SessionPool;
  readonly #slots = new Map<string, Slot>();
  readonly #ending = new AbortController();
  /** When a test or a session of the run was begun or ended last, by `performance.now()`. */
  #movedMs = 0;
  #patience: NodeJS.Timeout | undefined;
  #turns: NodeJS.Timeout | undefined;

  constructor(run: SlotsOwner) {
    this.#run = run;
    const owner: PoolOwner = {
      open: async (request, watch) => run.open(request, watch),
      failed: (error) => run.failed(error),
      end: async (held) => run.end(held),
      limit: () => this.#limit,
      hasMovedOn: ({ key, parallelIndex }) => {
        const slot = this.#slotAt(parallelIndex);
        return slot !== undefined && slot.key !== key;
      },
      lack: (waiting) => this.#askFor(waiting),
    };
    this.#pool = new SessionPool(owner, this.#ending.signal);
  }

  /**
   * Leases a session that fits the request.
   * @throws the error of the start, when no session could be had; {@link TimeoutError} when others have them all
   */
  async acquire(
    request: AcquireRequest,
    peer: RpcPeer,
  ): Promise<{ slot: LeasedSlot; reused: boolean }> {
    const { parallelIndex } = request;
    const key = keyOf(request);
    const lease = { id: randomUUID(), peer };
    const slot: Slot = { key, parallelIndex, request, lease, sinceMs: 0 };
    this.#slots.set(lease.id, slot);
    this.#endOthers(slot);
    try {
      const held = await this.#obtain(slot);
      return { slot: withSession(slot), reused: held.used };
    } catch (error) {
      this.#slots.delete(lease.id);
      throw error;
    }
  }

  /** Starts the session of a worker that is about to ask for one. Does nothing when it has asked already. */
  openAhead(request: AcquireRequest): void {
    const { parallelIndex } = request;
    if (this.#slotAt(parallelIndex)) return;
    this.#pool.openAhead({ key: keyOf(request), parallelIndex, request });
  }

  /** Replaces the slot's session when it is no longer good, or was given to another worker. True when it was replaced. */
  async ensureGood(check: SessionCheck): Promise<boolean> {
    const { leaseId, timeoutMs, mayBeGone, hasOpenContexts, ownContext } = check;
    const slot = this.find(leaseId);
    if (mayBeGone) await slot.held?.look();
    this.#moved();
    const { held } = slot;
    leaveUsedUp(held, slot.request, check);
    const isKept = hasOpenContexts === true || held?.keepsState === true;
    const isGood = held?.isGood(timeoutMs, { isKept }) === true;
    if (!isGood) {
      slot.held = undefined;
      if (held) this.#pool.end(held);
      await this.#obtain(slot, timeoutMs);
    }
    if (ownContext) slot.held?.remember(ownContext.lasting);
    return !isGood;
  }

  /**
   * The slot of a lease.
   * @throws {@link HostError} `lease_unknown` when the lease was released
   */
  find(leaseId: string): Slot {
    const slot = this.#slots.get(leaseId);
    if (slot) return slot;
    throw new HostError('This worker no longer holds a lease on a session: it was released.', {
      code: 'lease_unknown',
    });
  }

  /** The slot of a lease, which has a session. */
  leased(leaseId: string): LeasedSlot {
    return withSession(this.find(leaseId));
  }

  /** A test uses the session of this lease from now on. */
  beginTest(leaseId: string, { title, timeoutMs }: { title: string; timeoutMs: number }): void {
    const sinceMs = performance.now();
    this.find(leaseId).test = { title, sinceMs, untilMs: untilMs(sinceMs, timeoutMs) };
    this.#moved();
  }

  /** A test runs in the worker, maybe with another timeout than it was told to begin with. */
  testRuns(leaseId: string, running: { title: string; timeoutMs: number }): void {
    const { test } = this.find(leaseId);
    if (test) test.untilMs = untilMs(test.sinceMs, running.timeoutMs);
    else this.beginTest(leaseId, running);
  }

  endTest(leaseId: string): void {
    this.find(leaseId).test = undefined;
    this.#moved();
  }

  /** A worker does not use its session, and would give it. True when somebody still waits for it: then {@link give} follows. */
  offer(leaseId: string): boolean {
    const slot = this.find(leaseId);
    const agreed = [...this.#slots.values()].filter(({ giving }) => giving === 'agreed').length;
    const mayGo = slot.held !== undefined && !slot.held.staysWithWorker;
    const isWanted = mayGo && this.#pool.wants(slot.key) > agreed;
    slot.giving = isWanted ? 'agreed' : undefined;
    return isWanted;
  }

  /** A worker has let go of its session. The lease stays, without one. */
  give(leaseId: string): void {
    this.#putBack(this.find(leaseId));
  }

  /** Ends the wait of a worker for a session, if it waits. */
  giveUp(leaseId: string): void {
    this.#stopWaiting(this.find(leaseId));
  }

  release(leaseId: string): void {
    this.#free(this.find(leaseId));
  }

  /** Frees whatever a process held that is gone. */
  releaseAll(peer: RpcPeer): void {
    for (const slot of this.#slots.values()) if (slot.lease.peer === peer) this.#free(slot);
  }

  /** What a worker waits for: who has the sessions. Undefined while its own is being started. */
  waitsFor(peer: RpcPeer): string | undefined {
    const slots = [...this.#slots.values()];
    const isShort = slots.some(({ lease, waiting }) => lease.peer === peer && isLacking(waiting));
    return isShort ? this.#inUse : undefined;
  }

  /** Who has the sessions, such as `1 of 1 in use by worker 0 ("buys a book")`; undefined when the run has none yet. */
  get #inUse(): string | undefined {
    const holders = [...this.#slots.values()].filter(({ held }) => held);
    if (holders.length === 0) return undefined;
    const total = Number.isFinite(this.#limit) ? this.#limit : this.#pool.size;
    const named = holders
      .slice(0, MAX_NAMED)
      .map(
        (it) =>
          `worker ${it.parallelIndex} (${it.test ? JSON.stringify(it.test.title) : 'between its tests'})`,
      );
    if (holders.length > MAX_NAMED) named.push(`${holders.length - MAX_NAMED} more`);
    return `${holders.length} of ${total} in use by ${named.join(', ')}`;
  }

  /** No session is started any more. */
  close(): void {
    this.#ending.abort();
    clearInterval(this.#patience);
    clearTimeout(this.#turns);
  }

  /** The least that is said counts: it is about the run. */
  get #limit(): number {
    const limits = [...this.#slots.values()].map(({ request }) => request.options.maxSessions);
    return Math.min(...limits.map((limit) => limit ?? Infinity));
  }

  async #obtain(slot: Slot, timeoutMs = 0): Promise<HeldSession> {
    this.#patience ??= setInterval(() => this.#lookForVain(), PATIENCE_POLL_MS).unref();
    const held = await this.#pool
      .take({ ...slot, timeoutMs }, (waiting) => (slot.waiting = waiting))
      .finally(() => (slot.waiting = undefined));
    this.#moved();
    slot.held = held;
    slot.sinceMs = performance.now();
    slot.giving = undefined;
    if (this.#slots.get(slot.lease.id) === slot) held.leased();
    else this.#putBack(slot); // its worker is gone
    this.#pool.dispatch(); // its turn has begun, and may be waited for
    return held;
  }

  /** A parallel place has one worker at a time: what it used with other options is not needed while this one runs. */
  #endOthers({ parallelIndex, key }: Slot): void {
    this.#pool.endIdle((it) => it.parallelIndex === parallelIndex && it.key !== key);
  }

  #slotAt(parallelIndex: number): Slot | undefined {
    return [...this.#slots.values()].find((it) => it.parallelIndex === parallelIndex);
  }

  #free(slot: Slot): void {
    this.#slots.delete(slot.lease.id);
    this.#stopWaiting(slot);
    this.#putBack(slot);
  }

  #putBack(slot: Slot): void {
    const { held } = slot;
    slot.held = undefined;
    slot.giving = undefined;
    slot.test = undefined;
    this.#moved();
    if (!held) return;
    held.released();
    const { key, parallelIndex } = slot;
    this.#pool.put({ held, key, parallelIndex });
  }

  #stopWaiting({ waiting }: Slot): void {
    if (!waiting) return;
    const gone = 'Its worker does not wait for a session any more.';
    this.#pool.drop(waiting, new HostError(gone, { code: 'lease_unknown' }));
  }

  /** Asks those that have a session for it, once their turn is over. */
  #askFor({ key, onlyAlike }: Waiting): void {
    let restMs = Infinity;
    for (const slot of this.#slots.values()) {
      if (!slot.held || slot.held.staysWithWorker || slot.giving) continue;
      if (onlyAlike && slot.key !== key) continue;
      const turnMs = slot.key === key ? TURN_MS : SWAP_MS;
      const leftMs = slot.sinceMs + turnMs - performance.now();
      if (leftMs > 0) restMs = Math.min(restMs, leftMs);
      else {
        slot.giving = 'asked';
        this.#run.ask(slot.lease.peer, slot.lease.id);
      }
    }
    if (restMs === Infinity || this.#turns) return;
    this.#turns = setTimeout(() => {
      this.#turns = undefined;
      this.#pool.dispatch();
    }, Math.ceil(restMs)).unref();
  }

  #moved(): void {
    this.#movedMs = performance.now();
  }

  /** A queue that moves is waited for, and a test until its own timeout. Where nothing moves, nothing will. */
  #lookForVain(): void {
    const { waiting } = this.#pool;
    if (waiting.length === 0) {
      clearInterval(this.#patience);
      this.#patience = undefined;
    }
    const inUse = this.#inUse;
    if (inUse === undefined) return; // then the start itself has a limit
    const untils = [...this.#slots.values()].map(({ held, test }) => (held && test?.untilMs) ?? 0);
    for (const one of waiting) {
      const { startTimeout = DEFAULT_START_TIMEOUT_MS } = one.request.options;
      const quietSinceMs = Math.max(one.sinceMs, this.#movedMs, ...untils);
      const isLate = performance.now() - quietSinceMs > startTimeout;
      if (isLate && isLacking(one)) this.#pool.drop(one, inVain(inUse, startTimeout));
    }
  }
}

function untilMs(sinceMs: number, timeoutMs: number): number {
  return timeoutMs === 0 ? 0 : sinceMs + timeoutMs;
}

/** Whether there is no session for one that waits, and none is being started, as far as is known. */
function isLacking(waiting: Waiting | undefined): boolean {
  return waiting !== undefined && waiting.opening?.isStuck !== false;
}

function inVain(inUse: string, timeoutMs: number): TimeoutError {
  const message = `Waited ${timeoutMs / 1000} s for a session, in vain: ${inUse}, and no test has begun or ended meanwhile. A page that a hook or a worker fixture keeps open keeps its session. Allow more sessions, fewer workers, or a longer sessionOptions.startTimeout.`;
  return new TimeoutError(message, { timeoutMs });
}

function withSession(slot: Slot): LeasedSlot {
  if (hasSession(slot)) return slot;
  throw new HostError('This slot has no session: it was ended meanwhile.', {
    code: 'lease_unknown',
  });
}

function hasSession(slot: Slot): slot is LeasedSlot {
  return slot.held !== undefined;
}
