/** `session.json`: what outlives a session, and how it comes back after a restart. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJson } from '../../base/json';
import type { SessionInfo } from '../../contract/session';
import { sessionSchema } from '../../contract/session';
import { NO_WAYS_IN, type KnownSession } from './known-session';
import { readDataFile } from '../data/data-file';
import type { SessionFolder } from '../data/session-folder';

/** What is kept of a session, beside its files. */
export interface SessionRecord {
  /** Without steps and URLs. */
  info: SessionInfo;
  /** The name of the account that started it; undefined for the operator. */
  owner: string | undefined;
  /** Why it ended; null when it was simply stopped. */
  reason: string | null;
  /** Number of its steps. */
  offset: number;
  cdpToken: string;
  viewerToken: string;
}

/** Why a session ended that nobody ended. */
const SERVER_WAS_KILLED = 'The session server ended, or was killed, while the session ran.';

const extraSchema = z.object({
  owner: z.string().optional(),
  reason: z.string().nullable(),
  offset: z.int(),
  cdp_token: z.string(),
  viewer_token: z.string(),
});

/** The record of a session as it is now. */
export function recordOf(session: KnownSession, reason: string | null): SessionRecord {
  const info = { ...session.info(NO_WAYS_IN), steps: [] };
  return {
    info,
    owner: session.owner,
    reason,
    offset: session.offset,
    cdpToken: session.cdpToken,
    viewerToken: session.viewerToken,
  };
}

/** Writes a record down. That of an ended session outlives a power failure too. */
export async function saveRecord(
  folder: SessionFolder,
  { info, owner, reason, offset, cdpToken, viewerToken }: SessionRecord,
): Promise<void> {
  await writeJson(
    folder.record,
    {
      ...z.encode(sessionSchema, info),
      owner,
      reason,
      offset,
      cdp_token: cdpToken,
      viewer_token: viewerToken,
    },
    { isDurable: info.status !== 'active' },
  );
}

/**
 * The record of a session of an earlier server. One that still ran then has ended with an error. Undefined if there is none.
 * @throws {@link DamagedFileError} when it cannot be read
 */
export async function loadRecord(
  folder: SessionFolder,
  id: string,
): Promise<SessionRecord | undefined> {
  const file = { path: folder.record, name: `sessions/${id}/session.json` };
  const session = await readDataFile(file, sessionSchema);
  const stored = await readDataFile(file, extraSchema.extend({ session_id: z.literal(id) }));
  if (!session || !stored) return undefined;
  const { owner, reason, offset, cdp_token: cdpToken, viewer_token: viewerToken } = stored;
  const record = {
    info: session,
    owner,
    reason,
    offset,
    cdpToken,
    viewerToken,
  };
  return record.info.status === 'active' ? endLate(folder, record) : record;
}

/** It lived at least until it last wrote something. */
async function endLate(folder: SessionFolder, record: SessionRecord): Promise<SessionRecord> {
  const closedAt = new Date(Math.max(record.info.createdAt.getTime(), await lastChangeMs(folder)));
  const durationMs = closedAt.getTime() - record.info.createdAt.getTime();
  const ended: SessionRecord = {
    ...record,
    offset: await countLines(folder.trajectory),
    reason: SERVER_WAS_KILLED,
    info: {
      ...record.info,
      status: 'error',
      error: SERVER_WAS_KILLED,
      closedAt,
      lastAccessedAt: closedAt,
      duration: durationMs,
    },
  };
  await saveRecord(folder, ended);
  return ended;
}

async function lastChangeMs(folder: SessionFolder): Promise<number> {
  const frames = await readdir(folder.recording).catch(() => []);
  const files = [
    folder.record,
    folder.trajectory,
    ...frames.map((name) => join(folder.recording, name)),
  ];
  return Math.max(
    ...(await Promise.all(
      files.map(async (file) =>
        stat(file).then(
          ({ mtimeMs }) => Math.ceil(mtimeMs),
          () => 0,
        ),
      ),
    )),
  );
}

async function countLines(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').length - 1; // a line that the kill cut short does not count
}
