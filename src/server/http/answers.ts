/** Answers: JSON, bytes, and errors, whose status and body are decided here and nowhere else. */
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorText, logOf } from '../../base/log';
import { errorBody, type EndedSession } from '../../contract/error-body';
import {
  ApiError,
  BrowserNotFoundError,
  CdpError,
  GridError,
  InvalidRequestError,
  isSessionwrightError,
  OverloadedError,
  RateLimitError,
  SessionEndedError,
  SessionwrightError,
} from '../../contract/errors';
import { badRequest } from '../../contract/refusals';
import type { SessionStatus } from '../../contract/session';

/** How long a client may take to read a refusal and to close, in milliseconds. */
const CLOSING_MS = 1_000;

const log = logOf('server');

/** How to answer. JSON and bytes are not cached unless `headers` says so. */
export interface AnswerOptions {
  /** @default 200 */
  status?: number;
  headers?: Record<string, string>;
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  body: object,
  options: AnswerOptions = {},
): void {
  sendBytes(response, Buffer.from(JSON.stringify(body)), {
    ...options,
    headers: { 'content-type': 'application/json', ...options.headers },
  });
}

/** Answers with bytes, whose type is in `headers`. */
export function sendBytes(
  response: ServerResponse,
  bytes: Buffer,
  { status = 200, headers }: AnswerOptions,
): void {
  response.writeHead(status, {
    'content-length': bytes.length,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(bytes);
}

/** The answer to a failed request. The text of an unexpected error only goes to the log. */
export function toAnswer(error: unknown): { body: object } & Required<AnswerOptions> {
  const status = statusOf(error);
  const isKnown = error instanceof SessionwrightError;
  if (status === 500 && log.enabled) log('unexpected: %s', errorText(error));
  const body = errorBody(status, isKnown ? error.message : 'The session server failed.', {
    code: status === 503 ? 'overloaded' : isKnown ? error.code : 'server_error',
    ...(error instanceof InvalidRequestError && { issues: error.issues }),
    ...(error instanceof SessionEndedError && { session: endedSession(error) }),
  });
  return { status, body, headers: retryHeaders(error) };
}

function endedSession(error: SessionEndedError): EndedSession {
  return {
    id: error.sessionId,
    status: error.status as SessionStatus,
    endedAt: error.endedAt ?? null,
    reason: error.reason ?? null,
  };
}

function retryHeaders(error: unknown): Record<string, string> {
  const isTemporary = error instanceof RateLimitError || error instanceof OverloadedError;
  if (!isTemporary || error.retryAfter === undefined) return {};
  return { 'retry-after': String(Math.ceil(error.retryAfter / 1000)) };
}

function statusOf(error: unknown): number {
  if (error instanceof SessionEndedError) return 410;
  if (error instanceof ApiError) return error.status ?? 500;
  if (error instanceof BrowserNotFoundError) return 501; // another try would get the same answer
  if (error instanceof GridError || isOfProvider(error)) return 424; // the same
  return error instanceof CdpError && error.method === 'connect' ? 503 : 500; // another try is safe: nothing was done yet
}

/** A provider's start was tried several times already. */
function isOfProvider(error: unknown): boolean {
  return isSessionwrightError(error) && /^provider_/.test(error.code);
}

/** Refuses an upgrade: answers with an error on the bare connection, and closes it. */
export function answerRaw(stream: Duplex, error: unknown): void {
  stream.on('error', () => stream.destroy());
  const cut = setTimeout(() => stream.destroy(), CLOSING_MS).unref();
  stream.once('close', () => clearTimeout(cut));
  const { status, headers, body } = toAnswer(error);
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`);
}

/** Answers what Node could not parse as a request. */
export function answerUnreadable({ code }: NodeJS.ErrnoException, stream: Duplex): void {
  if (!stream.writable || code === 'ECONNRESET') stream.destroy();
  else if (code === 'HPE_HEADER_OVERFLOW')
    answerRaw(
      stream,
      badRequest(
        431,
        'headers_too_large',
        'The URL and the headers are longer than 16 KB together. Send long values in the body.',
      ),
    );
  else if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    answerRaw(stream, badRequest(408, 'request_timeout', 'The request did not arrive in time.'));
  else answerRaw(stream, badRequest(400, 'invalid_request', 'This is not a valid HTTP request.'));
}
