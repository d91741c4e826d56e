/**
 * Removes what killed runs and session servers left: their remote sessions (from the ledger), frozen browsers, and their folders. Does
 * not touch anything that is alive.
 */
import { messageOf } from '../base/errors';
import { isProcessAlive } from '../base/processes';
import { endBrowsersBelow } from '../browser/left-browsers';
import { HostError } from '../contract/errors';
import { CLOUD_API_URL } from '../options/defaults';
import { environment } from '../options/environment';
import { abandonedFolders, removeAbandoned } from '../server/data/folder-lock';
import { endHost, openConnection } from './connect';
import { Ledger, type LedgerEntry } from './ledger';
import { endAtProvider } from './left-at-providers';
import { endEntry, endOnGrid } from './leftovers';
import type { LoadedProvider } from './load-provider';
import {
  isOwnerAlive,
  listRunFolders,
  readEndpoint,
  removeRunFolder,
  type RunFolder,
} from './run-folder';

/** How long one call of an API may take, in milliseconds: it only lists and stops. */
const CALL_MS = 20_000;

/** A session API and its key. */
export interface Api {
  url: string;
  key: string;
}

/** What a sweep does. */
export interface SweepOptions {
  /** The folder of the caller's own run. */
  keep?: { path: string };
  /** APIs whose sessions can be stopped, in addition to the environment's. */
  apis?: readonly Api[];
  /** Providers that are loaded with their options. Others are loaded without. */
  providers?: readonly LoadedProvider[];
  /** Only report what would be done. */
  dryRun?: boolean;
}

/** What a sweep found and did. */
export interface SweepResult {
  /** Folders of dead runs and session servers that were removed. */
  removed: string[];
  /** Remote sessions that were stopped. */
  stopped: LedgerEntry[];
  /** Remote sessions that still have to be stopped, and why they were not. */
  left: (LedgerEntry & { reason: string })[];
  /** Folders that could not be removed, and why. */
  notRemoved: { path: string; reason: string }[];
}

/** Sweeps the folders of dead runs and session servers of this user. */
export async function sweep(options: SweepOptions = {}): Promise<SweepResult> {
  const result: SweepResult = { removed: [], stopped: [], left: [], notRemoved: [] };
  const clear = async (path: string, work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => {
      result.notRemoved.push({ path, reason: messageOf(error) });
    });
  for (const folder of await listRunFolders()) {
    if (folder.path === options.keep?.path || (await isAlive(folder))) continue;
    await clear(folder.path, async () => sweepFolder(folder, options, result));
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
  { dryRun = false, apis = [], providers = [] }: SweepOptions,
  result: SweepResult,
): Promise<void> {
  const ledger = new Ledger(folder.path);
  let isLedgerNeeded = false;
  for (const entry of await ledger.open()) {
    try {
      const end = enderOf(entry, { apis, providers });
      const ended = dryRun ? entry : await end(entry);
      if (!dryRun) await ledger.stopped(entry.sessionId);
      if (ended) result.stopped.push(ended);
    } catch (error) {
      isLedgerNeeded = true;
      result.left.push({ ...entry, reason: messageOf(error) });
    }
  }
  if (!dryRun) await endBrowsersBelow(folder.path);
  if (isLedgerNeeded) return;
  if (!dryRun) await removeRunFolder(folder);
  result.removed.push(folder.path);
}

/** A run is alive if its host answers, or if the owner of the folder still starts the host. A run on another machine cannot be asked. */
async function isAlive(folder: RunFolder): Promise<boolean> {
  const endpoint = folder.isHere ? await readEndpoint(folder) : undefined;
  if (!endpoint) return isOwnerAlive(folder);
  if (!isProcessAlive(endpoint.pid)) return false;
  try {
    const connection = await openConnection(endpoint, 'probe');
    connection?.close();
    return connection !== undefined;
  } catch {
    if (isProcessAlive(folder.runnerPid)) return true; // its own run ends the frozen host
    endHost(endpoint);
    return false;
  }
}

/** The API of an entry with its key. A key is only sent to its own API. */
function apiOf({ apiUrl }: LedgerEntry, apis: readonly Api[]): Api {
  const { apiKey, apiUrl: environmentUrl = CLOUD_API_URL } = environment;
  const known = [...apis, ...(apiKey === undefined ? [] : [{ url: environmentUrl, key: apiKey }])];
  const api = known.find(({ url }) => normalized(url) === normalized(apiUrl));
  if (api) return api;
  throw new HostError(
    `that API's key is needed. Set SESSIONWRIGHT_API_URL=${apiUrl} and SESSIONWRIGHT_API_KEY, and call "npx sessionwright reap"`,
    { code: 'unauthorized' },
  );
}

function normalized(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url;
}

/**
 * What ends the session of an entry.
 * @throws if the key of its API is missing
 */
function enderOf(
  entry: LedgerEntry,
  { apis, providers }: Required<Pick<SweepOptions, 'apis' | 'providers'>>,
): (entry: LedgerEntry) => Promise<LedgerEntry | undefined> {
  if (entry.kind === 'grid') return endOnGrid;
  if (entry.kind === 'provider') return async () => endAtProvider(entry, providers);
  const api = apiOf(entry, apis);
  return async () => endAtApi(entry, api);
}

async function endAtApi(entry: LedgerEntry, api: Api): Promise<LedgerEntry | undefined> {
  const { SessionsClient } = await import('../client/index');
  const client = new SessionsClient({
    apiUrl: api.url,
    apiKey: api.key,
    timeout: CALL_MS,
    handleSignals: false,
  });
  try {
    return await endEntry(entry, client);
  } finally {
    await client.close();
  }
}
