/** What running and ended sessions have in common: their properties, their URLs, and how the API describes them. */
import { addresses, sockets } from '../../contract/addresses';
import { SessionEndedError } from '../../contract/errors';
import { fillPath } from '../../contract/paths';
import type { SessionInfo, SessionStatus, SessionStep } from '../../contract/session';
import { playwrightVersion } from '../browsers/playwright-process';
import type { SessionFolder } from '../data/session-folder';
import type { SessionTest, TestSummary } from './session-tests';

/** Why a session ended. */
export interface SessionEnd {
  status: Exclude<SessionStatus, 'active'>;
  reason: string | null;
}

/** The URLs of a running session. */
export type WaysIn = Pick<
  SessionInfo,
  'cdpUrl' | 'playwrightUrl' | 'playwrightVersion' | 'viewerUrl'
>;

/** The URLs of an ended session. */
export const NO_WAYS_IN: WaysIn = {
  cdpUrl: null,
  playwrightUrl: null,
  playwrightVersion: null,
  viewerUrl: null,
};

/** Access to a session's browser without the gateway. */
export interface DirectEntry {
  /** The browser's own CDP endpoint. */
  cdpUrl: string;
  /** Call this when the client has left. Safe to call twice. */
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
  /** Allows to drive the browser while it runs. */
  readonly cdpToken: string;
  /** Allows to watch, and no more. */
  readonly viewerToken: string;
  /** True if there may be pictures of it. */
  readonly wasRecorded: boolean;
  /** How many steps there were. */
  readonly offset: number;
  /** The newest steps; read from the disk once the session has ended. */
  steps(): Promise<readonly SessionStep[]>;
  /** The newest tests that ran in it, oldest first; empty once the session has ended. */
  readonly latestTests: readonly SessionTest[];
  /** How many older ones were dropped from them. */
  readonly droppedTests: number;
  /** All tests that are kept; read from the disk once the session has ended. */
  allTests(): Promise<readonly SessionTest[]>;
  /** Their last one and counts. */
  testSummary(): Promise<TestSummary>;
  /** How the API describes it, without its steps. */
  info(waysIn: WaysIn): SessionInfo;
  /** Ends it, and resolves when nothing of it runs. The first call decides how it ended. */
  end(end: SessionEnd): Promise<void>;
  /** Removes the files of the ended session. */
  dispose(): Promise<void>;
}

/** Each URL holds its own permission and works without a key. */
export interface SessionUrls {
  /** CDP of the browser. */
  cdp: string;
  /** Playwright's own protocol. */
  playwright: string;
  /** The page that shows the session live. */
  viewer: string;
  /** WebSocket of the pictures behind the viewer. */
  recording: string;
  /** WebSocket of the session's events. */
  logs: string;
  /** CDP of one page. */
  readonly page: (targetId: string) => string;
}

/** The URLs of a session below a base such as `http://127.0.0.1:4444`. */
export function sessionUrls(session: KnownSession, baseUrl: string): SessionUrls {
  const of = { sessionId: session.id };
  const socketUrl = baseUrl.replace(/^http/, 'ws');
  const mayDrive = `?token=${session.cdpToken}`;
  const mayWatch = `?token=${session.viewerToken}`;
  return {
    cdp: socketUrl + fillPath(sockets.cdp, of) + mayDrive,
    playwright: socketUrl + fillPath(sockets.playwright, of) + mayDrive,
    viewer: baseUrl + fillPath(addresses.viewer, of) + mayWatch,
    recording: socketUrl + fillPath(sockets.recording, of) + mayWatch,
    logs: socketUrl + fillPath(sockets.logs, of) + mayWatch,
    page: (targetId) => socketUrl + fillPath(sockets.pageCdp, { ...of, targetId }) + mayDrive,
  };
}

/** How the API describes the session to this caller, without its steps. An ended session has no URLs. */
export function describeSession(session: KnownSession, baseUrl: string): SessionInfo {
  if (session.status !== 'active') return session.info(NO_WAYS_IN);
  const { cdp, playwright, viewer } = sessionUrls(session, baseUrl);
  const version = playwrightVersion();
  return session.info({
    cdpUrl: cdp,
    playwrightUrl: version === undefined ? null : playwright,
    playwrightVersion: version ?? null,
    viewerUrl: viewer,
  });
}

/** The same, with its steps. */
export async function describeFully(session: KnownSession, baseUrl: string): Promise<SessionInfo> {
  return { ...describeSession(session, baseUrl), steps: [...(await session.steps())] };
}

/** The error for a call on an ended session. */
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
