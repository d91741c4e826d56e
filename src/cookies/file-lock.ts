/** A lock between processes, for the milliseconds that reading, merging and replacing a file take. */
import { rm } from 'node:fs/promises';
import { ProcessClaim, type ClaimOwner } from '../base/process-claim';
import { CookieFileError } from '../contract/errors';

/** A lock is held for milliseconds. After this time, in milliseconds, its holder counts as dead, even if it runs: it may be suspended. */
const STALE_MS = 10_000;
/** How long to wait for the lock, in milliseconds: longer than it takes to see that a holder is dead. */
const WAIT_MS = 20_000;
/** How often the work starts again when the lock was lost during it. */
const MAX_TRIES = 3;

/** A lock that is held. */
export interface FileLock {
  /** Unique among all locks ever: part of the name of files that only the holder writes. */
  readonly token: string;
  /** @throws {@link LockLostError} if another process took this one for dead and cleared its lock. */
  assertHeld(): Promise<void>;
}

/** The lock was lost: this process was suspended for longer than a lock may be held. */
class LockLostError extends Error {}

/** Where a holder prepares the next content of the file. It is next to the file, since only there a rename is one step. */
export function preparedFile(file: string, token: string): string {
  return `${file}.${token}.tmp`;
}

/**
 * Runs `work` while no other process runs work for the same file. Makes the folder of the file if there is none.
 * If the lock was lost, work that calls `assertHeld` before its last step starts again.
 * @throws {@link CookieFileError} `cookie_file_unwritable` if the lock is not free within 20 s.
 */
export async function withFileLock<T>(
  file: string,
  work: (lock: FileLock) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const lockFile = `${file}.lock`;
    const claim = await ProcessClaim.take(lockFile, {
      silenceMs: STALE_MS,
      replacesSuspended: true,
      waitMs: WAIT_MS,
      cleanUp: async ({ token }) => rm(preparedFile(file, token), { force: true }),
      toError: (owner) => busy(file, owner),
    });
    const assertHeld = async (): Promise<void> => {
      if (!(await claim.isHeld())) throw new LockLostError(`The lock ${lockFile} was lost.`);
    };
    try {
      return await work({ token: claim.token, assertHeld });
    } catch (error) {
      if (!(error instanceof LockLostError) || tries === MAX_TRIES) throw error;
    } finally {
      await claim.release();
    }
  }
}

function busy(file: string, owner: ClaimOwner | undefined): CookieFileError {
  const message = `Could not save cookies to ${file}: process ${owner?.pid ?? '(unknown)'} on ${owner?.host ?? 'an unknown machine'} holds ${file}.lock for more than ${WAIT_MS / 1000} s. Remove that file if no test run uses it.`;
  return new CookieFileError(message, { code: 'cookie_file_unwritable', file });
}
