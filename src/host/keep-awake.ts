/**
 * Keeps a remote session from idling out while a worker holds it. Its API may not count CDP traffic as use, and a test may wait
 * longer than the session's idle time without any.
 */
import type { Session } from '../client/index';

/** Calls within one idle time: one may be lost, and the next still comes in time. */
const CALLS_PER_IDLE_TIME = 3;

/** Uses the session through its API until the returned function is called. A call that fails is no matter: the test sees what is wrong. */
export function keepAwake(session: Session, idleTimeoutMs: number): () => void {
  const timer = setInterval(
    () => void session.debugInfo({ updateMetadata: true }).catch(() => undefined),
    idleTimeoutMs / CALLS_PER_IDLE_TIME,
  );
  return () => clearInterval(timer);
}
