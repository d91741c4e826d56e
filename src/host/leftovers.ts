/** Ends what a start left: the session of a killed run, or of a start whose answer was lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { settledWithin } from '../base/deadline';
import type { SessionsClient } from '../client/index';
import { HostError, isSessionwrightError, NotFoundError } from '../contract/errors';
import { MINUTES, MINUTE_MS } from '../contract/limits';
import type { SessionInfo } from '../contract/session';
import { environment } from '../options/environment';
import { gridOf } from '../options/source';
import type { Ledger, LedgerEntry } from './ledger';

/** After this time, in milliseconds, an unreachable Grid or API is given up: it ends unused sessions by itself after 30 minutes at most. */
const GONE_MS = 3_600_000;
/** No session of any API runs longer, in milliseconds; with an hour for clocks that differ. */
const LONGEST_MS = (MINUTES.maxDuration + 60) * MINUTE_MS;
/** How far the clock of an API may be from ours, in milliseconds. */
const CLOCK_SLACK_MS = 60_000;
/** How long a Grid may take to start a session, in milliseconds, even if the client was killed. */
const GRID_START_MS = 120_000;
/** How long a session may come after its start was given up, in milliseconds, and the time between two checks. */
export const LATE_START_MS = 5_000;
const POLL_MS = 1_000;

/**
 * Ends the session of an entry.
 * @returns the session that was ended; undefined if there is none any more
 * @throws {@link HostError} if it may still start, or if it is not certain that a session is ours; the error of the API or the Grid
 */
export async function endEntry(
  entry: LedgerEntry,
  client: SessionsClient,
): Promise<LedgerEntry | undefined> {
  if (entry.kind === 'start') return endStart(entry, client, await runningAt(entry, client));
  try {
    await client.stop(entry.sessionId);
    return entry;
  } catch (error) {
    const isOver = Date.now() - (entry.startedAt ?? 0) > LONGEST_MS;
    if (error instanceof NotFoundError && isOver) return undefined; // before, it may be another account's
    throw error;
  }
}

/** Ends what the unanswered starts of a run left, as far as is known within a few seconds. Other entries stay in the ledger. Never rejects. */
export async function endLostStarts(ledger: Ledger, client: SessionsClient): Promise<void> {
  const deadline = performance.now() + LATE_START_MS;
  const endAll = async (): Promise<void> => {
    const lost = (await ledger.open()).filter(
      ({ kind, apiUrl }) => kind === 'start' && apiUrl === client.apiUrl,
    );
    if (lost.length === 0) return;
    const running = await activeSessions(client);
    const ends = lost.map(async (entry) => {
      await endStart(entry, client, running);
      await ledger.stopped(entry.sessionId);
    });
    const failures = (await Promise.allSettled(ends)).map((it) =>
      it.status === 'rejected' ? (it.reason as unknown) : undefined,
    );
    const isPending = failures.some((error) => isSessionwrightError(error, 'start_pending'));
    if (!isPending || performance.now() > deadline) return;
    await delay(POLL_MS);
    await endAll();
  };
  await settledWithin(endAll(), LATE_START_MS + 2 * POLL_MS);
}

/**
 * Ends a session on a Grid. The credentials of the Grid that the environment names are used for that Grid only.
 * @throws as {@link endEntry}
 */
export async function endOnGrid(entry: LedgerEntry): Promise<LedgerEntry> {
  const { sessionId: mark, apiUrl, startedAt = 0 } = entry;
  const [{ GridWire, isUnreachable }, { endGridSession, sessionsOf }] = await Promise.all([
    import('../browser/grid/grid-wire'),
    import('../browser/grid/grid-session'),
  ]);
  const known = environment.gridUrl === undefined ? undefined : gridOf({ backend: 'grid' });
  const own = known && new GridWire(known);
  const wire = own?.shown === apiUrl ? own : new GridWire({ url: apiUrl });
  const ageMs = Date.now() - startedAt;
  const sessions = await sessionsOf(wire).catch((error: unknown) => {
    if (isUnreachable(error) && ageMs > GONE_MS) return [];
    throw error;
  });
  const session = sessions.find((it) => it.mark === mark);
  if (!session && ageMs < GRID_START_MS)
    throw mayStillStart('the Grid does not have it yet', 'grid_refused');
  if (!session || (await endGridSession(wire, session))) return entry;
  throw new HostError('the Grid did not end it. It will after its session-timeout', {
    code: 'grid_refused',
  });
}

async function activeSessions(client: SessionsClient): Promise<SessionInfo[]> {
  return (await import('../client/active-sessions')).activeSessions(client);
}

async function runningAt(
  { startedAt = 0 }: LedgerEntry,
  client: SessionsClient,
): Promise<SessionInfo[]> {
  return activeSessions(client).catch((error: unknown) => {
    const isGone = Date.now() - startedAt > GONE_MS;
    if (isGone && isSessionwrightError(error, 'api_unreachable')) return [];
    throw error;
  });
}

/** Never ends a session that may not be ours. The cloud does not report which start made a session. */
async function endStart(
  { sessionId: key, apiUrl, startedAt = 0, startsUntil = startedAt }: LedgerEntry,
  client: SessionsClient,
  running: readonly SessionInfo[],
): Promise<LedgerEntry | undefined> {
  const ours = running.find(({ idempotencyKey }) => idempotencyKey === key);
  if (ours) return { sessionId: (await client.stop(ours.id)).id, apiUrl };
  if (Date.now() < startsUntil)
    throw mayStillStart('the API has no session of this start', 'start_pending');
  const possible = running.filter(({ idempotencyKey, createdAt }) => {
    const createdMs = createdAt.getTime();
    const isInTime =
      createdMs > startedAt - CLOCK_SLACK_MS && createdMs < startsUntil + CLOCK_SLACK_MS;
    return idempotencyKey === null && isInTime;
  });
  if (possible.length === 0) return undefined;
  throw new HostError(
    `the API does not report which start made a session, so it may be one of ${possible.map(({ id }) => id).join(', ')}, or there is none. Stop those that are not in use ("npx sessionwright sessions stop ID"), or let the idle timeout end it`,
    { code: 'start_unclear' },
  );
}

function mayStillStart(what: string, code: string): HostError {
  return new HostError(
    `${what}, and may still be starting it. Call "npx sessionwright reap" again in two minutes, or let the next run do it`,
    { code },
  );
}
