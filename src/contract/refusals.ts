/** Errors of a server that become error answers. */
import {
  ApiError,
  InvalidRequestError,
  NotFoundError,
  OverloadedError,
  RateLimitError,
} from './errors';
import { formatIssues, type Issue } from './issues';

/** An invalid request, such as a body that is not JSON. */
export function badRequest(
  status: 400 | 401 | 403 | 408 | 413 | 415 | 416 | 428 | 431,
  code: string,
  message: string,
): ApiError {
  return new ApiError(message, { code, method: '', path: '', status });
}

/** An unknown session or path. */
export function notFound(message: string): NotFoundError {
  return new NotFoundError(message, { code: 'not_found', method: '', path: '', status: 404 });
}

/** Refused fields of a request. */
export function refused(what: string, issues: readonly Issue[]): InvalidRequestError {
  return new InvalidRequestError(`${what}: ${formatIssues(issues)}`, {
    code: 'invalid_request',
    method: '',
    path: '',
    status: 422,
    issues,
  });
}

/** A cloud-only feature. */
export function cloudOnly(message: string): ApiError {
  return new ApiError(message, { code: 'cloud_only', method: '', path: '', status: 501 });
}

/** No capacity for another session. */
export function tooMany(message: string, retryAfterMs: number): RateLimitError {
  return new RateLimitError(message, {
    code: 'rate_limited',
    method: '',
    path: '',
    status: 429,
    retryAfterMs,
  });
}

/** The server is temporarily unavailable. */
export function unavailable(message: string, retryAfterMs?: number): OverloadedError {
  return new OverloadedError(message, {
    code: 'overloaded',
    method: '',
    path: '',
    status: 503,
    retryAfterMs,
  });
}
