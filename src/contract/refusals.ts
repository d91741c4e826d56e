/** What an API refuses a request with: errors that a server throws, and turns into answers. */
import {
  ApiError,
  InvalidRequestError,
  NotFoundError,
  OverloadedError,
  RateLimitError,
} from './errors';
import { formatIssues, type Issue } from './issues';

/** A request that is wrong in itself, such as a body that is not JSON. */
export function badRequest(
  status: 400 | 401 | 403 | 408 | 413 | 415 | 416 | 428 | 431,
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

/** What only the cloud can do. */
export function cloudOnly(message: string): ApiError {
  return new ApiError(message, { code: 'cloud_only', method: '', path: '', status: 501 });
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
export function unavailable(message: string, retryAfterMs?: number): OverloadedError {
  return new OverloadedError(message, {
    code: 'overloaded',
    method: '',
    path: '',
    status: 503,
    retryAfterMs,
  });
}
