/**
 * The folder of a run, below the system's temp folder:
 *
 *   sessionwright-USER/run-PID.N.PLACE/   owner.json (its host process), endpoint.json (where the host listens), work/, ledger.jsonl
 *
 * PID is the runner's. N grows when an earlier host of the same runner died. PLACE identifies the container or machine, because they may
 * share a temp folder, and use the same process ids. A folder is claimed by a rename: a folder with an owner.json gets the name, which
 * succeeds for exactly one process.
 */
import { createHash } from 'node:crypto';
import { constants, existsSync, type Stats } from 'node:fs';
import { access, lstat, mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { codeOf, messageOf } from '../base/errors';
import { removeFolder } from '../base/folders';
import { readJson, writeJson } from '../base/json';
import { isClaimAlive, ProcessClaim } from '../base/process-claim';
import { ownPlace, processStart, type ProcessId } from '../base/processes';
import { newToken } from '../base/tokens';
import { HostError } from '../contract/errors';

/** The claim of the host process. */
const CLAIM = 'owner.json';
/** How often the base folder is created again if other runs remove it: each of them does so once. */
const CLAIM_TRIES = 100;

/** A run of another machine is dead if it did not renew its claim for this time, in milliseconds. Clocks differ by less. */
const SILENCE_MS = 15 * 60_000;

/** Where a host listens, and the token that it requires. */
export interface HostEndpoint extends ProcessId {
  port: number;
  token: string;
}

/** One run's folder. */
export interface RunFolder {
  path: string;
  runnerPid: number;
  generation: number;
  /** False if it is of another container, or of another machine that shares the disk: its process ids are unknown here. */
  isHere: boolean;
}

/** The folder that holds the folders of all runs of this user. */
export function baseFolder(): string {
  return join(tmpdir(), `sessionwright-${userName()}`);
}

/**
 * Makes sure that a run can create its folder.
 * @throws {@link HostError} if it cannot be written, or if other users can write there
 */
export async function checkBaseFolder(): Promise<void> {
  await refuseForeignFolder();
  try {
    await mkdir(baseFolder(), { recursive: true, mode: 0o700 });
    await access(baseFolder(), constants.W_OK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && existsSync(tmpdir())) return; // the last run has just removed it
    throw unusable(`${messageOf(error)}. Make it writable`);
  }
}

/**
 * The folders of all runs, or of one runner of this machine, oldest first.
 * @throws {@link HostError} if other users can write there
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

/** Claims the next generation of a runner's folder; undefined if another process was quicker. */
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
  const claim = await ProcessClaim.create(join(draft, CLAIM));
  try {
    await rename(draft, folder.path);
    if (claim) claim.file = join(folder.path, CLAIM);
    return folder;
  } catch {
    await claim?.release();
    await rm(draft, { recursive: true, force: true });
    return undefined;
  }
}

/** The last run removes the base folder, perhaps right now: then it is created again. */
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

/** Publishes the host's endpoint in one step: a reader never sees a part of it. */
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

/** The endpoint of a folder's host, if it is up. */
export async function readEndpoint(folder: RunFolder): Promise<HostEndpoint | undefined> {
  return (await readJson(join(folder.path, 'endpoint.json'))) as HostEndpoint | undefined;
}

/** True while the process that claimed this folder is alive; on another machine, while it renews its claim. */
export async function isOwnerAlive(folder: RunFolder): Promise<boolean> {
  return (await isClaimAlive(join(folder.path, CLAIM), SILENCE_MS)) ?? false;
}

/** The folder for profiles and frames of a run. */
export function workFolder(runFolder: string): string {
  return join(runFolder, 'work');
}

/** Removes a run's folder, and the base folder with the last run. */
export async function removeRunFolder(folder: RunFolder): Promise<void> {
  await removeFolder(folder.path);
  if (existsSync(baseFolder())) await rmdir(baseFolder()).catch(() => undefined); // not empty: there are other runs
}

/** Removes only the large files of a run, and keeps its ledger. */
export async function removeWork(folder: RunFolder): Promise<void> {
  await removeFolder(workFolder(folder.path));
}

/**
 * Users share a temp folder. The owner of the base folder decides which host is found there, and that host receives keys. So the base
 * folder must belong to this user, and be closed to others. It may also be missing.
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

/** Why other users may have written there. Windows has no user ids and modes; its temp folder belongs to one user. */
function foreignness(stats: Stats): string | undefined {
  if (!stats.isDirectory()) return 'it is a link or a file, not a folder';
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  if (stats.uid !== own) return `the folder belongs to another user (id ${stats.uid})`;
  if ((stats.mode & 0o077) !== 0)
    return `other users may enter the folder (mode ${(stats.mode & 0o777).toString(8)})`;
  return undefined;
}

/** A name without a place is of this machine. */
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

/** The user id, or the name if there is none (Windows); `user` if both are unknown. */
function userName(): string {
  try {
    const { uid, username } = userInfo();
    return uid >= 0 ? String(uid) : username.replaceAll(/[^\w.-]/g, '_');
  } catch {
    return 'user';
  }
}
