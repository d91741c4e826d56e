/** Calls on a session by its id: status and stop. */
import {
  ApiError,
  ContractError,
  NotFoundError,
  type SessionwrightError,
} from '../contract/errors';
import type { SessionInfo } from '../contract/session';
import type { HttpClient } from './http';

/** Returns the API's information about a session. */
export async function fetchSession(http: HttpClient, id: string): Promise<SessionInfo> {
  return http.call('getSession', { purpose: `look up session ${id}`, params: { sessionId: id } });
}

/**
 * Stops a known session, and returns how it ended. Succeeds for sessions that ended before or that the API has forgotten.
 * @throws {@link ContractError} if the API reports success and the session is still active
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
 * @throws {@link NotFoundError} if the session does not exist
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

/** Some servers answer the stop of an ended session with an error that only its text identifies. */
function hadEnded(error: SessionwrightError): boolean {
  return (
    error.code === 'session_ended' ||
    (error instanceof ApiError && /already (stopped|closed)/i.test(error.message))
  );
}
