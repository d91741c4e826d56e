/** Clears away what killed runs and session servers left behind: their remote sessions (by the ledger), their browsers that stand still, and their folders with the profiles. Touches nothing that lives. */
import { messageOf } from '../base/errors';
import { isProcessAlive } from '../base/processes';
import { endBrowsersBelow } from '../browser/left-browsers';
import type { SessionsClient } from '../client/index';
import { HostError, NotFoundError } from '../contract/errors';
import { MINUTES } from '../contract/limits';
import { CLOUD_API_URL } from '../options/defaults';
import { environment } from '../options/environment';
import { abandonedFolders, removeAbandoned } from '../server/data/temporary-folder';
import { endHost, openConnection } from './connect';
import { endOnGrid } from './grid-ledger';
import { endLostStart } from './start-ledger';
import type { LedgerEntry } from './ledger';
import { Ledger } from './ledger';
import type { RunFolder } from './run-folder';
import { isOwnerAlive, listRunFolders, readEndpoint, removeRunFolder } from './run-folder';

/** How long one call of an API may take, in milliseconds: it only lists and stops. */
const CALL_MS = 20_000;

/** No session of any API runs longer, in milliseconds; with an hour for clocks that differ. */
const LONGEST_MS = (MINUTES.maxDuration + 60) * 60_000;

/** A session API and its key. */
export interface Api {
  url: string;
  key: string;
}

/** What a sweep found and did. */
export interface SweepResult {
  /** Folders of dead runs and session servers that were removed. */
  removed: string[];
  /** Remote sessions that were stopped. */
  stopped: LedgerEntry[];
  /** Remote sessions that still have to be stopped, and why they were not. */
  left: (LedgerEntry & { reason: string })[];
  /** Such folders that could not be removed, and why. What goes on in others is not held up by them. */
  notRemoved: { path: string; reason: string }[];
}

/**
 * Sweeps the folders of dead runs and session servers of this user.
 * @param keep - a folder that is not looked at: the caller's own.
 * @param api - the API whose sessions can be stopped. @default the environment's
 * @param dryRun - only tell what would be done.
 */
export async function sweep(
  options: { keep?: { path: string }; dryRun?: boolean; api?: Api | undefined } = {},
): Promise<SweepResult> {
  const result: SweepResult = { removed: [], stopped: [], left: [], notRemoved: [] };
  const clear = async (path: string, work: () => Promise<void>): Promise<void> =>
    work().catch(
      (error: unknown) => void result.notRemoved.push({ path, reason: messageOf(error) }),
    );
  for (const folder of await listRunFolders()) {
    if (folder.path === options.keep?.path || (await isAlive(folder))) continue;
    const how = { dryRun: false, api: environmentApi(), ...options };
    await clear(folder.path, async () => sweepFolder(folder, how, result));
  }
  for (const folder of await abandonedFolders()) {
    await clear(folder, async () => {
      if (!options.dryRun) await removeAbandoned(folder);
      result.removed.push(folder);
    });
  }
  return result;
}

async function sweepFolder(
  folder: RunFolder,
  { dryRun, api }: { dryRun: boolean; api: Api | undefined },
  result: SweepResult,
): Promise<void> {
  const ledger = new Ledger(folder.path);
  let leftHere = 0;
  for (const entry of await ledger.open()) {
    try {
      const end = entry.kind === 'grid' ? endOnGrid : endAt(ownApi(entry, api));
      const ended = dryRun ? entry : await end(entry);
      if (!dryRun) await ledger.stopped(entry.sessionId);
      if (ended) result.stopped.push(ended);
    } catch (error) {
      leftHere++;
      result.left.push({
        ...entry,
        reason: messageOf(error),
      });
    }
  }
  if (!dryRun) await endBrowsersBelow(folder.path);
  if (leftHere > 0) return; // the ledger is still needed
  if (!dryRun) await removeRunFolder(folder);
  result.removed.push(folder.path);
}

/** A run lives while its host answers, or while the process that claimed the folder is still bringing it up. One elsewhere is not asked: it has other ports. */
async function isAlive(folder: RunFolder): Promise<boolean> {
  if (!folder.isHere) return isOwnerAlive(folder);
  const endpoint = await readEndpoint(folder);
  if (!endpoint) return isOwnerAlive(folder);
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

function environmentApi(): Api | undefined {
  const { apiKey: key, apiUrl: url = CLOUD_API_URL } = environment;
  return key === undefined ? undefined : { url, key };
}

/** A key is for one API, and told to no other. */
function ownApi({ apiUrl }: LedgerEntry, api: Api | undefined): Api {
  if (api && isSameUrl(api.url, apiUrl)) return api;
  throw new HostError(
    `that API's key is needed. Set SESSIONWRIGHT_API_URL=${apiUrl} and SESSIONWRIGHT_API_KEY, and call "npx sessionwright reap"`,
    { code: 'unauthorized' },
  );
}

/** Ends the session of an entry, and returns it as it was; undefined for a start that has made none. */
function endAt({ url, key }: Api): (entry: LedgerEntry) => Promise<LedgerEntry | undefined> {
  return async (entry) => {
    const { SessionsClient } = await import('../client/index');
    const timeoutMs = CALL_MS;
    const client = new SessionsClient({
      apiUrl: url,
      apiKey: key,
      timeout: timeoutMs,
      handleSignals: false,
    });
    try {
      if (entry.kind !== 'start') return await endKnown(entry, client);
      const sessionId = await endLostStart(entry, client);
      return sessionId === undefined ? undefined : { sessionId, apiUrl: entry.apiUrl };
    } finally {
      await client.close();
    }
  };
}

/** An API forgets what has ended. What it does not know may be another account's, and run, until no session can run any more. */
async function endKnown(
  entry: LedgerEntry,
  client: SessionsClient,
): Promise<LedgerEntry | undefined> {
  try {
    await client.stop(entry.sessionId);
    return entry;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    if (Date.now() - (entry.startedAt ?? 0) < LONGEST_MS) throw error;
    return undefined;
  }
}

/** A slash at the end makes no other API. */
function isSameUrl(a: string, b: string): boolean {
  const [one, other] = [a, b].map((url) =>
    URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url,
  );
  return one === other;
}
