/** From errors to answers: the one place that decides the HTTP status and the body of a failure. */
import { ZodError } from 'zod';
import {
  ApiError,
  BrowserNotFoundError,
  InvalidRequestError,
  NotFoundError,
  OverloadedError,
  RateLimitError,
  SessionEndedError,
  SessionwrightError,
} from '../contract/errors';
import type { ErrorBodyDetails } from '../contract/error-body';
import { errorBody } from '../contract/error-body';
import type { Issue } from '../contract/issues';
import { describeIssues, formatIssues } from '../contract/issues';
import type { SessionStatus } from '../contract/session';

/** What a failed request is answered with. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: object;
}

/** A request that is wrong in itself, such as a body that is not JSON. */
export function badRequest(
  status: 400 | 401 | 403 | 408 | 413 | 415 | 416 | 431,
  code: string,
  message: string,
): ApiError {
  return new ApiError(message, { code, method: '', path: '', status });
}

/** No such session, or no such path. */
export function notFound(message: string): NotFoundError {
  return new NotFoundError(message, { code: 'not_found', method: '', path: '', status: 404 });
}

/** Fields of a request that were understood and are refused. */
export function refused(what: string, issues: readonly Issue[]): InvalidRequestError {
  return new InvalidRequestError(`${what}: ${formatIssues(issues)}`, {
    code: 'invalid_request',
    method: '',
    path: '',
    status: 422,
    issues,
  });
}

/** No room for another session now. */
export function tooMany(message: string, retryAfterMs: number): RateLimitError {
  return new RateLimitError(message, {
    code: 'rate_limited',
    method: '',
    path: '',
    status: 429,
    retryAfterMs,
  });
}

/** This server cannot serve now. */
export function unavailable(message: string): OverloadedError {
  return new OverloadedError(message, { code: 'overloaded', method: '', path: '', status: 503 });
}

/** The answer to a request that failed with this error. Unexpected errors say nothing of our insides. */
export function toAnswer(error: unknown): ErrorAnswer {
  if (error instanceof ZodError)
    return toAnswer(refused('Invalid request', describeIssues(error.issues)));
  if (error instanceof SessionEndedError)
    return answer(410, error.message, { code: error.code, session: endedSession(error) });
  if (error instanceof InvalidRequestError)
    return answer(422, error.message, { code: error.code, issues: error.issues });
  if (error instanceof RateLimitError)
    return {
      ...answer(429, error.message, { code: error.code }),
      headers: { 'retry-after': String(Math.ceil((error.retryAfterMs ?? 1000) / 1000)) },
    };
  if (error instanceof ApiError)
    return answer(error.status ?? 500, error.message, { code: error.code });
  if (error instanceof BrowserNotFoundError)
    return answer(501, error.message, { code: error.code }); // it will not be there at the next try either
  if (error instanceof SessionwrightError) return answer(500, error.message, { code: error.code });
  return answer(500, 'The session server failed. Its own output tells more.', {
    code: 'server_error',
  });
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
