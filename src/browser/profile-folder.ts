/** What we keep in a browser's profile folder, and its removal after the browser's end: the only place that does. */
import { readFile, readlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeFolder } from '../base/folders';

/** Folders that a Chromium makes beside its profile, in the folder for temporary files, such as `org.chromium.Chromium.x3Yz`. */
const SOCKET_FOLDER = /^(?:org\.chromium|com\.google|com\.microsoft)\.[\w.-]+$/;

/** In the profile folder: the id of the process group that the browser leads. */
export const GROUP_FILE = 'sessionwright.group';

/** Records a browser's process group, so that its children can be ended even after it and its owner have died. */
export async function recordGroup(userDataDir: string, pid: number): Promise<void> {
  await writeFile(join(userDataDir, GROUP_FILE), String(pid), { mode: 0o600 });
}

/** The recorded process group; undefined if the profile has none. */
export async function readGroup(userDataDir: string): Promise<number | undefined> {
  const group = Number(await readFile(join(userDataDir, GROUP_FILE), 'utf8').catch(() => ''));
  return Number.isInteger(group) && group > 1 ? group : undefined; // a signal to group 0 or 1 would reach us, or everybody
}

/**
 * Removes the profile folder, and the socket's folder that a Chromium which was killed leaves elsewhere (it goes by itself otherwise).
 * What is not there is no error.
 * @param socketFolder as it was when the browser still lived, where that is known. @default what the profile says now
 */
export async function removeProfile(userDataDir: string, socketFolder?: string): Promise<void> {
  const folder = socketFolder ?? (await socketFolderOf(userDataDir));
  if (folder !== undefined) await removeFolder(folder);
  await removeFolder(userDataDir);
}

/** The folder outside of the profile in which a Chromium that runs has its socket. It is removed after its link in the profile, as the browser ends. */
export async function socketFolderOf(userDataDir: string): Promise<string | undefined> {
  const link = await readlink(join(userDataDir, 'SingletonSocket')).catch(() => '');
  const folder = dirname(link);
  return SOCKET_FOLDER.test(basename(folder)) ? folder : undefined;
}
