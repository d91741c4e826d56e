/** The sessions that a server finds when it starts: those that an earlier one finished, and those that were running when it was killed. */
import { readdir, stat } from 'node:fs/promises';
import { messageOf } from '../../base/errors';
import { DamagedFileError } from '../data/data-file';
import { FinishedSession } from './finished-session';
import { SessionFolder } from '../data/session-folder';
import { loadRecord } from './session-record';

/** Folders read at once. */
const READ_AT_ONCE = 32;

/** An ended session whose record cannot be read. Its files are left as they are for as long as those of any ended session. */
export interface DamagedSession {
  id: string;
  error: DamagedFileError;
  /** When its record was last written. */
  endedAt: Date;
  dispose(): Promise<void>;
}

/** Reads the folder of sessions, oldest session first. Removes profiles that killed browsers left, and sessions that never began. */
export async function loadSessions(
  sessions: string,
): Promise<{ finished: FinishedSession[]; damaged: DamagedSession[] }> {
  const entries = await readdir(sessions, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const loaded: (FinishedSession | DamagedSession | undefined)[] = [];
  for (let from = 0; from < names.length; from += READ_AT_ONCE) {
    const some = names.slice(from, from + READ_AT_ONCE);
    loaded.push(...(await Promise.all(some.map(async (id) => loadSession(sessions, id)))));
  }
  const [finished, damaged]: [FinishedSession[], DamagedSession[]] = [[], []];
  for (const session of loaded)
    if (session instanceof FinishedSession) finished.push(session);
    else if (session) damaged.push(session);
  finished.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  return { finished, damaged };
}

async function loadSession(
  sessions: string,
  id: string,
): Promise<FinishedSession | DamagedSession | undefined> {
  const folder = new SessionFolder(sessions, id);
  await folder.removeRuntimeFiles().catch(() => {}); // it is tried again at the next start
  try {
    const record = await loadRecord(folder, id);
    if (record) return new FinishedSession(folder, record);
    await folder.remove(); // the server was killed before it returned the session to anybody
    return undefined;
  } catch (error) {
    return describeDamage(folder, id, error);
  }
}

async function describeDamage(
  folder: SessionFolder,
  id: string,
  cause: unknown,
): Promise<DamagedSession> {
  const error =
    cause instanceof DamagedFileError
      ? cause
      : new DamagedFileError(`sessions/${id}`, messageOf(cause));
  const endedAt = await stat(folder.record).then(
    ({ mtime }) => mtime,
    () => new Date(),
  );
  return { id, error, endedAt, dispose: async () => folder.remove() };
}
