/** The clips of single tests in a session's folder: the newest few, since each is soon made again. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/atomic-file';
import type { ViewedTest } from '../../contract/viewer';
import type { KnownSession } from '../sessions/known-session';

/** So many are kept of each session. */
const CLIPS_KEPT = 5;

/** Where the clip of a test is, or will be. */
export function clipFile(session: KnownSession, { startMs, endMs }: ViewedTest): string {
  return join(clipFolder(session), `${startMs}-${endMs ?? 'end'}.mp4`);
}

/** Whether it is there. */
export async function isKept(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Keeps a clip, and removes those that were made before the newest ones. */
export async function keepClip(session: KnownSession, path: string, mp4: Buffer): Promise<void> {
  const folder = clipFolder(session);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(path, mp4, { isDurable: false });
  const clips = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const clip = join(folder, name);
      return { clip, madeMs: (await stat(clip)).mtimeMs };
    }),
  );
  const old = clips.sort((a, b) => b.madeMs - a.madeMs).slice(CLIPS_KEPT);
  await Promise.all(old.map(async ({ clip }) => rm(clip, { force: true }).catch(() => {}))); // it may be on its way to somebody
}

function clipFolder({ folder }: KnownSession): string {
  return join(folder.recording, 'clips');
}
