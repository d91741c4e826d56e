/** Removes a browser's profile after its end. The only place that does. */
import { readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeFolder } from '../base/folders';

/** Folders that a Chromium makes beside its profile, in the folder for temporary files, such as `org.chromium.Chromium.x3Yz`. */
const SOCKET_FOLDER = /^(?:org\.chromium|com\.google|com\.microsoft)\.[\w.-]+$/;

/**
 * Removes the profile folder, and the socket's folder that a Chromium which was killed leaves elsewhere (it goes by itself otherwise).
 * What is not there is no error.
 */
export async function removeProfile(userDataDir: string): Promise<void> {
  const socketFolder = dirname(
    await readlink(join(userDataDir, 'SingletonSocket')).catch(() => ''),
  );
  if (SOCKET_FOLDER.test(basename(socketFolder))) await removeFolder(socketFolder);
  await removeFolder(userDataDir);
}
