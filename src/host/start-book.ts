/** Starts that a run knows of before there is a session, by their idempotency keys: whatever happens to whoever asks, what a start has made is found. */
import { newIdempotencyKey } from '../base/tokens';
import type { Session, StartSessionOptions } from '../client/index';
import { DEFAULT_START_TIMEOUT_MS } from '../options/defaults';

/** A start that is about to be made. */
export interface BegunStart {
  /** Its `Idempotency-Key`. */
  key: string;
  /** Now, and when it will have been given up, in milliseconds since the epoch. */
  startedAt: number;
  startsUntil: number;
}

/** What became of a start. */
export interface StartOutcome {
  /** The session that it has given; null when it has failed. */
  sessionId: string | null;
  /** Whether it may have made another one, or one all the same. */
  isUnclear: boolean;
}

/** Takes note of starts. */
export interface StartBook {
  readonly begin: (start: BegunStart) => Promise<unknown>;
  readonly end: (start: BegunStart, outcome: StartOutcome) => Promise<unknown>;
}

/** What makes a start known by its key, and tells whether it may have left more than the session that it gave. */
export type KnownBy = Pick<StartSessionOptions, 'idempotencyKey' | 'onUnclear'>;

/**
 * Starts a session that a book knows of before it exists.
 * @throws what the start throws, and what the book does: then nothing was started, or the session is stopped
 */
export async function startInBook(
  book: StartBook,
  options: Pick<StartSessionOptions, 'idempotencyKey' | 'onUnclear' | 'startTimeout'>,
  start: (how: KnownBy) => Promise<Session>,
): Promise<Session> {
  const { idempotencyKey = newIdempotencyKey(), startTimeout = DEFAULT_START_TIMEOUT_MS } = options;
  const startedAt = Date.now();
  const begun = { key: idempotencyKey, startedAt, startsUntil: startedAt + startTimeout };
  const outcome: StartOutcome = { sessionId: null, isUnclear: false };
  const onUnclear = (): void => {
    outcome.isUnclear = true;
    options.onUnclear?.();
  };
  await book.begin(begun);
  const session = await start({ idempotencyKey, onUnclear }).catch(async (error: unknown) => {
    await book.end(begun, outcome).catch(() => undefined); // it stays in the book, and is looked for
    throw error;
  });
  try {
    await book.end(begun, { ...outcome, sessionId: session.id });
  } catch (error) {
    await session.stop();
    throw error;
  }
  return session;
}
