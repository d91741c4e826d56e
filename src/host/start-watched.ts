/** Starts a session for a run that may have others to share: it is told when there is no place for one now. */
import type { Session, SessionsClient, StartSessionOptions } from '../client/index';

/** How whoever asks for a start takes part in it. */
export interface StartWatch {
  /** Called when there seems to be no place for the session now: its API says so, or takes long. */
  onFull: () => void;
  /** Aborted when nobody wants the session any more. */
  signal: AbortSignal;
}

/**
 * Starts a session.
 * @param slowMs - a start that takes longer, in milliseconds, waits for a place
 * @param saysFull - called when the API says that there is no place now
 * @throws what the start throws
 */
export async function startWatched(
  client: SessionsClient,
  options: StartSessionOptions,
  { onFull, signal, slowMs, saysFull }: StartWatch & { slowMs: number; saysFull?: () => void },
): Promise<Session> {
  const timer = setTimeout(onFull, slowMs).unref();
  try {
    const noPlace = (): void => {
      saysFull?.();
      onFull();
    };
    return await client.start({ ...options, onFull: noPlace, signal });
  } finally {
    clearTimeout(timer);
  }
}
