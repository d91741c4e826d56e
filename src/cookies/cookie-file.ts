/** The cookie file on disk: found behind links, and replaced under its lock. */
import { chown, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFile } from '../base/atomic-file';
import { CookieFileError } from '../contract/errors';
import { preparedFile, type FileLock } from './file-lock';

/** Symbolic links that are followed from one path: as many as Linux follows (MAXSYMLINKS). */
const MAX_LINKS = 40;

/**
 * The file that a path leads to, links followed; the path itself when there is no file yet.
 * @throws {@link CookieFileError} `cookie_file_unwritable` for a loop of links
 */
export async function followLinks(file: string): Promise<string> {
  let path = file;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const target = await realpath(path).catch(() => undefined);
    if (target !== undefined) return target;
    const link = await readlink(path).catch(() => undefined); // a link to a missing file, or to itself
    if (link === undefined) return resolve(path);
    path = resolve(dirname(path), link);
  }
  throw new CookieFileError(
    `Could not save cookies to ${file}: its symbolic links lead in a circle. Remove the link, or name another file.`,
    { code: 'cookie_file_unwritable', file },
  );
}

/** Replaces the content of a file in one step. Needs the file's lock, and leaves the file as it is when the lock was lost. */
export async function replaceLocked(file: string, content: string, lock: FileLock): Promise<void> {
  await replaceFile(file, content, {
    draft: preparedFile(file, lock.token), // by this name whoever clears a dead holder's lock finds it
    beforeRename: async (draft) => {
      await keepOwner(file, draft);
      await lock.assertHeld();
    },
  });
}

/** A run as root must not take a user's file away: CI containers with a mounted checkout do so. */
async function keepOwner(file: string, draft: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = await stat(file).catch(() => undefined);
  if (owner && owner.uid !== 0) await chown(draft, owner.uid, owner.gid);
}
