/** Admission to a limited resource, such as sessions: first in, first out, with a deadline, and with tickets for callers that retry. */

/** How long a refused caller with a ticket keeps its turn, in milliseconds: several times the pause before its retry. */
const KEEP_TURN_MS = 15_000;

/** A caller in the queue. */
export interface Waiter<Request, Grant> {
  readonly request: Request;
  /** Start of its wait, by `performance.now()`. With a ticket, earlier waits count too. */
  readonly sinceMs: number;
  /** Settles when the caller is admitted or refused. */
  readonly granted: Promise<Grant>;
  /** Admits the caller. Returns false if it is no longer waiting. */
  admit(grant: Grant): boolean;
  /** Refuses the caller. Returns false if it is no longer waiting. */
  refuse(error: Error): boolean;
}

/** Options of a wait. */
export interface WaitOptions {
  /** Keeps the turn of a caller that retries. */
  ticket?: string | undefined;
  /** Aborted when the caller disconnects. */
  signal?: AbortSignal | undefined;
  /** Time limit in milliseconds, and the error after it. @default no limit */
  deadline?: { ms: number; toError: () => Error } | undefined;
  /** Called if the caller must wait. May return an error to refuse it. */
  onQueued?: () => Error | undefined;
}

/** The queue of one limited resource. Its owner knows the limit. */
export class Admission<Request, Grant> {
  readonly #serve: () => void;
  readonly #queue: Waiter<Request, Grant>[] = [];
  readonly #turns = new Map<string, { sinceMs: number; keptUntilMs: number }>();
  #refusal: Error | undefined;

  /** @param serve - admits as many {@link waiting} callers as possible, in order. Called when one enters. */
  constructor(serve: () => void) {
    this.#serve = serve;
  }

  /** Waiting callers, in order. */
  get waiting(): readonly Waiter<Request, Grant>[] {
    return [...this.#queue];
  }

  /** Adds a caller, and admits it at once if possible. */
  enter(request: Request, options: WaitOptions = {}): Waiter<Request, Grant> {
    const waiter = this.#createWaiter(request, options);
    if (this.#refusal) {
      waiter.refuse(this.#refusal);
      return waiter;
    }
    this.#serve();
    if (!this.#queue.includes(waiter)) return waiter;
    const refusal = options.onQueued?.();
    if (refusal) {
      waiter.refuse(refusal);
      this.#turns.delete(options.ticket ?? ''); // it did not wait
    }
    return waiter;
  }

  /** Refuses all current and later callers. */
  close(refusal: Error): void {
    this.#refusal = refusal;
    for (const waiter of this.waiting) waiter.refuse(refusal);
  }

  #createWaiter(request: Request, options: WaitOptions): Waiter<Request, Grant> {
    const { ticket, signal, deadline } = options;
    let resolve: (grant: Grant) => void = () => {};
    let reject: (error: Error) => void = () => {};
    const granted = new Promise<Grant>((onGrant, onRefusal) => {
      [resolve, reject] = [onGrant, onRefusal];
    });
    const leave = (): boolean => {
      const index = this.#queue.indexOf(waiter);
      if (index >= 0) this.#queue.splice(index, 1);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      return index >= 0;
    };
    const waiter: Waiter<Request, Grant> = {
      request,
      sinceMs: this.#sinceOf(ticket),
      granted,
      admit: (grant) => {
        const isWaiting = leave();
        if (isWaiting) resolve(grant);
        return isWaiting;
      },
      refuse: (error) => {
        const isWaiting = leave();
        if (isWaiting) this.#keepTurn(ticket, waiter.sinceMs);
        if (isWaiting) reject(error);
        return isWaiting;
      },
    };
    const onAbort = (): void => void waiter.refuse(signal?.reason as Error);
    const timer =
      deadline && setTimeout(() => waiter.refuse(deadline.toError()), deadline.ms).unref();
    signal?.addEventListener('abort', onAbort);
    this.#queue.push(waiter);
    this.#queue.sort((one, other) => one.sinceMs - other.sinceMs);
    if (signal?.aborted) onAbort();
    return waiter;
  }

  /** Returns the start of the wait: now, unless the caller retries. */
  #sinceOf(ticket: string | undefined): number {
    const nowMs = performance.now();
    for (const [other, { keptUntilMs }] of this.#turns)
      if (keptUntilMs < nowMs) this.#turns.delete(other);
    return (ticket === undefined ? undefined : this.#turns.get(ticket)?.sinceMs) ?? nowMs;
  }

  #keepTurn(ticket: string | undefined, sinceMs: number): void {
    if (ticket !== undefined)
      this.#turns.set(ticket, { sinceMs, keptUntilMs: performance.now() + KEEP_TURN_MS });
  }
}
