/** Turns a failed call of the API into one typed error: what failed, why, and what to do. */
import { codeOf } from '../base/errors';
import { withoutUrlSecrets } from '../base/redaction';
import { keptText } from '../base/foreign-text';
import { parseErrorBody, type ParsedErrorBody } from '../contract/error-body';
import {
  ApiError,
  ApiUnreachableError,
  AuthenticationError,
  InvalidRequestError,
  NotFoundError,
  OverloadedError,
  PermissionError,
  RateLimitError,
  ServerError,
  SessionEndedError,
  SessionwrightError,
} from '../contract/errors';
import { optionName } from '../contract/start';
import type { ApiNames } from '../options/environment';
import { proxyFor } from '../options/network-proxy';
import { ProxyRefusal } from './proxy-refusal';

/** Where the URL and the key of the API were set, so that a message can name what to correct. */
export interface OptionNames {
  apiUrl: 'apiUrl' | ApiNames['apiUrl'];
  apiKey: 'apiKey' | ApiNames['apiKey'];
}

/** The call, as messages name it. */
export interface Exchange {
  /** Completes "Could not ...": `start a session`. */
  purpose: string;
  method: string;
  path: string;
  /** Scheme, host and port of the API. */
  origin: string;
  /** Where the URL and the key were set. */
  names: OptionNames;
}

/** Maximum length of foreign text in our messages, in characters; the second limit is for texts of a session API, which limits them itself. */
const MAX_QUOTE = 500;
const MAX_OWN_QUOTE = 5_000;

/** Removes secrets from a text before it is shown: the key, and tokens in URLs. */
export function redact(text: string, apiKey: string): string {
  return withoutUrlSecrets(apiKey ? text.replaceAll(apiKey, '***') : text, '***');
}

/** Returns the error for an answer that is not a success. `body` is parsed JSON or text, already without secrets. */
export function toApiError(
  exchange: Exchange,
  answer: { status: number; body: unknown; retryAfterMs: number | undefined },
): SessionwrightError {
  const { status, body, retryAfterMs } = answer;
  const parsed = parseErrorBody(body);
  const ended = parsed.code === 'session_ended' ? parsed.session : undefined;
  if (ended)
    return new SessionEndedError(
      `Could not ${exchange.purpose}: ${parsed.message ?? 'the session has ended'}`,
      {
        sessionId: ended.id,
        status: ended.status,
        endedAt: ended.endedAt ?? undefined,
        reason: ended.reason ?? undefined,
      },
    );
  const answered = `Could not ${exchange.purpose}: ${exchange.method} ${exchange.path} on ${exchange.origin} answered ${status}${quote(parsed)}`;
  const message = [
    answered,
    advice(status, { code: parsed.code, retryAfterMs, names: exchange.names }),
  ]
    .filter(Boolean)
    .join('. ');
  const details = { method: exchange.method, path: exchange.path, status, body };
  if (status === 422)
    return new InvalidRequestError(message, {
      ...details,
      code: 'invalid_request',
      issues: parsed.issues.map((issue) => ({ ...issue, path: optionName(issue.path) })),
    });
  if (status === 429)
    return new RateLimitError(message, { ...details, code: 'rate_limited', retryAfterMs });
  if (parsed.code !== undefined && isLasting(status, parsed.code))
    return new ApiError(message, { ...details, code: parsed.code });
  const [ErrorClass, code] = classFor(status);
  return new ErrorClass(message, { ...details, code, retryAfterMs });
}

/** Codes of errors that happen before a request is sent. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO)/;

/** Codes of Node and undici for invalid arguments. */
const FAULT = /^(ERR_ASSERTION|UND_ERR_INVALID_ARG)$/;

/**
 * Whether the network or the API failed: undici and the system give such an error a code. Any other error is a bug in our code or in
 * undici, and another try would not help.
 */
export function isOfNetwork(error: unknown): boolean {
  if (error instanceof ProxyRefusal) return true;
  if (!(error instanceof Error)) return false;
  if (isOfNetwork(error.cause)) return true;
  const isFault = error instanceof TypeError || error instanceof RangeError;
  const code = codeOf(error);
  return typeof code === 'string' && !isFault && !FAULT.test(code);
}

/** Returns the error for a call without an answer. */
export function toUnreachableError(exchange: Exchange, cause: unknown): SessionwrightError {
  const { purpose, method, path, origin, names } = exchange;
  const what = `Could not ${purpose}: ${method} ${path} on ${origin}: `;
  const details = { code: 'api_unreachable', method, path, cause } as const;
  if (cause instanceof ProxyRefusal) {
    const message = `${what}${cause.message}.`;
    if (cause.isFinal) return new SessionwrightError(message, { code: 'proxy_refused', cause });
    return new ApiUnreachableError(message, { ...details, maybeReceived: false });
  }
  const code = errorCode(cause);
  const maybeReceived = !NEVER_SENT.test(code);
  const proxy = proxyFor(new URL(origin));
  const reason = maybeReceived
    ? `the connection broke before the answer was complete (${code})`
    : `it is not reachable${proxy ? ` through the proxy ${proxy.host}` : ''} (${code})`;
  const message = `${what}${reason}. Check ${names.apiUrl}, and that the API is up.`;
  return new ApiUnreachableError(message, { ...details, maybeReceived });
}

/** Returns the error for a call that timed out. */
export function toDeadlineError(exchange: Exchange, timeoutMs: number): ApiUnreachableError {
  const message = `Could not ${exchange.purpose}: ${exchange.method} ${exchange.path} on ${exchange.origin} had no complete answer within ${Math.round(timeoutMs)} ms. Check that the API is up, or allow more time.`;
  return new ApiUnreachableError(message, {
    code: 'api_unreachable',
    method: exchange.method,
    path: exchange.path,
    maybeReceived: true,
  });
}

type SimpleErrorClass =
  | typeof AuthenticationError
  | typeof PermissionError
  | typeof NotFoundError
  | typeof OverloadedError
  | typeof ServerError
  | typeof ApiError;

function classFor(status: number): [SimpleErrorClass, string] {
  if (status === 401) return [AuthenticationError, 'unauthorized'];
  if (status === 403) return [PermissionError, 'forbidden'];
  if (status === 404) return [NotFoundError, 'not_found'];
  if (status === 503 || status === 529) return [OverloadedError, 'overloaded'];
  return isServerFailure(status) ? [ServerError, 'server_error'] : [ApiError, 'request_failed'];
}

/** 501 is permanent: the server does not implement the call. */
function isServerFailure(status: number): boolean {
  return status >= 500 && status !== 501;
}

/** Failures that a retry would repeat; the answer says what to do. */
function isLasting(status: number, code: string): boolean {
  return code === 'data_damaged' || (status === 501 && code === 'browser_not_found');
}

function advice(
  status: number,
  {
    code,
    retryAfterMs,
    names,
  }: { code: string | undefined; retryAfterMs: number | undefined; names: OptionNames },
): string {
  const wait = retryAfterMs === undefined ? 'later' : `in ${Math.ceil(retryAfterMs / 1000)} s`;
  switch (status) {
    case 401:
      return `Check the key: ${names.apiKey}.`;
    case 403:
      return 'The key may not do this; check the permissions and the plan of its account.';
    case 404:
      return `Check the id, and that ${names.apiUrl} names the API that knows it.`;
    case 422:
      return 'Correct the named fields.';
    case 429:
      return `Try again ${wait}, or with fewer sessions at a time.`;
    case 501:
      return code === undefined ? 'Another server, or another version of it, may be able to.' : ''; // it has said what it lacks
    case 503:
    case 529:
      return `The API has no capacity now; try again ${wait}.`;
    default:
      return adviceForOthers(status, code);
  }
}

function adviceForOthers(status: number, code: string | undefined): string {
  if (code !== undefined && isLasting(status, code)) return '';
  return isServerFailure(status) ? 'Try again later.' : 'Check the request.';
}

/** Quotes the answer: the message of a session API unchanged, the page of a proxy reduced to its text. */
function quote({ code, message, issues }: ParsedErrorBody): string {
  const fields = issues.map((issue) => `${optionName(issue.path)}: ${issue.message}`).join('; ');
  const own =
    (code === undefined
      ? message?.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ').replace(/\s+/g, ' ')
      : message
    )?.trim() ?? '';
  const text = issues.some((issue) => !own.includes(issue.message))
    ? [own, fields].filter(Boolean).join(' - ')
    : own;
  return text
    ? `: ${keptText(text, code === undefined ? MAX_QUOTE : MAX_OWN_QUOTE).replace(/\.+$/, '')}`
    : '';
}

/** undici wraps the error of the socket; the innermost code is the most specific. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const inner = error.cause instanceof Error ? errorCode(error.cause) : '';
  if (inner && inner !== 'Error') return inner;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
