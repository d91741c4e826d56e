/** The sessions that a server finds when it starts: those that an earlier one finished, and those that were running when it was killed. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FinishedSession } from './finished-session';
import { SessionFolder } from '../data/session-folder';
import { loadRecord } from './session-record';

/** Folders read at once. */
const READ_AT_ONCE = 32;

/**
 * Reads the folder of sessions, oldest session first. Profiles that killed browsers left are removed, and so is a folder without
 * a record that can be read, once it is older than sessions are kept.
 */
export async function loadSessions(
  sessions: string,
  retentionMs: number,
): Promise<FinishedSession[]> {
  const entries = await readdir(sessions, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const loaded: FinishedSession[] = [];
  for (let from = 0; from < names.length; from += READ_AT_ONCE) {
    const some = await Promise.all(
      names
        .slice(from, from + READ_AT_ONCE)
        .map(async (id) => loadSession(sessions, id, retentionMs).catch(() => undefined)),
    ); // one that cannot be read keeps no other from coming back
    loaded.push(...some.filter((session) => session !== undefined));
  }
  return loaded.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

async function loadSession(
  sessions: string,
  id: string,
  retentionMs: number,
): Promise<FinishedSession | undefined> {
  const folder = new SessionFolder(sessions, id);
  await folder.removeRuntimeFiles();
  const record = await loadRecord(folder);
  if (record?.info.id === id) return new FinishedSession(folder, record);
  const hadBegun = await stat(folder.record).catch(() => undefined); // none: the server was killed before the session was told to anybody
  const { mtimeMs } = await stat(join(sessions, id));
  if (!hadBegun || mtimeMs + retentionMs < Date.now()) await folder.remove();
  return undefined;
}
