/** A session that has ended, as its folder tells of it: nothing of it runs, and little of it is in memory. */
import { existsSync } from 'node:fs';
import { SessionEndedError } from '../../contract/errors';
import type { SessionInfo, SessionStatus, SessionStep } from '../../contract/session';
import type { KnownSession, WaysIn } from './known-session';
import type { SessionFolder } from '../data/session-folder';
import type { SessionRecord } from './session-record';
import { readTests, summaryOf, type SessionTest, type TestSummary } from './session-tests';
import { readSteps } from './trajectory-file';

/** An ended session. */
export class FinishedSession implements KnownSession {
  readonly folder: SessionFolder;
  readonly wasRecorded: boolean;
  readonly #record: SessionRecord;
  /** Asked for by every look at the wall, and no longer than a title: the tests themselves may take megabytes. */
  #summary: Promise<TestSummary> | undefined;

  constructor(folder: SessionFolder, record: SessionRecord) {
    this.folder = folder;
    this.#record = record;
    this.wasRecorded = existsSync(folder.recording);
  }

  get id(): string {
    return this.#record.info.id;
  }

  get owner(): string | undefined {
    return this.#record.owner;
  }

  get status(): SessionStatus {
    return this.#record.info.status;
  }

  get createdAt(): Date {
    return this.#record.info.createdAt;
  }

  get endedAt(): Date {
    return this.#record.info.closedAt ?? this.#record.info.lastAccessedAt;
  }

  get cdpToken(): string {
    return this.#record.cdpToken;
  }

  get viewerToken(): string {
    return this.#record.viewerToken;
  }

  get offset(): number {
    return this.#record.offset;
  }

  async steps(): Promise<SessionStep[]> {
    return readSteps(this.folder.trajectory);
  }

  readonly latestTests = [];

  readonly droppedTests = 0;

  async allTests(): Promise<SessionTest[]> {
    return readTests(this.folder.tests);
  }

  async testSummary(): Promise<TestSummary> {
    this.#summary ??= this.allTests().then(summaryOf);
    return this.#summary;
  }

  info(waysIn: WaysIn): SessionInfo {
    return { ...this.#record.info, ...waysIn };
  }

  /** @throws {@link SessionEndedError} with when and why */
  ensureActive(): never {
    throw sessionEnded(this, this.#record.reason);
  }

  async end(): Promise<void> {}

  async dispose(): Promise<void> {
    await this.folder.remove();
  }
}

/** What to say to whoever wants something of a session that has ended. */
export function sessionEnded(
  { id, status, endedAt }: Pick<KnownSession, 'id' | 'status' | 'endedAt'>,
  reason: string | null,
): SessionEndedError {
  const why = reason ?? 'It was stopped.';
  const since = endedAt ? ` since ${endedAt.toISOString()}` : '';
  return new SessionEndedError(`The session ${id} is ${status}${since}: ${why} Start a new one.`, {
    sessionId: id,
    status,
    endedAt: endedAt ?? undefined,
    reason: why,
  });
}
