/** Sessions that stay open after their tests failed (`keepFailed`): no test gets them, and each ends when its time is over. */
import { withoutSecrets } from '../story/secrets';
import type { HeldSession } from './held-session';
import { sessionOf, type WorkerLease } from './leases';
import type { KeptSession } from './protocol';
import type { StartWatch } from './starts';

/** Most of them at a time: each is a browser. */
const MAX_KEPT = 3;
/** Time between two calls that keep a session from its idle timeout, and notice its end, in milliseconds. */
const AWAKE_MS = 10_000;

/** The kept sessions of one run. */
export class KeptSessions {
  readonly #end: (held: HeldSession) => Promise<void>;
  readonly #kept = new Map<HeldSession, { facts: KeptSession; timers: NodeJS.Timeout[] }>();
  readonly #onEmpty: (() => void)[] = [];
  #isOver = false;

  /** @param end - stops a session */
  constructor(end: (held: HeldSession) => Promise<void>) {
    this.#end = end;
  }

  /** Those that are open, the oldest first. */
  get all(): KeptSession[] {
    return [...this.#kept.values()].map(({ facts }) => facts);
  }

  has(held: HeldSession): boolean {
    return this.#kept.has(held);
  }

  /** Keeps the session of a failed test, if its worker asks for that, but not beyond its maximum duration. Undefined if enough are kept. */
  async keep(lease: WorkerLease<HeldSession>, test: string): Promise<KeptSession | undefined> {
    const held = sessionOf(lease);
    const { keepFailedMs: forMs } = lease.request;
    if (forMs === undefined || this.#isOver || this.#kept.size >= MAX_KEPT) return undefined;
    if (!held?.keep()) return undefined;
    const title = withoutSecrets(test);
    const restMs = Math.min(forMs, held.restMs);
    const { id: sessionId, viewerUrl } = held.session;
    const facts = { sessionId, viewerUrl, title, untilMs: Date.now() + restMs };
    const awake = setInterval(() => void this.#look(held), AWAKE_MS);
    const clock = setTimeout(() => void this.end(held), restMs);
    this.#kept.set(held, { facts, timers: [awake, clock] });
    await held.source.kept(held, facts);
    return facts;
  }

  /** Ends a session early; resolves when it has ended. */
  async end(held: HeldSession): Promise<void> {
    const kept = this.#kept.get(held);
    if (!kept) return;
    for (const timer of kept.timers) clearTimeout(timer);
    await this.#end(held);
    this.#kept.delete(held);
    if (this.#kept.size === 0) for (const tell of this.#onEmpty.splice(0)) tell();
  }

  /** A start that finds no capacity ends the oldest session that takes some: tests go first. */
  makingRoom({ onFull, ...watch }: StartWatch): StartWatch {
    const makeRoom = (): void => {
      const [oldest] = [...this.#kept.keys()].filter(({ isCostly }) => isCostly);
      if (oldest) void this.end(oldest);
      onFull();
    };
    return { ...watch, onFull: makeRoom };
  }

  /** Ends all now, and keeps no more. */
  async endAll(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#kept.keys()].map(async (held) => this.end(held)));
  }

  /** Resolves when none is open any more. */
  async over(): Promise<void> {
    if (this.#kept.size > 0) await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
  }

  async #look(held: HeldSession): Promise<void> {
    await held.checkHealth();
    if (held.hasDied) await this.end(held);
  }
}
