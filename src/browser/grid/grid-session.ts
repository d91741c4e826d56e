/** One WebDriver session of a Grid: kept alive while it is used, and ended whatever becomes of the hub and of its node. */
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../base/errors';
import { logOf } from '../../base/log';
import { GridError } from '../../contract/errors';
import { readState, type SlotSession } from './grid-state';
import { GridWire, isRefusal, isUnreachable } from './grid-wire';

const log = logOf('browser');

/** How long a command may take that does next to nothing, in milliseconds. */
export const COMMAND_MS = 10_000;
/** Pause between two tries to end a session, in milliseconds. */
const RETRY_MS = 500;
/** How long a session is tried to be ended, in milliseconds: it takes half a second. */
const END_MS = 10_000;
/** The same since the hub was last away, in milliseconds: its nodes come back some 10 s after it, with their sessions. */
const END_AFTER_RESTART_MS = 40_000;
/** The longest that it is tried, in milliseconds: by then a Grid has ended by itself what it heard nothing of. */
const GIVE_UP_MS = 300_000;
/** So many keep-alives go at least into the time after which a Grid ends a session that it hears nothing of. */
const BEATS = 4;
/** Time between two of them, in milliseconds. A hub says nothing to its clients when a node dies, so this is how soon it is noticed. */
const BEAT_MS = 3_000;
/** So many that fail in a row mean that the session is gone. */
const MISSES = 2;

/**
 * Lets the Grid know that a session is used, as long as it is: what goes on over CDP does not count there. And finds out that its
 * node is dead: its connections stay open then.
 * @param onGone - called when the Grid no longer knows it, or does not reach it
 * @returns stops it
 */
export function keepAlive(
  wire: GridWire,
  id: string,
  { sessionTimeoutMs, onGone }: { sessionTimeoutMs: number; onGone: () => void },
): () => void {
  let misses = 0;
  let isBeating = false;
  const beat = async (): Promise<void> => {
    if (isBeating) return;
    isBeating = true;
    const path = `/session/${id}/timeouts`;
    const error: unknown = await wire.send({ method: 'GET', path, timeoutMs: COMMAND_MS }).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    isBeating = false;
    misses = error === undefined ? 0 : misses + 1;
    const isUnknown = error instanceof GridError && error.status === 404;
    if (isUnknown || misses >= MISSES) onGone();
  };
  const timer = setInterval(() => void beat(), Math.min(BEAT_MS, sessionTimeoutMs / BEATS));
  timer.unref();
  return () => clearInterval(timer);
}

/** A session, and where it runs as far as that is known. */
export interface PlacedSession {
  id: string;
  /** The URL of its node, which may lead nowhere from here. */
  nodeUrl?: string | undefined;
}

/** Ends a session. True when the Grid has none of this id any more; false when that could not be had in time. Never rejects. */
export async function endGridSession(wire: GridWire, session: PlacedSession): Promise<boolean> {
  const giveUpMs = performance.now() + GIVE_UP_MS;
  let wasAway = false;
  let untilMs = performance.now() + END_MS;
  for (;;) {
    const outcome = await endOnce(wire, session);
    if (outcome === 'away') {
      wasAway = true;
      untilMs = Math.min(giveUpMs, performance.now() + END_AFTER_RESTART_MS);
    }
    if (outcome === 'ended' || (outcome === 'unknown' && !wasAway)) {
      log('grid session %s: ended', session.id);
      return true;
    }
    if (performance.now() > untilMs) return outcome === 'unknown';
    await delay(RETRY_MS);
  }
}

/** The sessions that run on a Grid. */
export async function sessionsOf(wire: GridWire): Promise<SlotSession[]> {
  const value = await wire.send({ method: 'GET', path: '/status', timeoutMs: COMMAND_MS });
  return readState(value)?.sessions ?? [];
}

type Outcome = 'ended' | 'unknown' | 'away' | 'still there';

async function endOnce(wire: GridWire, session: PlacedSession): Promise<Outcome> {
  const { id, nodeUrl } = session;
  try {
    await wire.send({ method: 'DELETE', path: `/session/${id}`, timeoutMs: COMMAND_MS });
    return 'ended';
  } catch (error) {
    if (isUnreachable(error)) return (await endOnNode(id, nodeUrl)) === 'ended' ? 'ended' : 'away';
  }
  const sessions = await sessionsOf(wire).catch(() => undefined);
  if (!sessions) return 'away';
  const found = sessions.find((it) => it.id === id);
  const outcome = await endOnNode(id, found?.nodeUrl ?? nodeUrl);
  if (!found) return outcome === 'ended' ? 'ended' : 'unknown';
  return outcome === 'alive' ? 'still there' : 'ended';
}

/**
 * A hub that was started anew knows its nodes' sessions, but leads nobody to them; a node that was killed is in its books for minutes.
 * Where nobody listens the node is dead, if it was there: another one of our network may have its address.
 */
async function endOnNode(id: string, nodeUrl = ''): Promise<'ended' | 'dead' | 'alive'> {
  if (!URL.canParse(nodeUrl)) return 'alive';
  try {
    const node = new GridWire({ url: nodeUrl });
    await node.send({ method: 'DELETE', path: `/session/${id}`, timeoutMs: COMMAND_MS });
    return 'ended';
  } catch (error) {
    if (isRefusal(error) && error.status === 404) return 'ended'; // it has no such session
    const cause = error instanceof Error ? error.cause : undefined;
    return codeOf(cause) === 'ECONNREFUSED' ? 'dead' : 'alive';
  }
}
