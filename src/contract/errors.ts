/** Errors of sessionwright: one base class with a literal `code`, and subclasses with additional fields. */

import { printable } from '../base/texts';

/** Constructor options of all sessionwright errors. */
export interface ErrorDetails {
  /** Stable identifier, sent on the wire and between processes. */
  code: string;
  /** Cause of this error. */
  cause?: unknown;
}

/** Base class of all errors of this package. Compare `code`, never the message. `instanceof` can fail, because the package has two module formats. */
export class SessionwrightError extends Error {
  /** Stable identifier of the problem, such as `not_found`. */
  readonly code: string;

  constructor(message: string, details: ErrorDetails) {
    super(printable(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
  }
}

/** Returns true for an error of this package with the given code, or with any code if it is omitted. */
export function isSessionwrightError(error: unknown, code?: string): error is SessionwrightError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.name.endsWith('Error') &&
    (code === undefined || error.code === code)
  );
}

/** Details of a failed call of a session API. */
export interface ApiErrorDetails extends ErrorDetails {
  method: string;
  path: string;
  /** HTTP status; absent without an answer. */
  status?: number;
  /** Parsed error body, if any. */
  body?: unknown;
}

/** A request to a session API failed. Subclasses say how. */
export class ApiError extends SessionwrightError {
  /** HTTP method of the request. */
  readonly method: string;
  /** Path of the request, without its query, which may contain secrets. */
  readonly path: string;
  /** HTTP status of the answer; `undefined` without an answer. */
  readonly status: number | undefined;
  /** Parsed body of the answer, or its text, without secrets; `undefined` without an answer. */
  readonly body: unknown;

  constructor(message: string, details: ApiErrorDetails) {
    super(printable(message), details);
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.body = details.body;
  }
}

/** No answer: the API is unreachable, the connection broke or the call timed out. Code `api_unreachable`. */
export class ApiUnreachableError extends ApiError {
  /** False if the request was certainly not sent: connection refused, unknown host, failed TLS. */
  readonly maybeReceived: boolean;

  constructor(message: string, details: ApiErrorDetails & { maybeReceived: boolean }) {
    super(printable(message), details);
    this.maybeReceived = details.maybeReceived;
  }
}
/** 401: the key is missing or invalid. Code `unauthorized`. */
export class AuthenticationError extends ApiError {}
/** 403: the key lacks the permission. Code `forbidden`. */
export class PermissionError extends ApiError {}
/** 404: no such session or resource. Code `not_found`. */
export class NotFoundError extends ApiError {}
/** 422: the API refused a field. Code `invalid_request`. */
export class InvalidRequestError extends ApiError {
  /** One entry per refused field. */
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
  /** Wait before the next try, in milliseconds, from `Retry-After` if it was sent. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: ApiErrorDetails & { retryAfterMs: number | undefined }) {
    super(printable(message), details);
    this.retryAfter = details.retryAfterMs;
  }
}
/** 529 or 503: the API has no free capacity. Code `overloaded`. */
export class OverloadedError extends ApiError {
  /** Wait before the next try, in milliseconds, from `Retry-After` if it was sent. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: ApiErrorDetails & { retryAfterMs?: number | undefined }) {
    super(printable(message), details);
    this.retryAfter = details.retryAfterMs;
  }
}
/** 5xx: the API failed. Code `server_error`. */
export class ServerError extends ApiError {}
/** The answer is not JSON, or does not match the contract. Code `contract_violation`. */
export class ContractError extends ApiError {}

/** The session has already ended. Code `session_ended`. */
export class SessionEndedError extends SessionwrightError {
  /** Id of the session. */
  readonly sessionId: string;
  /** `closed`, `error` or `timed_out`. */
  readonly status: string;
  /** Time of its end; `undefined` if the API omits it. */
  readonly endedAt: Date | undefined;
  /** Reason of an unexpected end. */
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
  /** All searched locations, in order. */
  readonly tried: readonly string[];

  constructor(message: string, details: { tried: readonly string[] }) {
    super(message, { code: 'browser_not_found' });
    this.tried = details.tried;
  }
}

/** Chromium did not start, or exited at once. Code `browser_launch_failed`. */
export class BrowserLaunchError extends SessionwrightError {
  /** Last lines of the browser's stderr. */
  readonly stderr: string;

  constructor(message: string, details: { stderr: string; cause?: unknown }) {
    super(message, { code: 'browser_launch_failed', cause: details.cause });
    this.stderr = details.stderr;
  }
}

/** An option is invalid. Code `invalid_options`. */
export class OptionsError extends SessionwrightError {
  /** Path of the option, such as `use.sessionOptions.idleTimeout`. */
  readonly path: string;

  constructor(message: string, details: { path: string }) {
    super(message, { code: 'invalid_options' });
    this.path = details.path;
    this.stack = `${this.name}: ${this.message}`; // the path names the place, which is in no file of the stack
  }
}

/** A cookie file is invalid or cannot be written. It was not changed. Code `invalid_cookie_file` or `cookie_file_unwritable`. */
export class CookieFileError extends SessionwrightError {
  /** Path of the file. */
  readonly file: string;

  constructor(message: string, details: ErrorDetails & { file: string }) {
    super(printable(message), details);
    this.file = details.file;
  }
}

/** A time limit was exceeded. Code `timeout`. */
export class TimeoutError extends SessionwrightError {
  /** The time limit, in milliseconds. */
  readonly timeout: number;

  constructor(message: string, details: { timeoutMs: number; cause?: unknown }) {
    super(message, { code: 'timeout', cause: details.cause });
    this.timeout = details.timeoutMs;
  }
}

/**
 * Returns the error of a wait that timed out.
 * @param what - the awaited event, such as `Chromium to close`
 */
export function timedOut(what: string, timeoutMs: number): TimeoutError {
  return new TimeoutError(`Waited ${timeoutMs} ms for ${what}, in vain.`, { timeoutMs });
}

/** A CDP command failed or its connection closed. Code `cdp_error` or `cdp_closed`. */
export class CdpError extends SessionwrightError {
  /** Command of the Chrome DevTools Protocol, such as `Page.navigate`. */
  readonly method: string;

  constructor(message: string, details: ErrorDetails & { method: string }) {
    super(printable(message), details);
    this.method = details.method;
  }
}

/**
 * A request to a Selenium Grid failed. Code `grid_unreachable` (no answer), `grid_refused` (an error answer), `not_a_grid`, or
 * `grid_without_cdp` (the browser is not reachable over CDP).
 */
export class GridError extends SessionwrightError {
  /** HTTP status of the Grid's answer; `undefined` without an answer. */
  readonly status: number | undefined;

  constructor(message: string, details: ErrorDetails & { status?: number }) {
    super(printable(message), details);
    this.status = details.status;
  }
}

/** The run's host process could not start, or was lost. Code `host_unavailable`. */
export class HostError extends SessionwrightError {}
