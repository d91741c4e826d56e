/**
 * The slots of a run and who leases them. A slot keeps its session when its worker ends, so that the worker which replaces it
 * (Playwright ends a worker after every failed test) gets the same session instead of paying for a new one.
 */
import { createHash, randomUUID } from 'node:crypto';
import { HostError } from '../contract/errors';
import type { HeldSession } from './held-session';
import type { AcquireRequest, SessionCheck } from './protocol';
import type { RpcPeer } from './rpc';

/** One parallel place of the run. */
export interface Slot {
  readonly key: string;
  readonly parallelIndex: number;
  readonly request: AcquireRequest;
  held?: HeldSession;
  /** While its session is started; whoever leases it meanwhile, after a worker that is gone, waits for the same. */
  opening?: Promise<HeldSession>;
  lease?: { id: string; peer: RpcPeer };
}

/** A slot that a worker holds, with its session. */
export type LeasedSlot = Slot & Required<Pick<Slot, 'held' | 'lease'>>;

/** Opens the session of a slot. */
export type OpenSession = (request: AcquireRequest) => Promise<HeldSession>;
/** Ends a session that no slot needs any longer. */
export type EndSession = (held: HeldSession) => void;

/** All slots of a run. */
export class Slots {
  readonly #open: OpenSession;
  readonly #end: EndSession;
  readonly #slots = new Map<string, Slot>();

  constructor(open: OpenSession, end: EndSession) {
    this.#open = open;
    this.#end = end;
  }

  /**
   * Leases the slot that fits the request, with a good session in it.
   * @throws the error of the start, when no session could be had
   */
  async acquire(
    request: AcquireRequest,
    peer: RpcPeer,
  ): Promise<{ slot: LeasedSlot; reused: boolean }> {
    const slot = this.#claim(request, peer);
    this.#endOthers(slot);
    const { held: before } = slot;
    try {
      await before?.look(); // the worker before may have failed because of it
      await this.#ensureSession(slot, 0);
    } catch (error) {
      delete slot.lease;
      throw error;
    }
    return { slot: withSession(slot), reused: slot.held === before && before?.used === true };
  }

  /** Replaces the slot's session when it is no longer good. True when it was replaced. */
  async ensureGood({ leaseId, timeoutMs, mayBeGone }: SessionCheck): Promise<boolean> {
    const slot = this.find(leaseId);
    if (mayBeGone) await slot.held?.look();
    return this.#ensureSession(slot, timeoutMs);
  }

  /**
   * The slot of a lease.
   * @throws {@link HostError} `lease_unknown` when the lease was released
   */
  find(leaseId: string): Slot {
    for (const slot of this.#slots.values()) if (slot.lease?.id === leaseId) return slot;
    throw new HostError('This worker no longer holds a lease on a session: it was released.', {
      code: 'lease_unknown',
    });
  }

  /** The slot of a lease, which has a session. */
  leased(leaseId: string): LeasedSlot {
    return withSession(this.find(leaseId));
  }

  release(leaseId: string): void {
    free(this.find(leaseId));
  }

  /** Frees whatever a process held that is gone. */
  releaseAll(peer: RpcPeer): void {
    for (const slot of this.#slots.values()) if (slot.lease?.peer === peer) free(slot);
  }

  /** The free slot of this key, or a new one. While an old worker still holds its slot, its replacement gets another. */
  #claim(request: AcquireRequest, peer: RpcPeer): Slot {
    const key = slotKey(request);
    for (let n = 0; ; n++) {
      const name = n === 0 ? key : `${key}#${n}`;
      const slot = this.#slots.get(name) ?? {
        key: name,
        parallelIndex: request.parallelIndex,
        request,
      };
      if (slot.lease) continue;
      slot.lease = { id: randomUUID(), peer };
      this.#slots.set(name, slot);
      return slot;
    }
  }

  /** A parallel place has one worker at a time: what it used with other options is not needed while this one runs. */
  #endOthers({ parallelIndex }: Slot): void {
    for (const slot of this.#slots.values()) {
      if (slot.lease || slot.parallelIndex !== parallelIndex) continue;
      this.#slots.delete(slot.key);
      if (slot.held) this.#end(slot.held);
    }
  }

  async #ensureSession(slot: Slot, testTimeoutMs: number): Promise<boolean> {
    const isReplaced = !slot.held?.isGood(testTimeoutMs);
    if (isReplaced) {
      if (slot.held) this.#end(slot.held);
      delete slot.held;
      slot.opening ??= this.#open(slot.request).finally(() => delete slot.opening);
      slot.held = await slot.opening;
    }
    if (slot.lease) slot.held?.leased(); // its worker may have gone while it was started
    return isReplaced;
  }
}

function free(slot: Slot): void {
  delete slot.lease;
  slot.held?.released();
}

function withSession(slot: Slot): LeasedSlot {
  if (hasSession(slot)) return slot;
  throw new HostError('This slot has no session: it was ended meanwhile.', {
    code: 'lease_unknown',
  });
}

function hasSession(slot: Slot): slot is LeasedSlot {
  return slot.held !== undefined && slot.lease !== undefined;
}

function slotKey(request: AcquireRequest): string {
  const { parallelIndex, ...rest } = request;
  return `${parallelIndex}:${createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16)}`;
}
