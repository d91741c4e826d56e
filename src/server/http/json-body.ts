/** Reads the JSON body of a request, within limits of size, memory and depth. */
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { settledWithin } from '../../base/deadline';
import { messageOf } from '../../base/errors';
import { badRequest, refused, tooMany } from '../../contract/refusals';
import { NOBODY, type Account } from '../accounts/account';

/** Longest body with a key: thousands of cookies fit. */
const MAX_BODY = { bytes: 4 * 1024 * 1024, text: '4 MB' };
/** Longest body without a key: a ticket to the wall fits. */
const MAX_OPEN_BODY = { bytes: 1024, text: '1 KB' };
/** How much memory the bodies of one account may take together, in bytes: sixteen of the longest. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** What Node needs for each chunk of a body in addition to its bytes. A sender may make chunks of one byte. */
const CHUNK_BYTES = 200;
/** When a caller should retry after it exceeded {@link MAX_HELD_BYTES}, in milliseconds. */
const RETRY_MS = 1_000;
/** Most values in a body, on all levels: all cookies of a Chromium (3,300) fit. Checking more could take minutes and gigabytes. */
const MAX_VALUES = 50_000;
/** Deepest nesting of values: schemas for extraction fit. Recursive functions walk through them. */
const MAX_DEPTH = 100;
/** How long the rest of a refused body is read, in milliseconds: invalid requests are answered within a second. */
const DRAIN_MS = 700;

/** Counts the memory for one body. */
interface HeldBody {
  readonly max: { bytes: number; text: string };
  /** @throws {@link RateLimitError} if the bodies of the account take too much */
  readonly add: (bytes: number) => void;
  readonly release: () => void;
}

/** The memory that request bodies take until they are answered, per account. */
export class HeldBodies {
  readonly #bytes = new Map<string | undefined, number>();

  /** Counts the body of one request, until it is released. */
  open(account: Account): HeldBody {
    const { name } = account;
    let own = 0;
    const change = (bytes: number): void => {
      const held = (this.#bytes.get(name) ?? 0) + bytes;
      if (held > MAX_HELD_BYTES && account !== NOBODY) throw tooMuchHeld(name);
      own += bytes;
      if (held === 0) this.#bytes.delete(name);
      else this.#bytes.set(name, held);
    };
    return {
      max: account === NOBODY ? MAX_OPEN_BODY : MAX_BODY,
      add: change,
      release: () => change(-own),
    };
  }
}

function tooMuchHeld(name: string | undefined): Error {
  const key = name === undefined ? "the server's own key" : `the key "${name}"`;
  return tooMany(
    `The pending requests of ${key} hold 64 MB in their bodies, which is the limit. Send fewer requests at once, or try again later.`,
    RETRY_MS,
  );
}

/**
 * The parsed body; an empty object without one.
 * @throws {@link ApiError} 400 for invalid JSON, 413 for too many bytes or values, 415 for another content type, 422 for deep nesting and invalid Unicode
 */
export async function readJsonBody(request: IncomingMessage, held: HeldBody): Promise<unknown> {
  const text = await readText(request, held);
  if (text.trim() === '') return {};
  const type = request.headers['content-type'] ?? '';
  if (!/\bjson\b/i.test(type))
    throw badRequest(
      415,
      'unsupported_media_type',
      `The body must be JSON, with "Content-Type: application/json" (it was "${type}").`,
    );
  const body = parse(text);
  checkValues(body);
  return body;
}

/** Reads the rest of a body, because a client that still sends reads no answer. True if all of it arrived in time. */
export async function drain(request: IncomingMessage): Promise<boolean> {
  if (!request.readableEnded && !request.destroyed) {
    request.resume();
    await settledWithin(finished(request, { writable: false }), DRAIN_MS);
    request.pause();
  }
  return request.readableEnded;
}

async function readText(request: IncomingMessage, { max, add }: HeldBody): Promise<string> {
  const tooLong = (): Error =>
    badRequest(413, 'body_too_large', `The body is longer than ${max.text}. Send less at once.`);
  if (Number(request.headers['content-length'] ?? 0) > max.bytes) throw tooLong();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > max.bytes) throw tooLong();
    add(chunk.length + CHUNK_BYTES);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(400, 'invalid_json', `The body is not valid JSON: ${messageOf(error)}.`);
  }
}

/** Refuses what a schema cannot refuse in time, and lone surrogates: Chromium drops a command that contains one, without an answer. */
function checkValues(body: unknown): void {
  const pending = [{ value: body, path: '', depth: 0 }];
  let count = 1;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string') checkText(value, path);
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH)
      throw refused('Invalid request', [
        { path: '', message: `is nested deeper than ${MAX_DEPTH} levels` },
      ]);
    for (const name in value) {
      if (++count > MAX_VALUES)
        throw badRequest(413, 'body_too_large', `The body has more than ${MAX_VALUES} values.`);
      checkText(name, path);
      pending.push({
        value: (value as Record<string, unknown>)[name],
        path: path === '' ? name : `${path}.${name}`,
        depth: depth + 1,
      });
    }
  }
}

function checkText(text: string, path: string): void {
  if (/\p{Cs}/u.test(text))
    throw refused('Invalid request', [
      { path, message: 'is not valid Unicode: it contains a lone surrogate' },
    ]);
}
