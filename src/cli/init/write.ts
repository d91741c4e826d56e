/** Writes the changed files: all of them, or none. */
import { chmod, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../base/errors';
import { replaceFile } from '../../base/atomic-file';
import type { FileChange } from './plan';
import { readText } from './suite';

/**
 * Writes the files. Keeps permissions, and follows links.
 * @throws if a file changed since it was read, or cannot be written; then every file is as it was
 */
export async function writeChanges(changes: readonly FileChange[]): Promise<void> {
  for (const { file, before } of changes)
    if ((await readText(file)) !== before)
      throw new Error(`${file} changed while init ran. No file was changed; run init again.`);
  const written: FileChange[] = [];
  try {
    for (const change of changes) {
      await write(change.file, change.after);
      written.push(change);
    }
  } catch (error) {
    for (const { file, before } of written)
      await (before === undefined ? rm(file) : write(file, before));
    throw new Error(`No file was changed: ${messageOf(error)}`, { cause: error });
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const existing = await realpath(file).catch(() => undefined);
  const mode = existing === undefined ? undefined : (await stat(existing)).mode & 0o777;
  await replaceFile(existing ?? file, text, {
    mode: mode ?? 0o666,
    beforeRename: async (draft) => {
      if (mode !== undefined) await chmod(draft, mode); // the umask may have removed some
    },
  });
}
