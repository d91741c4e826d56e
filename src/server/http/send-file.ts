/** Sends a file over HTTP, whole or in part, so that a player can seek in it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { badRequest } from '../../contract/refusals';
import { countText } from '../../base/texts';

/** First and last byte, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Answers with the file, or with the part that a `Range` header asks for (206).
 * @throws {@link ApiError} 416 when there is no such part
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: { path: string; contentType: string },
): Promise<void> {
  const { size } = await stat(file.path);
  const range = parseRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    response.setHeader('content-range', `bytes */${size}`);
    throw badRequest(
      416,
      'range_not_satisfiable',
      `The file has ${countText(size, 'byte')}, and none in the range that was asked for.`,
    );
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    'content-type': file.contentType,
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD' || size === 0) response.end();
  else
    await pipeline(createReadStream(file.path, { start, end }), response).catch(() =>
      response.destroy(),
    ); // the player went away
}

/** The part that a `Range` header asks for. Undefined for the whole: no header, several parts, or one that cannot be read. */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '')
    return last === '' ? undefined : withinFile(size - Number(last), size - 1, size);
  if (last === '') return withinFile(Number(first), size - 1, size);
  return Number(last) < Number(first) ? undefined : withinFile(Number(first), Number(last), size);
}

function withinFile(start: number, end: number, size: number): ByteRange | 'unsatisfiable' {
  const range = { start: Math.max(0, start), end: Math.min(end, size - 1) };
  return range.start > range.end ? 'unsatisfiable' : range;
}
