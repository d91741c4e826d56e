/** The URLs of a session, as its caller can reach them. Each holds its own permission and works without a key. */
import { addresses, sockets } from '../../contract/addresses';
import { fillPath } from '../../contract/paths';
import type { SessionInfo } from '../../contract/session';
import { playwrightVersion } from '../browsers/playwright-process';
import { NO_WAYS_IN, type KnownSession } from './known-session';

/** Where a session is driven and watched. */
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

/** The session as the API tells of it to this caller, without its steps. What can no longer be reached has no URL. */
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
