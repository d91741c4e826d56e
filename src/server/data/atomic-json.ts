/** JSON files that are replaced in one step: whoever reads one sees the old content or the new, never a part. */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';

/** What a session or a profile was given, and the word that opens a host's door, are secret: only the owner reads these files. */
const MODE = 0o600;

/**
 * Replaces a file's content.
 * @param isDurable whether it must be on the disk before it takes the file's name, so that it outlives a power failure too. Default: true
 */
export async function writeJson(file: string, value: unknown, isDurable = true): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(draft, 'wx', MODE);
    try {
      await handle.writeFile(`${JSON.stringify(value, undefined, 1)}\n`);
      if (isDurable) await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The content of a file; undefined when there is none, or it is not JSON. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
