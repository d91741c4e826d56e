/** Sends a file over HTTP, whole or in part, so that a player can seek in it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { countText } from '../../base/texts';
import { badRequest } from '../../contract/refusals';
import type { Exchange } from './http-router';

/** A file to send. */
export interface SentFile {
  path: string;
  contentType: string;
  headers?: Record<string, string>;
}

/** First and last byte, both included. */
interface ByteRange {
  start: number;
  end: number;
}

/**
 * Answers with the file, or with the part that a `Range` header requests (206).
 * @throws {@link ApiError} 416 if the file has no such part
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export async function sendFile(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  { path, contentType, headers }: SentFile,
): Promise<void> {
  const { size } = await stat(path);
  const range = parseRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    response.setHeader('content-range', `bytes */${size}`);
    throw badRequest(
      416,
      'range_not_satisfiable',
      `The file has ${countText(size, 'byte')}, and none of them is in the requested range.`,
    );
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    'content-type': contentType,
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
    ...headers,
  });
  if (request.method === 'HEAD' || size === 0) response.end();
  else
    await pipeline(createReadStream(path, { start, end }), response).catch(() =>
      response.destroy(),
    ); // the caller left
}

/** The part that a `Range` header requests. Undefined for the whole file: no header, several parts, or an invalid header. */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '') return last === '' ? undefined : clipped(size - Number(last), size - 1, size);
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return clipped(Number(first), last === '' ? size - 1 : Number(last), size);
}

function clipped(first: number, last: number, size: number): ByteRange | 'unsatisfiable' {
  const [start, end] = [Math.max(0, first), Math.min(last, size - 1)];
  return start > end ? 'unsatisfiable' : { start, end };
}
