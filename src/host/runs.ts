/** The runs that this machine knows of, living and dead, and the remote sessions that each has not stopped. */
import type { LedgerEntry } from './ledger';
import { Ledger } from './ledger';
import { listRunFolders } from './run-folder';

/** One run. */
export interface KnownRun {
  /** Process id of its `playwright test`. */
  runnerPid: number;
  /** Remote sessions that it started and has not stopped. */
  sessions: LedgerEntry[];
}

/** All runs of this user, by their ledgers. A run whose host died may be there twice. */
export async function listRuns(): Promise<KnownRun[]> {
  const folders = await listRunFolders();
  return Promise.all(
    folders.map(async ({ path, runnerPid }) => ({
      runnerPid,
      sessions: await new Ledger(path).open(),
    })),
  );
}
