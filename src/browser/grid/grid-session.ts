/** A WebDriver session of a Grid: it is kept alive while it is used, and ended even if the hub restarts or its node dies. */
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../base/errors';
import { logOf } from '../../base/log';
import { GridError } from '../../contract/errors';
import { readState, type SlotSession } from './grid-state';
import { GridWire, isRefusal, isUnreachable } from './grid-wire';

const log = logOf('browser');

/** How long a simple command may take, in milliseconds. */
export const COMMAND_MS = 10_000;
/** Pause between two tries to end a session, in milliseconds. */
const RETRY_MS = 500;
/** How long to try to end a session, in milliseconds: it takes half a second. */
const END_MS = 10_000;
/** The same after the hub was unreachable, in milliseconds: its nodes register again within 10 s or so. */
const END_AFTER_RESTART_MS = 40_000;
/** The longest time in total, in milliseconds: by then a Grid ends unused sessions by itself. */
const GIVE_UP_MS = 300_000;
/** At least this many keep-alive commands within the Grid's session timeout. */
const BEATS = 4;
/** Time between two of them, in milliseconds. A hub does not report the death of a node, so this decides how soon it is noticed. */
const BEAT_MS = 3_000;
/** After this many failed commands in a row the session counts as lost. */
const MISSES = 2;

/**
 * Sends a command now and then: a Grid does not count CDP traffic as use of a session. It also detects a dead node, whose connections stay
 * open.
 * @param onGone - called when the Grid does not know the session any more, or cannot reach it
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
    try {
      await wire.send({ method: 'GET', path: `/session/${id}/timeouts`, timeoutMs: COMMAND_MS });
      misses = 0;
    } catch (error) {
      const isUnknown = error instanceof GridError && error.status === 404;
      if (isUnknown || ++misses >= MISSES) onGone();
    }
    isBeating = false;
  };
  const timer = setInterval(() => void beat(), Math.min(BEAT_MS, sessionTimeoutMs / BEATS)).unref();
  return () => clearInterval(timer);
}

/** A session, and the URL of its node if that is known. It may be unreachable from here. */
export interface PlacedSession {
  id: string;
  nodeUrl?: string | undefined;
}

/** Ends a session. True if the Grid does not have it any more; false if that is not certain in time. Never rejects. */
export async function endGridSession(wire: GridWire, session: PlacedSession): Promise<boolean> {
  const giveUpMs = performance.now() + GIVE_UP_MS;
  let untilMs = performance.now() + END_MS;
  let wasAway = false;
  for (;;) {
    const outcome = await endOnce(wire, session);
    if (outcome === 'away') {
      wasAway = true;
      untilMs = Math.min(giveUpMs, performance.now() + END_AFTER_RESTART_MS);
    }
    const isOver = outcome === 'unknown' && (!wasAway || performance.now() > untilMs);
    if (outcome === 'ended' || isOver) {
      log('grid session %s: ended', session.id);
      return true;
    }
    if (performance.now() > untilMs) return false;
    await delay(RETRY_MS);
  }
}

/** The sessions that run on a Grid. */
export async function sessionsOf(wire: GridWire): Promise<SlotSession[]> {
  const value = await wire.send({ method: 'GET', path: '/status', timeoutMs: COMMAND_MS });
  return readState(value)?.sessions ?? [];
}

/**
 * Deletes a session at the hub, or at its node: a restarted hub lists the sessions of its nodes but does not forward to them, and it lists
 * a dead node for minutes.
 */
async function endOnce(
  wire: GridWire,
  { id, nodeUrl }: PlacedSession,
): Promise<'ended' | 'unknown' | 'away' | 'alive'> {
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
  if (outcome === 'ended' || (found && outcome === 'dead')) return 'ended';
  return found ? 'alive' : 'unknown';
}

/** `dead` if nothing listens at the node's address. Another server may have its address. */
async function endOnNode(id: string, nodeUrl = ''): Promise<'ended' | 'dead' | 'alive'> {
  if (!URL.canParse(nodeUrl)) return 'alive';
  try {
    const node = new GridWire({ url: nodeUrl });
    await node.send({ method: 'DELETE', path: `/session/${id}`, timeoutMs: COMMAND_MS });
    return 'ended';
  } catch (error) {
    if (isRefusal(error) && error.status === 404) return 'ended'; // it has no such session
    return codeOf((error as Error).cause) === 'ECONNREFUSED' ? 'dead' : 'alive';
  }
}
