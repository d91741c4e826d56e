/** Error answers on a bare connection: for upgrades that are refused, and for what is no HTTP request at all. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest } from '../../contract/refusals';
import { toAnswer } from './error-answer';

/** How long the other side may take to read such an answer and to close, in milliseconds: whoever does not would keep its place for ever. */
const CLOSING_MS = 1_000;

/** Says in HTTP why the request is refused, and closes the connection. What goes wrong with it meanwhile is nobody's concern. */
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
  });
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${text}`,
  );
}

/** Answers what Node could not read as a request. */
export function answerUnreadable(error: NodeJS.ErrnoException, stream: Duplex): void {
  if (stream.writable && error.code !== 'ECONNRESET') answerRaw(stream, unreadable(error));
  else stream.destroy();
}

function unreadable({ code }: NodeJS.ErrnoException): Error {
  if (code === 'HPE_HEADER_OVERFLOW')
    return badRequest(
      431,
      'headers_too_large',
      'The URL and the headers are longer than 16 KB together. Ids and names are shorter; send everything else in the body.',
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return badRequest(408, 'request_timeout', 'The request did not arrive in time. Send it again.');
  return badRequest(400, 'invalid_request', 'This is not a valid HTTP request.');
}
