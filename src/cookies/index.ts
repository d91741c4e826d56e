/** The cookie file: a JSON array of the contract's cookies, shared by parallel workers and parallel runs. Loaded only when a suite names one. */
import { readFile } from 'node:fs/promises';
import { codeOf, messageOf } from '../base/errors';
import type { Cookie } from '../contract/cookies';
import { CookieFileError } from '../contract/errors';
import { followLinks, replaceLocked } from './cookie-file';
import type { FileLock } from './file-lock';
import { withFileLock } from './file-lock';
import { changedCookies, mergeCookies, withoutExpired } from './merge';
import { formatCookies, parseCookies } from './parse';

export { fromPlaywrightCookie, toPlaywrightCookie } from '../contract/cookie';

/** What happened to the cookies of one browser between two looks. */
export interface CookieChange {
  /** The cookies that the browser was given. */
  loaded: readonly Cookie[];
  /** The cookies that it has now. */
  current: readonly Cookie[];
}

/**
 * Reads a cookie file.
 * @returns its cookies, both expiry fields filled, expired ones left out; none when there is no such file.
 * @throws {@link CookieFileError} `invalid_cookie_file` when it cannot be read or holds anything but an array of cookies.
 */
export async function readCookieFile(file: string): Promise<Cookie[]> {
  return withoutExpired(await readAll(file));
}

/**
 * Saves what changed between `loaded` and `current`. Whoever saves last wins, but only with cookies that it changed: a cookie that is
 * as it was loaded never undoes what another process has saved since. Expired cookies are dropped. A cookie that the browser
 * has deleted stays in the file, since one test's sign-out must not sign out every other; remove the file to start afresh.
 * The file is replaced in one step, under a lock that parallel processes share. Nothing changed: nothing is written.
 * @returns how many cookies of the file were added or changed.
 * @throws {@link CookieFileError} `invalid_cookie_file` when the file is not a cookie file (it is left as it is), `cookie_file_unwritable` when it cannot be written.
 */
export async function saveCookies(file: string, change: CookieChange): Promise<{ saved: number }> {
  if (changedCookies(change).length === 0) return { saved: 0 };
  try {
    const target = await followLinks(file);
    return await withFileLock(target, async (lock) => mergeInto(target, change, lock));
  } catch (error) {
    throw error instanceof CookieFileError ? error : unwritable(file, error);
  }
}

async function mergeInto(
  target: string,
  change: CookieChange,
  lock: FileLock,
): Promise<{ saved: number }> {
  const { cookies, saved } = mergeCookies(await readAll(target), change);
  if (saved > 0) await replaceLocked(target, formatCookies(cookies), lock);
  return { saved };
}

async function readAll(file: string): Promise<Cookie[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return [];
    throw new CookieFileError(`Could not read the cookie file ${file}: ${messageOf(error)}.`, {
      code: 'invalid_cookie_file',
      file,
      cause: error,
    });
  }
  return parseCookies(text, file);
}

function unwritable(file: string, cause: unknown): CookieFileError {
  const message = `Could not save cookies to ${file}: ${messageOf(cause)}. The file is as it was; check that its folder can be written.`;
  return new CookieFileError(message, { code: 'cookie_file_unwritable', file, cause });
}

/** No such file, or a file stands where its folder should be: there are no cookies to read, and saving tells what is wrong. */
function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(String(codeOf(error)));
}
