/** A browser's profile folder: what we put into it before the start, and its removal after the browser's end. */
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeFolder } from '../base/folders';
import { isRecord, readJson } from '../base/json';

/** Folders that Chromium makes next to its profile, in the folder for temporary files, such as `org.chromium.Chromium.x3Yz`. */
const SOCKET_FOLDER = /^(?:org\.chromium|com\.google|com\.microsoft)\.[\w.-]+$/;

/** In the profile folder: the id of the process group that the browser leads. */
export const GROUP_FILE = 'sessionwright.group';

/** Has Chromium put downloads into the profile, unless a client sets another folder. They are removed with the profile. */
export async function prepareDownloads(userDataDir: string): Promise<void> {
  const folder = join(userDataDir, 'Default');
  const file = join(folder, 'Preferences');
  const preferences = objectOf(await readJson(file)); // those of the profile that a session starts from
  const download = {
    ...objectOf(preferences['download']),
    default_directory: join(userDataDir, 'Downloads'),
    prompt_for_download: false,
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify({ ...preferences, download }), { mode: 0o600 });
}

/** Records a browser's process group, so that its processes can be ended after their owner has died. */
export async function recordGroup(userDataDir: string, pid: number): Promise<void> {
  await writeFile(join(userDataDir, GROUP_FILE), String(pid), { mode: 0o600 });
}

/** The recorded process group; undefined if the profile has none. */
export async function readGroup(userDataDir: string): Promise<number | undefined> {
  const group = Number(await readFile(join(userDataDir, GROUP_FILE), 'utf8').catch(() => ''));
  return Number.isInteger(group) && group > 1 ? group : undefined; // a signal to group 0 or 1 would reach us, or everybody
}

/**
 * Removes the profile folder, and the folder of its socket, which a killed Chromium leaves. It is no error if they are missing.
 * @param socketFolder - the folder while the browser was alive, if that is known. @default what the profile links to now
 */
export async function removeProfile(userDataDir: string, socketFolder?: string): Promise<void> {
  const folder = socketFolder ?? (await socketFolderOf(userDataDir));
  if (folder !== undefined) await removeFolder(folder);
  await removeFolder(userDataDir);
}

/** The folder outside of the profile in which a Chromium has its socket. */
export async function socketFolderOf(userDataDir: string): Promise<string | undefined> {
  const link = await readlink(join(userDataDir, 'SingletonSocket')).catch(() => '');
  const folder = dirname(link);
  return SOCKET_FOLDER.test(basename(folder)) ? folder : undefined;
}

function objectOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
