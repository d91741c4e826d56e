/** The cookie file: a JSON array of the contract's cookies, shared by parallel workers and parallel runs. Loaded only when a suite names one. */
import { chown, readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFile } from '../base/atomic-file';
import { codeOf, messageOf } from '../base/errors';
import { ProcessClaim } from '../base/process-claim';
import type { Cookie } from '../contract/cookies';
import { CookieFileError } from '../contract/errors';
import { type CookieChange, changedCookies, mergeCookies, withoutExpired } from './merge';
import { formatCookies, parseCookies } from './parse';

export { fromPlaywrightCookie, toPlaywrightCookie } from '../contract/cookie';

/** A lock is held for milliseconds. After this time, in milliseconds, its holder counts as dead, even if it runs: it may be suspended. */
const STALE_MS = 10_000;
/** How long to wait for the lock, in milliseconds: longer than it takes to see that a holder is dead. */
const WAIT_MS = 20_000;
/** How often the work is done again when the lock was lost during it. */
const MAX_TRIES = 3;

/**
 * Reads a cookie file.
 * @returns its cookies without the expired ones, both expiry fields set; none if there is no such file.
 * @throws {@link CookieFileError} `invalid_cookie_file` if it cannot be read or is not an array of cookies.
 */
export async function readCookieFile(file: string): Promise<Cookie[]> {
  return withoutExpired(await readAll(file));
}

/**
 * Saves what changed between `loaded` and `current`. The last writer wins, but only for cookies that it changed: an unchanged cookie
 * never overwrites what another process has saved since. Expired cookies are dropped. A cookie that the browser deleted stays in the
 * file, because the sign-out of one test must not sign out all others. Remove the file to start afresh.
 * The file is replaced in one step, under a lock that parallel processes share. If nothing changed, nothing is written.
 * @returns how many cookies of the file were added or changed.
 * @throws {@link CookieFileError} `invalid_cookie_file` if the file is not a cookie file (it is left as it is), `cookie_file_unwritable` if it cannot be written.
 */
export async function saveCookies(file: string, change: CookieChange): Promise<{ saved: number }> {
  if (changedCookies(change).length === 0) return { saved: 0 };
  try {
    const target = await followLink(file);
    return await withFileLock(target, async (lock) => mergeInto(target, change, lock));
  } catch (error) {
    if (error instanceof CookieFileError) throw error;
    const message = `Could not save cookies to ${file}: ${messageOf(error)}. The file was not changed. Check that its folder is writable.`;
    throw new CookieFileError(message, { code: 'cookie_file_unwritable', file, cause: error });
  }
}

/**
 * Runs `work` while no other process runs work for the same file. Makes the folder of the file if there is none.
 * Work that fails because another process took over the lock (this one was suspended) is done again.
 * @throws {@link CookieFileError} `cookie_file_unwritable` if the lock is not free within 20 s.
 */
export async function withFileLock<T>(
  file: string,
  work: (lock: ProcessClaim) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const lock = await ProcessClaim.take(`${file}.lock`, {
      silenceMs: STALE_MS,
      replacesSuspended: true,
      waitMs: WAIT_MS,
      cleanUp: async ({ token }) => rm(preparedFile(file, token), { force: true }),
      toError: (owner) => {
        const message = `Could not save cookies to ${file}: process ${owner?.pid ?? '(unknown)'} on ${owner?.host ?? 'an unknown machine'} holds ${file}.lock for more than ${WAIT_MS / 1000} s. Remove that file if no test run uses it.`;
        return new CookieFileError(message, { code: 'cookie_file_unwritable', file });
      },
    });
    try {
      return await work(lock);
    } catch (error) {
      if (tries === MAX_TRIES || (await lock.isHeld())) throw error;
    } finally {
      await lock.release();
    }
  }
}

/** Where the holder of a lock prepares the next content of the file. It is next to the file, because only there a rename is one step. */
export function preparedFile(file: string, token: string): string {
  return `${file}.${token}.tmp`;
}

async function mergeInto(
  target: string,
  change: CookieChange,
  lock: ProcessClaim,
): Promise<{ saved: number }> {
  const { cookies, saved } = mergeCookies(await readAll(target), change);
  if (saved === 0) return { saved };
  await replaceFile(target, formatCookies(cookies), {
    draft: preparedFile(target, lock.token), // a process that clears a dead holder's lock removes it
    beforeRename: async (draft) => {
      await keepOwner(target, draft);
      if (!(await lock.isHeld())) throw new Error(`the lock ${lock.file} was lost`);
    },
  });
  return { saved };
}

async function readAll(file: string): Promise<Cookie[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(String(codeOf(cause)))) return [];
    const message = `Could not read the cookie file ${file}: ${messageOf(cause)}.`;
    throw new CookieFileError(message, { code: 'invalid_cookie_file', file, cause });
  }
  return parseCookies(text, file);
}

/** The file that a link leads to, which may not exist yet; the file itself if it is not a link. */
async function followLink(file: string): Promise<string> {
  const target = await realpath(file)
    .catch(async () => readlink(file))
    .catch(() => file);
  return target === file ? resolve(file) : resolve(dirname(file), target);
}

/** A run as root must not take a user's file away: CI containers with a mounted checkout do so. */
async function keepOwner(file: string, draft: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = await stat(file).catch(() => undefined);
  if (owner && owner.uid !== 0) await chown(draft, owner.uid, owner.gid);
}
