/** Calls on one session that need no object for it: its status, and its end. */
import {
  ApiError,
  ContractError,
  NotFoundError,
  type SessionwrightError,
} from '../contract/errors';
import type { SessionInfo } from '../contract/session';
import type { HttpClient } from './http';

/** What the API says of a session. */
export async function fetchSession(http: HttpClient, id: string): Promise<SessionInfo> {
  return http.call('getSession', { purpose: `look up session ${id}`, params: { sessionId: id } });
}

/**
 * Stops a session that is known, and says how it ended. One that had ended before, or that the API has forgotten, is fine too.
 * @throws {@link ContractError} when the API claims success and the session still runs
 */
export async function stopSession(http: HttpClient, known: SessionInfo): Promise<SessionInfo> {
  try {
    return await requestStop(http, known.id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return {
      ...known,
      status: 'error',
      cdpUrl: null,
      viewerUrl: null,
      error: 'The API does not know this session any more.',
    };
  }
}

/**
 * Stops a session by its id.
 * @throws {@link NotFoundError} when there is no such session
 */
export async function requestStop(http: HttpClient, id: string): Promise<SessionInfo> {
  const call = { purpose: `stop session ${id}`, params: { sessionId: id } };
  const answer = await http.send('stopSession', call).catch((error: unknown) => {
    if (hadEnded(error as SessionwrightError)) return undefined;
    throw error;
  });
  const info = answer?.text ? answer.read() : await fetchSession(http, id);
  if (info.status !== 'active') return info;
  throw new ContractError(
    `Could not stop session ${id}: the API reports it as active after its stop.`,
    {
      code: 'contract_violation',
      method: answer?.exchange.method ?? '',
      path: answer?.exchange.path ?? '',
    },
  );
}

/** Some servers answer the stop of an ended session with an error, known only by its words. */
function hadEnded(error: SessionwrightError): boolean {
  return (
    error.code === 'session_ended' ||
    (error instanceof ApiError && /already (stopped|closed)/i.test(error.message))
  );
}
