/** One server per data folder. */
import { join } from 'node:path';
import { isClaimAlive, ProcessClaim } from '../../base/process-claim';
import { SessionwrightError } from '../../contract/errors';

/** A server on another machine or in another container that does not renew its claim for this time is dead, in milliseconds: five beats. */
const SILENCE_MS = 10_000;
/** After this silence its temporary folder is removed, in milliseconds: as that of a run is. */
const LONG_SILENCE_MS = 15 * 60_000;
/** How long to wait for a server that is just closing, in milliseconds. */
const WAIT_MS = 300;

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

/** True if a server had the folder and is dead. A folder without a lock is just being made or removed. */
export async function isAbandoned(folder: string): Promise<boolean> {
  return (await isClaimAlive(lockOf(folder), LONG_SILENCE_MS)) === false;
}

function lockOf(folder: string): string {
  return join(folder, 'server.lock');
}
