/** The capacity for sessions: a start that finds none waits for it, first come, first served, for a limited time in a limited queue. */
import { Admission } from '../../base/admission';
import { countText, durationText } from '../../base/texts';
import { tooMany, unavailable } from '../../contract/refusals';
import type { Account } from '../accounts/account';

/** When a caller that found the queue full should try again, in milliseconds: about the length of a short test. */
const FULL_RETRY_MS = 5_000;
/** When a caller whose wait timed out should try again, in milliseconds: its turn may be next. */
const WAITED_RETRY_MS = 1_000;
/** When a caller of a draining server should try again, in milliseconds: another server may be up by then. */
const DRAINING_RETRY_MS = 5_000;

/** How many sessions there may be, and how long a start waits. */
export interface CapacityOptions {
  /** Sessions at the same time. */
  maxSessions: number;
  /** Starts of one account that may wait. 0 refuses them at once. */
  maxWaiting: number;
  /** How long each may wait, in milliseconds. */
  maxWaitMs: number;
}

/** A start that needs capacity. */
export interface CapacityRequest {
  account: Account;
  /** Keeps the turn of a caller that comes again after its wait timed out; undefined for one that will not be recognized. */
  ticket: string | undefined;
  /** Aborted when no caller wants the session any more. */
  leaving: AbortSignal;
}

/** The capacity of one server. */
export class Capacity {
  readonly #options: CapacityOptions;
  /** Sessions by the names of accounts. */
  readonly #taken = new Map<string | undefined, number>();
  readonly #admission = new Admission<Account, void>(() => this.#admit());

  constructor(options: CapacityOptions) {
    this.#options = options;
  }

  /** How many starts wait. */
  get waiting(): number {
    return this.#admission.waiting.length;
  }

  /**
   * Takes capacity for a session, at once or in turn. Returns the function that frees it, which may be called twice.
   * @throws {@link RateLimitError} when the queue is full or the wait timed out; the reason of `leaving`; the refusal of {@link close}
   */
  async take({ account, ticket, leaving }: CapacityRequest): Promise<() => void> {
    const { maxWaiting, maxWaitMs } = this.#options;
    const waiter = this.#admission.enter(account, {
      ticket,
      signal: leaving,
      deadline: { ms: maxWaitMs, toError: () => this.#timedOut(account) },
      onQueued: () =>
        this.#waitingOf(account) > maxWaiting
          ? tooMany(
              `${this.#whatIsFull(account, 1)}. Stop one, or come again later.`,
              FULL_RETRY_MS,
            )
          : undefined,
    });
    await waiter.granted;
    let isHeld = true;
    return () => {
      if (isHeld) this.#count(account, -1);
      isHeld = false;
      this.#admit();
    };
  }

  /** Refuses all starts, now and later. */
  close(refusal: Error): void {
    this.#admission.close(refusal);
  }

  /** Accounts that have used up their quota let others go first. */
  #admit(): void {
    for (const waiter of this.#admission.waiting)
      if (this.#hasRoom(waiter.request) && waiter.admit()) this.#count(waiter.request, 1);
  }

  #hasRoom(account: Account): boolean {
    return this.#isFree && this.#takenBy(account) < (account.maxSessions ?? Infinity);
  }

  get #isFree(): boolean {
    const taken = [...this.#taken.values()].reduce((sum, count) => sum + count, 0);
    return taken < this.#options.maxSessions;
  }

  #takenBy({ name }: Account): number {
    return this.#taken.get(name) ?? 0;
  }

  #waitingOf({ name }: Account): number {
    return this.#admission.waiting.filter(({ request }) => request.name === name).length;
  }

  #count(account: Account, count: 1 | -1): void {
    this.#taken.set(account.name, this.#takenBy(account) + count);
  }

  #timedOut(account: Account): Error {
    return timedOut(this.#options.maxWaitMs, this.#whatIsFull(account));
  }

  /** Such as `All 4 sessions of this server are in use, with 2 starts in the queue`. */
  #whatIsFull(account: Account, uncounted = 0): string {
    const { maxSessions } = this.#options;
    const what = this.#isFree
      ? `All ${account.maxSessions ?? 0} sessions of the key "${account.name ?? ''}" are in use`
      : `All ${maxSessions} sessions of this server are in use`;
    const waiting = this.#waitingOf(account) - uncounted;
    return waiting === 0 ? what : `${what}, with ${countText(waiting, 'start')} in the queue`;
  }
}

/** The error of a start that waited too long. */
function timedOut(maxWaitMs: number, why: string): Error {
  return tooMany(
    `Waited ${durationText(maxWaitMs)} for a session: ${why}. Stop one, or come again.`,
    WAITED_RETRY_MS,
  );
}

/**
 * The error of a start that waited too long for a browser of another machine.
 * @param title - such as `the Selenium Grid at http://hub:4444`
 */
export function timedOutElsewhere(maxWaitMs: number, title: string): Error {
  return timedOut(maxWaitMs, `${title} had none to give`);
}

/** The answer to starts while the server drains. */
export function draining(): Error {
  return unavailable(
    'The session server is about to end: it starts no more sessions. Ask another one, or this one when it is up again.',
    DRAINING_RETRY_MS,
  );
}

/** The answer to starts while the server closes. */
export function closing(): Error {
  return unavailable('The session server is closing.');
}
