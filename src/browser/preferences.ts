/** Preferences that Chromium finds in its profile at the start. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../base/json';

/** Folder for downloads below the profile: what nobody asked for goes with it, and never into the user's own folder. */
const DOWNLOADS = 'Downloads';

/** Where Chromium puts what its pages download, unless a client says otherwise. */
export async function prepareDownloads(userDataDir: string): Promise<void> {
  const folder = join(userDataDir, 'Default');
  const file = join(folder, 'Preferences');
  const preferences = await readPreferences(file);
  const download = {
    ...asObject(preferences['download']),
    default_directory: join(userDataDir, DOWNLOADS),
    prompt_for_download: false,
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify({ ...preferences, download }), { mode: 0o600 });
}

/** Those of the profile that a session starts from; none in a new one. */
async function readPreferences(file: string): Promise<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return {}; // there are none, or they are damaged: Chromium would begin afresh too
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
