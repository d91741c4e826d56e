/** Ended sessions. Their files hold everything; little of it is in memory, and a restarted server finds them again. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../../base/errors';
import { writeJson } from '../../base/json';
import type { SessionInfo, SessionStatus, SessionStep } from '../../contract/session';
import { sessionSchema } from '../../contract/session';
import { DamagedFileError, readDataFile } from '../data/data-file';
import { SessionFolder } from '../data/session-folder';
import { NO_WAYS_IN, sessionEnded, type KnownSession, type WaysIn } from './known-session';
import { readTests, summaryOf, type SessionTest, type TestSummary } from './session-tests';
import { readSteps } from './trajectory';

/** Folders read at once. */
const READ_AT_ONCE = 32;
/** Why a session ended if the server ended first. */
const SERVER_WAS_KILLED = 'The session server ended, or was killed, while the session ran.';

/** What `session.json` holds in addition to the API's description. */
const extraSchema = z.object({
  /** The name of the account that started it; undefined for the operator. */
  owner: z.string().optional(),
  /** Why it ended; null if a client stopped it. */
  reason: z.string().nullable(),
  /** Number of its steps. */
  offset: z.int(),
  cdp_token: z.string(),
  viewer_token: z.string(),
});

/** The content of `session.json`. */
export interface SessionRecord extends z.output<typeof extraSchema> {
  /** Without steps and URLs. */
  info: SessionInfo;
}

/** An ended session. */
export class EndedSession implements KnownSession {
  readonly id: string;
  readonly owner: string | undefined;
  readonly status: SessionStatus;
  readonly createdAt: Date;
  readonly endedAt: Date;
  readonly cdpToken: string;
  readonly viewerToken: string;
  readonly offset: number;
  readonly wasRecorded: boolean;
  readonly latestTests = [];
  readonly droppedTests = 0;
  readonly folder: SessionFolder;
  readonly #info: SessionInfo;
  readonly #reason: string | null;
  /** Kept for the wall, which asks often. The tests themselves may take megabytes. */
  #summary: Promise<TestSummary> | undefined;

  constructor(folder: SessionFolder, { info, owner, reason, offset, ...tokens }: SessionRecord) {
    this.id = info.id;
    this.owner = owner;
    this.status = info.status;
    this.createdAt = info.createdAt;
    this.endedAt = info.closedAt ?? info.lastAccessedAt;
    this.cdpToken = tokens.cdp_token;
    this.viewerToken = tokens.viewer_token;
    this.offset = offset;
    this.wasRecorded = existsSync(folder.recording);
    this.folder = folder;
    this.#info = info;
    this.#reason = reason;
  }

  async steps(): Promise<SessionStep[]> {
    return readSteps(this.folder.trajectory);
  }

  async allTests(): Promise<SessionTest[]> {
    return readTests(this.folder.tests);
  }

  async testSummary(): Promise<TestSummary> {
    this.#summary ??= this.allTests().then(summaryOf);
    return this.#summary;
  }

  info(waysIn: WaysIn): SessionInfo {
    return { ...this.#info, ...waysIn };
  }

  /** @throws {@link SessionEndedError} with when and why */
  ensureActive(): never {
    throw sessionEnded(this, this.#reason);
  }

  async end(): Promise<void> {}

  async dispose(): Promise<void> {
    await this.folder.remove();
  }
}

/** A session whose record cannot be read. Its files are kept as long as those of other ended sessions. */
export interface DamagedSession {
  id: string;
  error: DamagedFileError;
  /** When its record was last written. */
  endedAt: Date;
  dispose(): Promise<void>;
}

/** The record of a session as it is now. */
export function recordOf(session: KnownSession & { reason: string | null }): SessionRecord {
  const { owner, reason, offset, cdpToken, viewerToken } = session;
  const info = { ...session.info(NO_WAYS_IN), steps: [] };
  return { info, owner, reason, offset, cdp_token: cdpToken, viewer_token: viewerToken };
}

/** Writes a record. That of an ended session survives a power failure too. */
export async function saveRecord(
  { record }: SessionFolder,
  { info, ...extra }: SessionRecord,
): Promise<void> {
  const isDurable = info.status !== 'active';
  await writeJson(record, { ...z.encode(sessionSchema, info), ...extra }, { isDurable });
}

/** Reads the sessions that earlier servers left in a folder, oldest first. Removes profiles of killed browsers, and sessions that never began. */
export async function loadSessions(
  sessions: string,
): Promise<{ ended: EndedSession[]; damaged: DamagedSession[] }> {
  const entries = await readdir(sessions, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const [ended, damaged]: [EndedSession[], DamagedSession[]] = [[], []];
  for (let from = 0; from < names.length; from += READ_AT_ONCE) {
    const some = names.slice(from, from + READ_AT_ONCE);
    for (const session of await Promise.all(some.map(async (id) => loadSession(sessions, id))))
      if (session instanceof EndedSession) ended.push(session);
      else if (session) damaged.push(session);
  }
  ended.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  return { ended, damaged };
}

async function loadSession(
  sessions: string,
  id: string,
): Promise<EndedSession | DamagedSession | undefined> {
  const folder = new SessionFolder(sessions, id);
  await folder.removeRuntimeFiles().catch(() => {}); // the next server tries again
  try {
    const record = await loadRecord(folder, id);
    if (record) return new EndedSession(folder, record);
    await folder.remove(); // the server was killed before it returned the session to its caller
    return undefined;
  } catch (cause) {
    const error =
      cause instanceof DamagedFileError
        ? cause
        : new DamagedFileError(`sessions/${id}`, messageOf(cause));
    const endedAt = new Date((await modifiedMs(folder.record)) || Date.now());
    return { id, error, endedAt, dispose: async () => folder.remove() };
  }
}

/**
 * A session that still ran when its server ended has ended with an error. Undefined if there is no record.
 * @throws {@link DamagedFileError} when it cannot be read
 */
async function loadRecord(folder: SessionFolder, id: string): Promise<SessionRecord | undefined> {
  const file = { path: folder.record, name: `sessions/${id}/session.json` };
  const info = await readDataFile(file, sessionSchema);
  const stored = await readDataFile(file, extraSchema.extend({ session_id: z.literal(id) }));
  if (!info || !stored) return undefined;
  const { session_id: _, ...extra } = stored;
  const record = { info, ...extra };
  return info.status === 'active' ? endLate(folder, record) : record;
}

/** The session ran at least until its last file was written. */
async function endLate(folder: SessionFolder, record: SessionRecord): Promise<SessionRecord> {
  const createdMs = record.info.createdAt.getTime();
  const frames = await readdir(folder.recording).catch(() => []);
  const files = [
    folder.record,
    folder.trajectory,
    ...frames.map((name) => join(folder.recording, name)),
  ];
  const closedAt = new Date(Math.max(createdMs, ...(await Promise.all(files.map(modifiedMs)))));
  const steps = await readFile(folder.trajectory, 'utf8').catch(() => '');
  const ended: SessionRecord = {
    ...record,
    offset: steps.split('\n').length - 1, // without an incomplete last line
    reason: SERVER_WAS_KILLED,
    info: {
      ...record.info,
      status: 'error',
      error: SERVER_WAS_KILLED,
      closedAt,
      lastAccessedAt: closedAt,
      duration: closedAt.getTime() - createdMs,
    },
  };
  await saveRecord(folder, ended);
  return ended;
}

/** When a file was last written; 0 if there is none. */
async function modifiedMs(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => Math.ceil(mtimeMs),
    () => 0,
  );
}
