/** Clears away what killed runs and session servers left behind: their remote sessions (by the ledger), their profiles and their folders. Touches nothing that lives. */
import { messageOf } from '../base/errors';
import { removeFolder } from '../base/folders';
import { isProcessAlive } from '../base/processes';
import { environment } from '../options/environment';
import { abandonedFolders } from '../server/data/temporary-folder';
import { endHost, openConnection } from './connect';
import type { LedgerEntry } from './ledger';
import { Ledger } from './ledger';
import type { RunFolder } from './run-folder';
import { listRunFolders, readEndpoint, readOwner, removeRunFolder } from './run-folder';

/** What a sweep found and did. */
export interface SweepResult {
  /** Folders of dead runs and session servers that were removed. */
  removed: string[];
  /** Remote sessions that were stopped. */
  stopped: LedgerEntry[];
  /** Remote sessions that still have to be stopped, and why they were not. */
  left: (LedgerEntry & { reason: string })[];
}

/** Stops one session of a dead run. Rejects when that fails. */
export type StopSession = (entry: LedgerEntry) => Promise<void>;

/**
 * Sweeps the folders of dead runs and session servers of this user.
 * @param keep - a folder that is not looked at: the caller's own.
 * @param dryRun - only tell what would be done.
 */
export async function sweep(
  options: { keep?: RunFolder; dryRun?: boolean; stop?: StopSession } = {},
): Promise<SweepResult> {
  const result: SweepResult = { removed: [], stopped: [], left: [] };
  for (const folder of await listRunFolders()) {
    if (folder.path === options.keep?.path || (await isAlive(folder))) continue;
    await sweepFolder(
      folder,
      { dryRun: options.dryRun ?? false, stop: options.stop ?? stopByClient },
      result,
    );
  }
  for (const folder of await abandonedFolders()) {
    if (!options.dryRun) await removeFolder(folder);
    result.removed.push(folder);
  }
  return result;
}

async function sweepFolder(
  folder: RunFolder,
  how: { dryRun: boolean; stop: StopSession },
  result: SweepResult,
): Promise<void> {
  const ledger = new Ledger(folder.path);
  let leftHere = 0;
  for (const entry of await ledger.open()) {
    try {
      if (!how.dryRun) {
        await how.stop(entry);
        await ledger.stopped(entry.sessionId);
      }
      result.stopped.push(entry);
    } catch (error) {
      leftHere++;
      result.left.push({
        ...entry,
        reason: messageOf(error),
      });
    }
  }
  if (leftHere > 0) return; // the ledger is still needed
  if (!how.dryRun) await removeRunFolder(folder);
  result.removed.push(folder.path);
}

/** A run lives while its host answers, or while the process that claimed the folder is still bringing it up. */
async function isAlive(folder: RunFolder): Promise<boolean> {
  const endpoint = await readEndpoint(folder);
  if (!endpoint) {
    const owner = await readOwner(folder);
    return owner !== undefined && isProcessAlive(owner.pid);
  }
  if (!isProcessAlive(endpoint.pid)) return false;
  try {
    const connection = await openConnection(endpoint, 'probe');
    connection?.close();
    return connection !== undefined;
  } catch {
    if (isProcessAlive(folder.runnerPid)) return true; // it stands still, and its own run ends it
    endHost(endpoint); // there is nobody left who would
    return false;
  }
}

/** Uses the key of the environment, and only for the API that it belongs to. */
async function stopByClient(entry: LedgerEntry): Promise<void> {
  const { SessionsClient } = await import('../client/index');
  const client = new SessionsClient({
    apiUrl: entry.apiUrl,
    ...(environment.apiKey === undefined ? {} : { apiKey: environment.apiKey }),
  });
  try {
    await client.stop(entry.sessionId);
  } finally {
    await client.close();
  }
}
