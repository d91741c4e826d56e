/** The cookie file on disk: found behind links, and replaced under its lock. */
import { chown, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFile } from '../base/atomic-file';
import { preparedFile, type FileLock } from './file-lock';

/** The file that a path leads to, links followed; the path itself when there is nothing yet. */
export async function followLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const link = await readlink(file).catch(() => undefined); // a link to a file that is yet to be made
    return link === undefined ? resolve(file) : followLinks(resolve(dirname(file), link));
  }
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
