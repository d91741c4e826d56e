/**
 * Replaces files atomically: a reader sees the old content or the new one, never a part. We do not use write-file-atomic, because it
 * handles the signals of the user's process, and its current version needs Node 22.
 */
import { randomUUID } from 'node:crypto';
import { fdatasync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Maximum number of tries: Windows refuses to replace a file while a process reads it. */
const RENAME_TRIES = 20;
/** Pause between tries, in milliseconds. */
const RENAME_PAUSE_MS = 10;

/** Options of a replacement. */
export interface ReplaceOptions {
  /** Permissions of the new file, without the process's umask. @default 0o600: only its owner can read it */
  mode?: number;
  /** Whether to flush the content to disk before the rename, so that it survives a power failure. @default true */
  isDurable?: boolean;
  /** Temporary file, in the same folder so that the rename is atomic. @default a unique name */
  draft?: string;
  /** Called when the new content is ready. If it throws, the file does not change. */
  beforeRename?: (draft: string) => Promise<void> | void;
}

/** Replaces the content of a file, or creates it. After a failure, the file is unchanged and the temporary file is removed. */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  options: ReplaceOptions = {},
): Promise<void> {
  const { mode = 0o600, isDurable = true, beforeRename } = options;
  const fill = async (draft: string): Promise<void> => {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(content);
      if (isDurable) await promisify(fdatasync)(handle.fd); // Yarn's Plug'n'Play has no `handle.datasync`
    } finally {
      await handle.close();
    }
    await beforeRename?.(draft);
  };
  await throughDraft(file, fill, { draft: options.draft });
}

/**
 * Writes a file under a temporary name, and renames it when it is complete.
 * @param fill - writes the file at the given path
 * @param how.place - renames it. Default: replaces an existing file
 */
export async function throughDraft(
  file: string,
  fill: (draft: string) => Promise<void>,
  how: { draft?: string | undefined; place?: (draft: string) => Promise<void> } = {},
): Promise<void> {
  const { draft = draftOf(file), place = async () => moveOver(draft, file) } = how;
  try {
    await fill(draft);
    await place(draft);
  } finally {
    await rm(draft, { force: true }).catch(() => {}); // its folder does not exist
  }
}

/** Returns a unique name in the folder of the file. */
function draftOf(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}

/**
 * Renames a file, and replaces an existing one.
 * @throws the system's error; on Windows after some tries
 */
export async function moveOver(from: string, to: string): Promise<void> {
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
