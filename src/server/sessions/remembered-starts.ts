/** Starts that are remembered by the key that their callers gave: a repeated request gets the same session. */
import { createHash } from 'node:crypto';
import type { StartOptions } from '../../contract/session';
import { refused } from '../../contract/refusals';

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

  /**
   * The session of an earlier request with this ticket, or the one that is begun now. What failed may be tried again.
   * @param begin starts it; its signal is aborted when all callers have left
   * @throws {@link InvalidRequestError} for a ticket that was used for another request
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
    const leave = (): void => {
      start.callers -= 1;
      if (start.callers === 0) start.abandoned.abort(leaving.reason);
    };
    if (leaving.aborted) leave();
    leaving.addEventListener('abort', leave, { once: true });
    return start.session;
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
