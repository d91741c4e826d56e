/** The folder of a server that keeps nothing: made for one run and removed at its end, or, when the server was killed, by whoever comes next. */
import { lstat, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../../base/folders';
import { endBrowsersBelow } from '../../browser/left-browsers';
import { isAbandoned } from './folder-lock';

const PREFIX = 'sessionwright-server-';

/** Makes one. The caller locks it, which shows that it is in use, and removes it. */
export async function makeTemporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), PREFIX));
}

/** Those whose servers were killed on this machine. */
export async function abandonedFolders(): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  const folders = await Promise.all(
    names.map(async (name) => {
      const folder = join(tmpdir(), name);
      return (await isOwn(folder)) && (await isAbandoned(folder)) ? [folder] : [];
    }),
  );
  return folders.flat();
}

/** Removes an abandoned one, and ends the browsers in it that stand still. */
export async function removeAbandoned(folder: string): Promise<void> {
  await endBrowsersBelow(folder);
  await removeFolder(folder);
}

/** Another user's may lie beside it, or a link of another user's that leads to one of ours: they are that user's to remove. */
async function isOwn(folder: string): Promise<boolean> {
  const own = process.getuid?.();
  return lstat(folder).then(
    (stats) => stats.isDirectory() && (own === undefined || stats.uid === own),
    () => false,
  );
}
