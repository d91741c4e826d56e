/** Starts that are remembered by their idempotency keys: a repeated request gets the same session. */
import { createHash } from 'node:crypto';
import { withDeadline } from '../../base/deadline';
import { refused } from '../../contract/refusals';
import type { StartOptions } from '../../contract/session';
import { timedOutElsewhere } from './capacity';
import type { SessionEnd } from './known-session';

/** How long a start continues after its caller's wait timed out, in milliseconds: several times the client's pause between tries. */
const KEEP_MS = 15_000;

/** One start, and its callers. */
interface RememberedStart {
  requestHash: string;
  session: Promise<StartedSession>;
  /** Known once it has started. */
  id?: string;
  /** Number of waiting callers. */
  callers: number;
  /** Aborted when the last caller has left. */
  readonly abandoned: AbortController;
  /** Runs while no caller waits, but one may try again. */
  keeping?: NodeJS.Timeout;
}

/** The session of a start. */
export interface StartedSession {
  id: string;
  end(end: SessionEnd): Promise<void>;
}

/** A request to start a session, which may be repeated. */
export interface RepeatableStart {
  /** The account and its idempotency key. */
  ticket: string;
  request: StartOptions;
  /** Aborted when this caller has left. */
  leaving: AbortSignal;
}

/** The starts of one server. */
export class RememberedStarts {
  readonly #starts = new Map<string, RememberedStart>();
  readonly #limit: { maxWaitMs: number; title: string } | undefined;

  /**
   * @param limit - how long a caller waits for a browser of another machine, and which. Then it is asked to try again; the start goes on. @default no limit
   */
  constructor(limit?: { maxWaitMs: number; title: string }) {
    this.#limit = limit;
  }

  /**
   * Returns the session of an earlier request with this ticket, or starts one. A failed start may be repeated.
   * @param begin - starts it; its signal is aborted when all callers have left
   * @throws {@link InvalidRequestError} for a ticket of another request; {@link RateLimitError} when the wait timed out
   */
  async start(
    { ticket, request, leaving }: RepeatableStart,
    begin: (abandoned: AbortSignal) => Promise<StartedSession>,
  ): Promise<StartedSession> {
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
    const waits = new AbortController();
    const leave = (onLast: () => void): void => {
      if (waits.signal.aborted) return;
      waits.abort();
      start.callers -= 1;
      if (start.callers === 0) onLast();
    };
    const onLeaving = (): void => leave(() => start.abandoned.abort(leaving.reason));
    if (leaving.aborted) onLeaving();
    else leaving.addEventListener('abort', onLeaving, { signal: waits.signal });
    if (!this.#limit) return start.session;
    const { maxWaitMs, title } = this.#limit;
    return withDeadline(start.session, maxWaitMs, () => {
      const reason = timedOutElsewhere(maxWaitMs, title);
      leave(() => (start.keeping = this.#keep(ticket, start, reason)));
      return reason;
    });
  }

  forget(sessionId: string): void {
    for (const [ticket, start] of this.#starts)
      if (start.id === sessionId) this.#starts.delete(ticket);
  }

  /** Ends the start or its session, unless a caller comes again. */
  #keep(ticket: string, start: RememberedStart, reason: Error): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#starts.get(ticket) === start) this.#starts.delete(ticket);
      start.abandoned.abort(reason);
      start.session
        .then(async (session) =>
          session.end({ status: 'closed', reason: 'Its caller did not come again.' }),
        )
        .catch(() => undefined);
    }, KEEP_MS).unref();
  }

  #begin(
    ticket: string,
    requestHash: string,
    begin: (abandoned: AbortSignal) => Promise<StartedSession>,
  ): RememberedStart {
    const abandoned = new AbortController();
    const session = begin(abandoned.signal);
    const start: RememberedStart = { requestHash, session, callers: 0, abandoned };
    this.#starts.set(ticket, start);
    session.then(
      ({ id }) => (start.id = id),
      () => this.#starts.delete(ticket),
    );
    return start;
  }
}
