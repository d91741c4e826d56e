/** What can be asked of every session that the server knows, whether it runs, or ended a moment or a restart ago. */
import type { SessionInfo, SessionStatus, SessionStep } from '../../contract/session';
import type { SessionFolder } from '../data/session-folder';
import type { SessionTest, TestSummary } from './session-tests';

/** Why a session ended. */
export interface SessionEnd {
  status: Exclude<SessionStatus, 'active'>;
  reason: string | null;
}

/** What only a session that runs has: where it is driven and watched. */
export type WaysIn = Pick<
  SessionInfo,
  'cdpUrl' | 'playwrightUrl' | 'playwrightVersion' | 'viewerUrl'
>;

/** Of a session that has ended. */
export const NO_WAYS_IN: WaysIn = {
  cdpUrl: null,
  playwrightUrl: null,
  playwrightVersion: null,
  viewerUrl: null,
};

/** A way to a session's browser that leads through no gateway. */
export interface DirectEntry {
  /** The browser's own CDP endpoint. */
  cdpUrl: string;
  /** The client has left. Safe to call twice. */
  leave: () => void;
}

/** A session, running or ended. */
export interface KnownSession {
  readonly id: string;
  /** The name of the account that started it; undefined for the operator. */
  readonly owner: string | undefined;
  readonly status: SessionStatus;
  readonly createdAt: Date;
  /** When it ended; null while it runs. */
  readonly endedAt: Date | null;
  readonly folder: SessionFolder;
  /** Whoever knows it may drive the browser, while there is one. */
  readonly cdpToken: string;
  /** Whoever knows it may watch, and no more. */
  readonly viewerToken: string;
  /** True when there are pictures of it, or may be. */
  readonly wasRecorded: boolean;
  /** How many steps were taken. */
  readonly offset: number;
  /** The newest steps; read from the disk once the session has ended. */
  steps(): Promise<readonly SessionStep[]>;
  /** The newest tests that ran in it, oldest first; of a session that has ended, only {@link KnownSession.allTests} knows. */
  readonly latestTests: readonly SessionTest[];
  /** How many older ones were dropped from them. */
  readonly droppedTests: number;
  /** All that are kept; read from the disk once the session has ended. */
  allTests(): Promise<readonly SessionTest[]>;
  /** How they went, in short. */
  testSummary(): Promise<TestSummary>;
  /** What the API tells of it, without its steps. */
  info(waysIn: WaysIn): SessionInfo;
  /** Ends it, and resolves when nothing of it runs any more. The first call decides how it ended. */
  end(end: SessionEnd): Promise<void>;
  /** Removes everything that the ended session left. */
  dispose(): Promise<void>;
}
