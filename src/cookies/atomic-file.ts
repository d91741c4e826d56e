/** Replaces a file in one step: whoever reads it sees the old content or the new, never a part. */
import { chown, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileLock } from './file-lock';
import { preparedFile } from './file-lock';

/** Cookies are credentials: only their owner may read them. */
const MODE = 0o600;
/** Windows refuses to replace a file that somebody reads at this moment; it is tried again so often ... */
const RENAME_TRIES = 20;
/** ... with this pause between, in milliseconds. */
const RENAME_PAUSE_MS = 10;

/** The file that a path leads to, links followed; the path itself when there is nothing yet. */
export async function followLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const link = await readlink(file).catch(() => undefined); // a link to a file that is yet to be made
    return link === undefined ? resolve(file) : followLinks(resolve(dirname(file), link));
  }
}

/**
 * Replaces the content of a file. The new content is on the disk before it takes the file's name, so that not even a power failure
 * leaves half of it. Needs the file's lock, and leaves the file as it is when the lock was lost.
 */
export async function replaceFile(file: string, content: string, lock: FileLock): Promise<void> {
  const prepared = preparedFile(file, lock.token);
  try {
    const handle = await open(prepared, 'wx', MODE);
    try {
      await handle.writeFile(content);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await keepOwner(file, prepared);
    await lock.assertHeld();
    await renameOver(prepared, file);
  } catch (error) {
    await rm(prepared, { force: true });
    throw error;
  }
}

/** A run as root must not take a user's file away: CI containers with a mounted checkout do so. */
async function keepOwner(file: string, prepared: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = await stat(file).catch(() => undefined);
  if (owner && owner.uid !== 0) await chown(prepared, owner.uid, owner.gid);
}

async function renameOver(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (process.platform !== 'win32' || tries === RENAME_TRIES) throw error;
      await delay(RENAME_PAUSE_MS);
    }
  }
}
