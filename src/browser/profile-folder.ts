/** Removes a browser's profile after its end. The only place that does. */
import { readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeFolder } from '../base/folders';

/** Folders that a Chromium makes beside its profile, in the folder for temporary files, such as `org.chromium.Chromium.x3Yz`. */
const SOCKET_FOLDER = /^(?:org\.chromium|com\.google|com\.microsoft)\.[\w.-]+$/;

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
