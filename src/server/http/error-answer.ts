/** From errors to answers: the one place that decides the HTTP status and the body of a failure. */
import { errorText, logOf } from '../../base/log';
import {
  ApiError,
  BrowserNotFoundError,
  CdpError,
  GridError,
  InvalidRequestError,
  OverloadedError,
  RateLimitError,
  SessionEndedError,
  SessionwrightError,
} from '../../contract/errors';
import type { ErrorBodyDetails } from '../../contract/error-body';
import { errorBody } from '../../contract/error-body';
import type { SessionStatus } from '../../contract/session';

const log = logOf('server');

/** What a failed request is answered with. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: object;
}

/** The answer to a request that failed with this error. Unexpected errors say nothing of our insides but in the log. */
export function toAnswer(error: unknown): ErrorAnswer {
  if (error instanceof SessionEndedError)
    return answer(410, error.message, { code: error.code, session: endedSession(error) });
  if (error instanceof InvalidRequestError)
    return answer(422, error.message, { code: error.code, issues: error.issues });
  if (error instanceof RateLimitError || error instanceof OverloadedError)
    return {
      ...answer(error.status ?? 503, error.message, { code: error.code }),
      headers: retryAfter(error.retryAfter),
    };
  if (error instanceof ApiError)
    return answer(error.status ?? 500, error.message, { code: error.code });
  const ofBrowser = toBrowserAnswer(error);
  if (ofBrowser) return ofBrowser;
  if (log.enabled) log('unexpected: %s', errorText(error));
  if (error instanceof SessionwrightError) return answer(500, error.message, { code: error.code });
  return answer(500, 'The session server failed.', {
    code: 'server_error',
  });
}

/** The answer to what a browser, or the way to it, has failed with. */
function toBrowserAnswer(error: unknown): ErrorAnswer | undefined {
  if (error instanceof BrowserNotFoundError)
    return answer(501, error.message, { code: error.code }); // it will not be there at the next try either
  if (error instanceof GridError) return answer(424, error.message, { code: error.code }); // another try would get the same answer
  if (error instanceof CdpError && error.method === 'connect')
    return answer(503, error.message, { code: 'overloaded' }); // nothing was done yet: another try does no harm
  return undefined;
}

function retryAfter(ms: number | undefined): Record<string, string> {
  return ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1000)) };
}

function endedSession(error: SessionEndedError): ErrorBodyDetails['session'] & object {
  return {
    id: error.sessionId,
    status: error.status as SessionStatus,
    endedAt: error.endedAt ?? null,
    reason: error.reason ?? null,
  };
}

function answer(status: number, message: string, details: ErrorBodyDetails): ErrorAnswer {
  return { status, headers: {}, body: errorBody(status, message, details) };
}
