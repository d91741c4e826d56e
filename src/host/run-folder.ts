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

/** The file that shows which process claimed the folder, and that it still works. */
const CLAIM = 'owner.json';
/** How often the base folder is made, should it be removed each time: more runs than that never end at one moment. */
const CLAIM_TRIES = 100;

/** A run elsewhere whose claim was not renewed for this time is dead, in milliseconds: no two machines have clocks this far apart. */
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

/** True while the process runs that claimed this folder. If that is elsewhere: while it renews its claim. */
export async function isOwnerAlive(folder: RunFolder): Promise<boolean> {
  return (await isClaimAlive(join(folder.path, CLAIM), SILENCE_MS)) ?? false;
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

/** The user's number, or the name where there are none (Windows); one that has neither gets the word `user`. */
function userName(): string {
  try {
    const { uid, username } = userInfo();
    return uid >= 0 ? String(uid) : username.replaceAll(/[^\w.-]/g, '_');
  } catch {
    return 'user';
  }
}
