/** Every error that sessionwright throws: one base class with a literal `code`, and subclasses whose fields someone reads. */

import { printable } from '../base/texts';

/** What the constructor of every sessionwright error takes beside its message. */
export interface ErrorDetails {
  /** Stable identifier; it travels on the wire and between processes. */
  code: string;
  /** What led to this error. */
  cause?: unknown;
}

/** Base of all errors of this package. Compare `code`, never the message: two module formats are shipped, so `instanceof` can fail. */
export class SessionwrightError extends Error {
  /** What went wrong, as a stable identifier such as `not_found`: compare this. */
  readonly code: string;

  constructor(message: string, details: ErrorDetails) {
    super(printable(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
  }
}

/** True for an error of this package with the given code (or any code, when none is given). */
export function isSessionwrightError(error: unknown, code?: string): error is SessionwrightError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.name.endsWith('Error') &&
    (code === undefined || error.code === code)
  );
}

/** What is known of an HTTP exchange with a session API that failed. */
export interface ApiErrorDetails extends ErrorDetails {
  method: string;
  path: string;
  /** HTTP status; absent when no answer arrived. */
  status?: number;
  /** The parsed error body, if there was one. */
  body?: unknown;
}

/** A request to a session API failed. Subclasses tell how. */
export class ApiError extends SessionwrightError {
  /** HTTP method of the request. */
  readonly method: string;
  /** Path of the request, without its query, which may hold secrets. */
  readonly path: string;
  /** HTTP status of the answer; `undefined` when there was none. */
  readonly status: number | undefined;
  /** The parsed body of the answer, or its text; secrets are taken out. `undefined` when there was none. */
  readonly body: unknown;

  constructor(message: string, details: ApiErrorDetails) {
    super(printable(message), details);
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.body = details.body;
  }
}

/** No answer: the API is not reachable, the connection broke or the deadline passed. Code `api_unreachable`. */
export class ApiUnreachableError extends ApiError {
  /** False when the request certainly never left: connection refused, unknown host, failed TLS. */
  readonly maybeReceived: boolean;

  constructor(message: string, details: ApiErrorDetails & { maybeReceived: boolean }) {
    super(printable(message), details);
    this.maybeReceived = details.maybeReceived;
  }
}
/** 401: the key is missing or wrong. Code `unauthorized`. */
export class AuthenticationError extends ApiError {}
/** 403: the key may not do this. Code `forbidden`. */
export class PermissionError extends ApiError {}
/** 404: no such session or resource. Code `not_found`. */
export class NotFoundError extends ApiError {}
/** 422: the API refused a field. Code `invalid_request`. */
export class InvalidRequestError extends ApiError {
  /** One entry per refused field: where, and why. */
  readonly issues: readonly { path: string; message: string }[];

  constructor(
    message: string,
    details: ApiErrorDetails & { issues: readonly { path: string; message: string }[] },
  ) {
    super(printable(message), details);
    this.issues = details.issues;
  }
}
/** 429: too many requests or sessions. Code `rate_limited`. */
export class RateLimitError extends ApiError {
  /** How long to wait before the next try, in milliseconds; from `Retry-After`, if it was sent. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: ApiErrorDetails & { retryAfterMs: number | undefined }) {
    super(printable(message), details);
    this.retryAfter = details.retryAfterMs;
  }
}
/** 529 or 503: the API has no capacity now. Code `overloaded`. */
export class OverloadedError extends ApiError {
  /** How long to wait before the next try, in milliseconds; from `Retry-After`, if it was sent. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: ApiErrorDetails & { retryAfterMs?: number | undefined }) {
    super(printable(message), details);
    this.retryAfter = details.retryAfterMs;
  }
}
/** 5xx: the API failed. Code `server_error`. */
export class ServerError extends ApiError {}
/** The answer is not JSON or breaks the contract. Code `contract_violation`. */
export class ContractError extends ApiError {}

/** A session has ended, so what was asked of it cannot be done. Code `session_ended`. */
export class SessionEndedError extends SessionwrightError {
  /** Id of the session. */
  readonly sessionId: string;
  /** `closed`, `error` or `timed_out`. */
  readonly status: string;
  /** When it ended; `undefined` when the API does not say. */
  readonly endedAt: Date | undefined;
  /** Why it ended, if unexpectedly. */
  readonly reason: string | undefined;

  constructor(
    message: string,
    details: {
      sessionId: string;
      status: string;
      endedAt?: Date | undefined;
      reason?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { code: 'session_ended', cause: details.cause });
    this.sessionId = details.sessionId;
    this.status = details.status;
    this.endedAt = details.endedAt;
    this.reason = details.reason;
  }
}

/** No Chromium was found. Code `browser_not_found`. */
export class BrowserNotFoundError extends SessionwrightError {
  /** Every place that was looked at, in order. */
  readonly tried: readonly string[];

  constructor(message: string, details: { tried: readonly string[] }) {
    super(message, { code: 'browser_not_found' });
    this.tried = details.tried;
  }
}

/** Chromium was found but did not start, or ended at once. Code `browser_launch_failed`. */
export class BrowserLaunchError extends SessionwrightError {
  /** The last lines that the browser wrote to stderr. */
  readonly stderr: string;

  constructor(message: string, details: { stderr: string; cause?: unknown }) {
    super(message, { code: 'browser_launch_failed', cause: details.cause });
    this.stderr = details.stderr;
  }
}

/** An option was refused. Code `invalid_options`. */
export class OptionsError extends SessionwrightError {
  /** Where the option stands, such as `use.sessionOptions.idleTimeout`. */
  readonly path: string;

  constructor(message: string, details: { path: string }) {
    super(message, { code: 'invalid_options' });
    this.path = details.path;
  }
}

/** A cookie file cannot be used. It was left as it is. Code `invalid_cookie_file` or `cookie_file_unwritable`. */
export class CookieFileError extends SessionwrightError {
  /** Path of the file. */
  readonly file: string;

  constructor(message: string, details: ErrorDetails & { file: string }) {
    super(printable(message), details);
    this.file = details.file;
  }
}

/** Something took longer than it may. Code `timeout`. */
export class TimeoutError extends SessionwrightError {
  /** How long was waited, in milliseconds. */
  readonly timeout: number;

  constructor(message: string, details: { timeoutMs: number; cause?: unknown }) {
    super(message, { code: 'timeout', cause: details.cause });
    this.timeout = details.timeoutMs;
  }
}

/**
 * The error of a wait that came to nothing.
 * @param what was waited for, such as `Chromium to close`
 */
export function timedOut(what: string, timeoutMs: number): TimeoutError {
  return new TimeoutError(`Waited ${timeoutMs} ms for ${what}, in vain.`, { timeoutMs });
}

/** A CDP command failed or its connection closed. Code `cdp_error` or `cdp_closed`. */
export class CdpError extends SessionwrightError {
  /** The command of the Chrome DevTools Protocol, such as `Page.navigate`. */
  readonly method: string;

  constructor(message: string, details: ErrorDetails & { method: string }) {
    super(printable(message), details);
    this.method = details.method;
  }
}

/**
 * A Selenium Grid did not do what it was asked for. Code `grid_unreachable` (it gave no answer), `grid_refused` (its answer was an error),
 * `not_a_grid`, or `grid_without_cdp` (its browser cannot be reached over CDP).
 */
export class GridError extends SessionwrightError {
  /** HTTP status of the Grid's answer; `undefined` when there was none. */
  readonly status: number | undefined;

  constructor(message: string, details: ErrorDetails & { status?: number }) {
    super(printable(message), details);
    this.status = details.status;
  }
}

/** The run's host process could not be started or was lost. Code `host_unavailable`. */
export class HostError extends SessionwrightError {}
