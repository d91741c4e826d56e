/** Reads the JSON body of a request, within bounds. */
import type { IncomingMessage } from 'node:http';
import { badRequest } from '../errors';

/** Largest body accepted, in bytes: thousands of cookies fit. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/**
 * The parsed body; an empty object when there is none.
 * @throws {@link ApiError} 400 for what is not JSON, 413 when it is too long, 415 for another content type
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return {};
  const type = request.headers['content-type'] ?? '';
  if (!/\bjson\b/i.test(type)) throw badRequest(415, 'unsupported_media_type', `The body must be JSON, with "Content-Type: application/json" (it was "${type}").`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(400, 'invalid_json', `The body is not valid JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}.`);
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw badRequest(413, 'body_too_large', `The body is longer than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
