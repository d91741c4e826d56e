/** Sessions on a Selenium Grid in the ledger: how they get there, and how those that a killed run has left are ended. */
import type { GridLedger } from '../browser/grid/grid';
import { HostError } from '../contract/errors';
import { environment } from '../options/environment';
import { gridOf } from '../options/source';
import { GONE_MS, stillComing, type Ledger, type LedgerEntry } from './ledger';

/** How long a session may take to be there that was asked for, in milliseconds: whoever was killed meanwhile has left it all the same. */
const COMING_MS = 120_000;

/** Writes down each session of a Grid before it is started, and once it is gone. */
export function gridLedger(ledger: Ledger): GridLedger {
  return {
    started: ({ mark, gridUrl }) =>
      ledger.started({
        sessionId: mark,
        apiUrl: gridUrl,
        kind: 'grid',
        startedAt: Date.now(),
      }),
    stopped: (mark) => ledger.stopped(mark),
  };
}

/**
 * Ends the session of a ledger's entry, if there is one: it may never have been started, and a Grid ends by itself what nobody keeps
 * alive. What lets us in is taken from the environment, for the Grid that it names.
 * @returns the entry
 * @throws {@link GridError} when the Grid does not answer, in the first hour, or lets nobody in, {@link HostError} when the session does not end, or may still come
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
  if (!session && ageMs < COMING_MS)
    throw stillComing('the Grid does not have it yet', 'grid_refused');
  if (!session || (await endGridSession(wire, session))) return entry;
  throw new HostError('the Grid did not end it. It does so by itself after its session-timeout', {
    code: 'grid_refused',
  });
}
