/**
 * Files that are replaced in one step: whoever reads one sees the old content or the new, never a part. Our own, since the library for
 * it (write-file-atomic) catches the signals of the process, which is the user's, and its present version needs Node 22.
 */
import { randomUUID } from 'node:crypto';
import { fdatasync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Windows refuses to replace a file that somebody reads at this moment; it is tried again so often ... */
const RENAME_TRIES = 20;
/** ... with this pause between, in milliseconds. */
const RENAME_PAUSE_MS = 10;

/** How a file is replaced. */
export interface ReplaceOptions {
  /** Permissions of the new file, less the process's umask. @default 0o600: only its owner may read it */
  mode?: number;
  /** Whether the content must be on the disk before it takes the file's name, so that it outlives a power failure too. @default true */
  isDurable?: boolean;
  /** Where the new content is prepared; beside the file, since only there a rename is one step. @default a name that is used once */
  draft?: string;
  /** Called when the new content is ready. When it throws, the file is left as it is. */
  beforeRename?: (draft: string) => Promise<void> | void;
}

/** Replaces the content of a file, or makes it. After a failure the file is as it was, and nothing lies beside it. */
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
      if (isDurable) await promisify(fdatasync)(handle.fd); // under Yarn's Plug'n'Play a handle cannot
    } finally {
      await handle.close();
    }
    await beforeRename?.(draft);
  };
  await throughDraft(file, fill, { draft: options.draft });
}

/**
 * Writes a file under another name first, and gives it its own when it is whole.
 * @param fill makes the file at the path that it is given
 * @param how.place gives it its own name. Default: replaces what is there
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
    await rm(draft, { force: true }).catch(() => {}); // its folder could not be made
  }
}

/** A name beside the file that nobody else uses. */
function draftOf(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}

/**
 * Gives a file the name of another, which it replaces.
 * @throws the error of the system when the file cannot be renamed; on Windows after some tries
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
