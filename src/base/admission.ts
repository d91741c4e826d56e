/** Admission to something limited, such as sessions: first come, first served, with a deadline, and with tickets for callers that come again. */

/** How long the turn of a refused caller with a ticket is kept, in milliseconds: several times the pause before it comes again. */
const KEEP_TURN_MS = 15_000;

/** A caller in the queue. */
export interface Waiter<Request, Grant> {
  readonly request: Request;
  /** Since when it has waited, by `performance.now()`. With a ticket, the waits before count too. */
  readonly sinceMs: number;
  /** Settles when the caller is admitted or refused. */
  readonly granted: Promise<Grant>;
  /** Admits the caller. False when it does not wait any more. */
  admit(grant: Grant): boolean;
  /** Refuses the caller. False when it does not wait any more. */
  refuse(error: Error): boolean;
}

/** How a caller waits. */
export interface WaitOptions {
  /** Keeps the turn of a caller that comes again. */
  ticket?: string | undefined;
  /** Aborted when the caller has left. */
  signal?: AbortSignal | undefined;
  /** How long it may wait, in milliseconds, and the error after that. @default for ever */
  deadline?: { ms: number; toError: () => Error } | undefined;
  /** Called when the caller cannot be admitted at once. May return an error that refuses it. */
  onQueued?: () => Error | undefined;
}

/** The queue in front of one limited resource. Its owner knows the limit. */
export class Admission<Request, Grant> {
  readonly #serve: () => void;
  readonly #queue: Waiter<Request, Grant>[] = [];
  readonly #turns = new Map<string, { sinceMs: number; keptUntilMs: number }>();
  #refusal: Error | undefined;

  /** @param serve - admits the {@link waiting} callers that it can, in their order. Called when one enters. */
  constructor(serve: () => void) {
    this.#serve = serve;
  }

  /** The callers that wait, the first one first. */
  get waiting(): readonly Waiter<Request, Grant>[] {
    return [...this.#queue];
  }

  /** Queues a caller, and admits it at once if possible. */
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
      this.#turns.delete(options.ticket ?? ''); // it has not waited
    }
    return waiter;
  }

  /** Refuses all callers, now and later. */
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

  /** When the wait began: now, unless the caller has come again. */
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
