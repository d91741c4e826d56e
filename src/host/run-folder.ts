/**
 * Where the host of a run is found. Everything of a run lies in one folder below the system's temp folder:
 *
 *   sessionwright-USER/run-RUNNERPID.N.PLACE/   owner.json (who started it), endpoint.json (where it listens), work/, ledger.jsonl
 *
 * The claim is a rename: a folder that already says who owns it is moved to the name, which succeeds for exactly one contender.
 * N grows when an earlier host of the same runner died. PLACE keeps apart the containers and machines that share a temp folder: their
 * process ids mean nothing to each other, and may be the same.
 */
import { createHash } from 'node:crypto';
import { constants, existsSync, type Stats } from 'node:fs';
import {
  access,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { codeOf, messageOf } from '../base/errors';
import { removeFolder } from '../base/folders';
import { readJson, writeJson } from '../base/json';
import { isProcessAlive, ownPlace, processStart } from '../base/processes';
import { newToken } from '../base/tokens';
import { HostError } from '../contract/errors';

/** How often the base folder is made, should it be removed each time: more runs than that never end at one moment. */
const CLAIM_TRIES = 100;

/** How often a host shows that it lives, in milliseconds. Read only elsewhere: here its process is looked up. */
const SIGN_MS = 60_000;
/** A run elsewhere that has not shown itself for so long is dead, in milliseconds: no run of two machines has clocks so far apart. */
const SILENCE_MS = 15 * SIGN_MS;

/** Where a host listens, and the word that opens its door. */
export interface HostEndpoint {
  pid: number;
  port: number;
  token: string;
  /** When the process was started, by {@link processStart}; not given where the system does not say. */
  startedAt?: string | undefined;
}

/** The process that claimed a folder. */
export interface Owner {
  pid: number;
  /** As in {@link HostEndpoint}: a container that is started anew gives the same numbers to its processes. */
  startedAt?: string | undefined;
}

/** One run's folder. */
export interface RunFolder {
  path: string;
  runnerPid: number;
  generation: number;
  /** False when it runs in another container, or on another machine that shares the disk: its process ids mean nothing here. */
  isHere: boolean;
}

/** The folder that holds the folders of all runs of this user. */
export function baseFolder(): string {
  return join(tmpdir(), `sessionwright-${userName()}`);
}

/**
 * Sees that a run can have its folder.
 * @throws {@link HostError} when it cannot be written, or others than this user could have put something there
 */
export async function checkBaseFolder(): Promise<void> {
  await refuseForeignFolder();
  try {
    await mkdir(baseFolder(), { recursive: true, mode: 0o700 });
    await access(baseFolder(), constants.W_OK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && existsSync(tmpdir())) return; // the last run has just taken it along
    throw unusable(`${messageOf(error)}. See that it can be written`);
  }
}

/**
 * Folders of all runs, those elsewhere included, or of one runner here, oldest first.
 * @throws {@link HostError} when others than this user could have put them there
 */
export async function listRunFolders(runnerPid?: number): Promise<RunFolder[]> {
  await refuseForeignFolder();
  const names = await readdir(baseFolder()).catch(() => [] as string[]);
  return names
    .flatMap((name) => parseName(name) ?? [])
    .filter(
      (folder) => runnerPid === undefined || (folder.isHere && folder.runnerPid === runnerPid),
    )
    .sort((a, b) => a.generation - b.generation);
}

/** Claims the next generation of a runner's folder; undefined when somebody else was quicker. */
export async function claimRunFolder(
  runnerPid: number,
  generation: number,
): Promise<RunFolder | undefined> {
  const folder = {
    path: join(baseFolder(), `run-${runnerPid}.${generation}${placeSuffix()}`),
    runnerPid,
    generation,
    isHere: true,
  };
  const draft = await makeDraft();
  const owner: Owner = { pid: process.pid, startedAt: processStart(process.pid) };
  await writeFile(join(draft, 'owner.json'), JSON.stringify(owner), { mode: 0o600 });
  try {
    await rename(draft, folder.path);
    return folder;
  } catch {
    await rm(draft, { recursive: true, force: true });
    return undefined;
  }
}

/** The base folder goes with the last run in it, which may be just now: then it is made again. */
async function makeDraft(): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(baseFolder(), { recursive: true, mode: 0o700 });
      await refuseForeignFolder();
      return await mkdtemp(join(baseFolder(), 'claim-'));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === CLAIM_TRIES) throw error;
    }
  }
}

/** Makes the host known, in one step: a reader never sees half of it. */
export async function publishEndpoint(folder: RunFolder, port: number): Promise<HostEndpoint> {
  const endpoint = {
    pid: process.pid,
    port,
    token: newToken(),
    startedAt: processStart(process.pid),
  };
  await writeJson(join(folder.path, 'endpoint.json'), endpoint, { isDurable: false });
  return endpoint;
}

/** Where the host of this folder listens, if it is up. */
export async function readEndpoint(folder: RunFolder): Promise<HostEndpoint | undefined> {
  return (await readJson(join(folder.path, 'endpoint.json'))) as HostEndpoint | undefined;
}

/** Which process claimed this folder. */
export async function readOwner(folder: RunFolder): Promise<Owner | undefined> {
  return (await readJson(ownerFile(folder))) as Owner | undefined;
}

/** True while the process runs that claimed this folder, and not another one of the same number. Elsewhere: while it is heard of. */
export async function isOwnerAlive(folder: RunFolder): Promise<boolean> {
  if (!folder.isHere) return isHeardOf(folder);
  const owner = await readOwner(folder);
  if (!owner || !isProcessAlive(owner.pid)) return false;
  const { startedAt = processStart(owner.pid) } = owner;
  return processStart(owner.pid) === startedAt;
}

/** Shows those who cannot look up this process that the run goes on. Returns the function that ends it. */
export function showLife(folder: RunFolder): () => void {
  const show = async (): Promise<void> =>
    utimes(ownerFile(folder), new Date(), new Date()).catch(() => undefined); // it was removed
  const timer = setInterval(() => void show(), SIGN_MS).unref();
  return () => clearInterval(timer);
}

async function isHeardOf(folder: RunFolder): Promise<boolean> {
  const { mtimeMs } = (await stat(ownerFile(folder)).catch(() => undefined)) ?? { mtimeMs: 0 };
  return Date.now() - mtimeMs < SILENCE_MS;
}

/** Where profiles and frames of a run are. */
export function workFolder(runFolder: string): string {
  return join(runFolder, 'work');
}

/** Removes a run's folder, and the base folder when it was the last. */
export async function removeRunFolder(folder: RunFolder): Promise<void> {
  await removeFolder(folder.path);
  if (existsSync(baseFolder())) await rmdir(baseFolder()).catch(() => undefined); // not empty: other runs go on
}

/** Removes what takes space in a run's folder, and leaves what tells of the run. */
export async function removeWork(folder: RunFolder): Promise<void> {
  await removeFolder(workFolder(folder.path));
}

/**
 * A temp folder is shared by users, and whoever made our folder in it decides which host is found there: that host would be told
 * keys, and would say where a browser is. So it has to be our own, and closed to others. No folder is as good as a closed one.
 */
async function refuseForeignFolder(): Promise<void> {
  const stats = await lstat(baseFolder()).catch(() => undefined);
  const problem = stats && foreignness(stats);
  if (problem === undefined) return;
  throw unusable(`${problem}. Nothing in it was read. Remove it`);
}

function unusable(problem: string): HostError {
  return new HostError(
    `Cannot keep the run's files in ${baseFolder()}: ${problem}, or set TMPDIR to a folder of your own.`,
    { code: 'host_unavailable' },
  );
}

/** Why others may have written there. Windows knows neither numbers of users nor modes; its temp folder is each user's own. */
function foreignness(stats: Stats): string | undefined {
  if (!stats.isDirectory()) return 'it is a link or a file, and no folder';
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  if (stats.uid !== own) return `the folder belongs to another user (id ${stats.uid})`;
  if ((stats.mode & 0o077) !== 0)
    return `other users may enter the folder (mode ${(stats.mode & 0o777).toString(8)})`;
  return undefined;
}

/** One that does not say where is here: it was made where nobody shares the folder, or by an earlier version. */
function parseName(name: string): RunFolder | undefined {
  const [, pid, generation, place] = /^run-(\d+)\.(\d+)(\.[\da-f]{8})?$/.exec(name) ?? [];
  if (pid === undefined) return undefined;
  return {
    path: join(baseFolder(), name),
    runnerPid: Number(pid),
    generation: Number(generation),
    isHere: place === undefined || place === placeSuffix(),
  };
}

function placeSuffix(): string {
  const place = ownPlace();
  return place === undefined
    ? ''
    : `.${createHash('sha256').update(place).digest('hex').slice(0, 8)}`;
}

function ownerFile(folder: RunFolder): string {
  return join(folder.path, 'owner.json');
}

/** The user's number, or the name where there are none (Windows); one that has neither gets the word `user`. */
function userName(): string {
  try {
    const { uid, username } = userInfo();
    return uid >= 0 ? String(uid) : username.replaceAll(/[^\w.-]/g, '_');
  } catch {
    return 'user';
  }
}
