/** One server per data folder: the lock, and the temporary folders of killed servers. */
import { lstat, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../../base/folders';
import { isClaimAlive, ProcessClaim } from '../../base/process-claim';
import { endBrowsersBelow } from '../../browser/left-browsers';
import { SessionwrightError } from '../../contract/errors';

/** A server on another machine or in another container that does not renew its claim for this time is dead, in milliseconds: five beats. */
const SILENCE_MS = 10_000;
/** After this silence its temporary folder is removed, in milliseconds. The folder of a run has the same limit. */
const LONG_SILENCE_MS = 15 * 60_000;
/** How long to wait for a closing server, in milliseconds. */
const WAIT_MS = 300;
/** How names of temporary folders begin. */
export const TEMPORARY_PREFIX = 'sessionwright-server-';

/**
 * Takes the folder for this process, until the returned function is called.
 * @throws {@link SessionwrightError} `data_folder_in_use` if another server runs on it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const claim = await ProcessClaim.take(lockOf(folder), {
    silenceMs: SILENCE_MS,
    waitMs: WAIT_MS,
    toError: (owner) =>
      new SessionwrightError(
        `Cannot use the data folder ${folder}: the session server ${owner ? `${owner.pid} on ${owner.host}` : '(unknown)'} runs on it. Stop that one, or name another folder.`,
        { code: 'data_folder_in_use' },
      ),
  });
  return async () => claim.release();
}

/** Temporary folders of servers that were killed on this machine. */
export async function abandonedFolders(): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(TEMPORARY_PREFIX));
  const folders = await Promise.all(
    names.map(async (name) => {
      const folder = join(tmpdir(), name);
      return (await isOwn(folder)) && (await isAbandoned(folder)) ? [folder] : [];
    }),
  );
  return folders.flat();
}

/** Removes an abandoned folder, and ends its frozen browsers. */
export async function removeAbandoned(folder: string): Promise<void> {
  await endBrowsersBelow(folder);
  await removeFolder(folder);
}

/** True if a server had the folder and is dead. A folder without a lock is just being created or removed. */
async function isAbandoned(folder: string): Promise<boolean> {
  return (await isClaimAlive(lockOf(folder), LONG_SILENCE_MS)) === false;
}

/** Another user may own the folder, or a link to one of ours. Only that user removes it. */
async function isOwn(folder: string): Promise<boolean> {
  const own = process.getuid?.();
  return lstat(folder).then(
    (stats) => stats.isDirectory() && (own === undefined || stats.uid === own),
    () => false,
  );
}

function lockOf(folder: string): string {
  return join(folder, 'server.lock');
}
