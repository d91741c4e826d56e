/** The places for sessions: whoever finds none waits for one, first come first served, for a bounded time in a bounded queue. */
import { countText, durationText } from '../../base/texts';
import { tooMany } from '../../contract/refusals';
import type { Account } from '../accounts/account';

/** How long a caller that found the queue full should stay away, in milliseconds: about the length of a short test. */
const FULL_RETRY_MS = 5_000;
/** How long one that has waited in vain should, in milliseconds: its turn may be next. */
const WAITED_RETRY_MS = 1_000;
/** How long the turn of such a caller is kept, in milliseconds: several times what it is told to stay away. */
const KEEP_TURN_MS = 15_000;

/** How many places there are, and how long one waits for them. */
export interface PlacesOptions {
  /** Sessions at the same time. */
  maxSessions: number;
  /** Starts of one account that may wait. 0 refuses at once. */
  maxWaiting: number;
  /** How long each may wait, in milliseconds. */
  maxWaitMs: number;
}

/** Who wants a place. */
export interface Guest {
  account: Account;
  /** Keeps the turn of one that comes again after it waited in vain; undefined for one that will not be known again. */
  ticket: string | undefined;
  /** Aborted when nobody wants the place any more. */
  leaving: AbortSignal;
}

/** One that waits. */
interface Waiting {
  account: Account;
  /** Since when, by `performance.now()`. */
  sinceMs: number;
  admit(): void;
  refuse(error: Error): void;
}

/** The places of one server. */
export class Places {
  readonly #options: PlacesOptions;
  /** By the names of accounts. */
  readonly #taken = new Map<string | undefined, number>();
  /** Whose turn is next comes first. */
  readonly #queue: Waiting[] = [];
  readonly #turns = new Turns();
  #refusal: Error | undefined;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** How many starts wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Takes a place, at once or in its turn. Returns what gives it back, which may be called twice.
   * @throws {@link RateLimitError} when too many wait already, or the time is over; the reason of `leaving`; the refusal of a closed one
   */
  async take(guest: Guest): Promise<() => void> {
    if (this.#refusal) throw this.#refusal;
    const { account } = guest;
    if (this.#hasRoom(account)) this.#occupy(account, 1);
    else await this.#wait(guest);
    let isHeld = true;
    return () => {
      if (isHeld) this.#occupy(account, -1);
      isHeld = false;
      this.#admitNext();
    };
  }

  /** From now on there is no place for anybody, and nobody waits for one. */
  close(refusal: Error): void {
    this.#refusal = refusal;
    for (const waiting of [...this.#queue]) waiting.refuse(refusal);
  }

  /** Resolves when the place is taken. */
  async #wait({ account, ticket, leaving }: Guest): Promise<void> {
    const { maxWaiting, maxWaitMs } = this.#options;
    if (this.#waitingOf(account) >= maxWaiting)
      throw tooMany(`${this.#whatIsFull(account)}. Stop one, or come again later.`, FULL_RETRY_MS);
    const sinceMs = this.#turns.of(ticket);
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        leaving.removeEventListener('abort', leave);
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        settle();
      };
      const refuse = (error: Error): void => {
        this.#turns.keep(ticket, sinceMs);
        end(() => reject(error));
      };
      const waiting = { account, sinceMs, refuse, admit: () => end(resolve) };
      const leave = (): void => refuse(leaving.reason as Error);
      const timer = setTimeout(() => refuse(this.#inVain(account)), maxWaitMs);
      leaving.addEventListener('abort', leave);
      this.#queue.push(waiting);
      this.#queue.sort((one, other) => one.sinceMs - other.sinceMs);
      if (leaving.aborted) leave();
    });
  }

  /** Those whose own quota is used up let others go first. */
  #admitNext(): void {
    for (const waiting of [...this.#queue]) {
      if (this.#refusal || !this.#hasRoom(waiting.account)) continue;
      this.#occupy(waiting.account, 1);
      waiting.admit();
    }
  }

  #hasRoom(account: Account): boolean {
    return this.#isFree() && this.#takenBy(account) < (account.maxSessions ?? Infinity);
  }

  #isFree(): boolean {
    const taken = [...this.#taken.values()].reduce((sum, count) => sum + count, 0);
    return taken < this.#options.maxSessions;
  }

  #takenBy({ name }: Account): number {
    return this.#taken.get(name) ?? 0;
  }

  #waitingOf({ name }: Account): number {
    return this.#queue.filter(({ account }) => account.name === name).length;
  }

  #occupy(account: Account, count: 1 | -1): void {
    this.#taken.set(account.name, this.#takenBy(account) + count);
  }

  #inVain(account: Account): Error {
    return tooMany(
      `Waited ${durationText(this.#options.maxWaitMs)} for a session: ${this.#whatIsFull(account)}. Stop one, or come again.`,
      WAITED_RETRY_MS,
    );
  }

  /** Such as `All 4 sessions of this server are in use, with 2 starts in the queue`. */
  #whatIsFull(account: Account): string {
    const { maxSessions } = this.#options;
    const what = this.#isFree()
      ? `All ${account.maxSessions ?? 0} sessions of the key "${account.name ?? ''}" are in use`
      : `All ${maxSessions} sessions of this server are in use`;
    const waiting = this.#waitingOf(account);
    return waiting === 0 ? what : `${what}, with ${countText(waiting, 'start')} in the queue`;
  }
}

/** Since when those have waited that may come again. */
class Turns {
  readonly #known = new Map<string, { sinceMs: number; keptUntilMs: number }>();

  /** When the wait of this ticket began: now, unless it is known. */
  of(ticket: string | undefined): number {
    const nowMs = performance.now();
    for (const [other, { keptUntilMs }] of this.#known)
      if (keptUntilMs < nowMs) this.#known.delete(other);
    return (ticket === undefined ? undefined : this.#known.get(ticket)?.sinceMs) ?? nowMs;
  }

  keep(ticket: string | undefined, sinceMs: number): void {
    if (ticket !== undefined)
      this.#known.set(ticket, { sinceMs, keptUntilMs: performance.now() + KEEP_TURN_MS });
  }
}
