/** Starts that are remembered by the key that their callers gave: a repeated request gets the same session. */
import { createHash } from 'node:crypto';
import { withDeadline } from '../../base/deadline';
import type { StartOptions } from '../../contract/session';
import { refused } from '../../contract/refusals';

/** How long a start goes on whose caller was told to come again, in milliseconds: several times what it is told to stay away. */
const KEEP_MS = 15_000;

/** One start, and all who want it. */
interface RememberedStart<S> {
  requestHash: string;
  session: Promise<S>;
  /** Known once it has started. */
  id?: string;
  /** How many callers are there still. */
  callers: number;
  /** Aborted when the last of them has left. */
  readonly abandoned: AbortController;
  /** Runs while nobody is there, and somebody may come again. */
  keeping?: NodeJS.Timeout;
}

/** For how long a caller waits, when somebody else decides whose turn it is: what it waits in goes on, so that it keeps its turn. */
export interface Patience<S> {
  /** In milliseconds. */
  maxWaitMs: number;
  /** Tells a caller to come again. */
  inVain: () => Error;
  /** Ends a session that nobody has come for. */
  discard: (session: S) => Promise<void>;
}

/** A request to start a session, which may come more than once. */
export interface RepeatableStart {
  /** What its callers and nobody else know it by. */
  ticket: string;
  request: StartOptions;
  /** Aborted when this caller has left. */
  leaving: AbortSignal;
}

/** The starts of one server. */
export class RememberedStarts<S extends { id: string }> {
  readonly #starts = new Map<string, RememberedStart<S>>();
  readonly #patience: Patience<S> | undefined;

  /** @param patience none: callers wait as long as it takes */
  constructor(patience?: Patience<S>) {
    this.#patience = patience;
  }

  /**
   * The session of an earlier request with this ticket, or the one that is begun now. What failed may be tried again.
   * @param begin starts it; its signal is aborted when all callers have left
   * @throws {@link InvalidRequestError} for a ticket that was used for another request, and what tells a caller that its patience is over
   */
  async start(
    { ticket, request, leaving }: RepeatableStart,
    begin: (abandoned: AbortSignal) => Promise<S>,
  ): Promise<S> {
    const requestHash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
    const earlier = this.#starts.get(ticket);
    if (earlier && earlier.requestHash !== requestHash)
      throw refused('Invalid start request', [
        {
          path: '',
          message: 'this Idempotency-Key was used for another request; make a new key for each',
        },
      ]);
    const start = earlier ?? this.#begin(ticket, requestHash, begin);
    start.callers += 1;
    clearTimeout(start.keeping);
    let isThere = true;
    const leave = (abandon: () => void): void => {
      if (!isThere) return;
      isThere = false;
      start.callers -= 1;
      if (start.callers === 0) abandon();
    };
    const onLeaving = (): void => leave(() => start.abandoned.abort(leaving.reason));
    if (leaving.aborted) onLeaving();
    leaving.addEventListener('abort', onLeaving, { once: true });
    const patience = this.#patience;
    if (!patience) return start.session;
    return withDeadline(start.session, patience.maxWaitMs, () => {
      const reason = patience.inVain();
      leave(() => (start.keeping = this.#keep(ticket, start, { patience, reason })));
      return reason;
    });
  }

  /** Puts another object in place of the session that has this id. */
  replace(session: S): void {
    for (const start of this.#starts.values())
      if (start.id === session.id) start.session = Promise.resolve(session);
  }

  forget(sessionId: string): void {
    for (const [ticket, start] of this.#starts)
      if (start.id === sessionId) this.#starts.delete(ticket);
  }

  /** Ends the start, or the session that has come of it, unless a caller comes again. */
  #keep(
    ticket: string,
    start: RememberedStart<S>,
    { patience, reason }: { patience: Patience<S>; reason: Error },
  ): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#starts.get(ticket) === start) this.#starts.delete(ticket);
      start.abandoned.abort(reason);
      start.session.then(patience.discard).catch(() => undefined);
    }, KEEP_MS).unref();
  }

  #begin(
    ticket: string,
    requestHash: string,
    begin: (abandoned: AbortSignal) => Promise<S>,
  ): RememberedStart<S> {
    const abandoned = new AbortController();
    const session = begin(abandoned.signal);
    const start: RememberedStart<S> = { requestHash, session, callers: 0, abandoned };
    this.#starts.set(ticket, start);
    session.then(
      ({ id }) => (start.id = id),
      () => this.#starts.delete(ticket),
    );
    return start;
  }
}
