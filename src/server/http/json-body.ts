/** Reads the JSON body of a request, within bounds. */
import type { IncomingMessage } from 'node:http';
import { withDeadline } from '../../base/deadline';
import { badRequest, refused, tooMany } from '../../contract/refusals';
import type { Account } from '../accounts/account';

/** What a body may be. */
interface BodyLimits {
  maxBytes: number;
  /** `maxBytes` as people read it. */
  max: string;
  /** How long it may take to arrive, in milliseconds. @default as long as the whole request */
  withinMs?: number;
  /** Called with the bytes that a part of it takes in memory; throws when there is no room for them. @default there is room */
  take?: (bytes: number) => void;
}

/** With a key: thousands of cookies fit. */
export const CALLERS_BODY = {
  maxBytes: 4 * 1024 * 1024,
  max: '4 MB',
} as const satisfies BodyLimits;
/** Without a key: a ticket to the wall fits. Of a longer body a little is read, so that its sender reads the answer. */
export const STRANGERS_BODY = {
  maxBytes: 1024,
  max: '1 KB',
  withinMs: 5_000,
  drainedBytes: 64 * 1024,
} as const satisfies BodyLimits & { drainedBytes: number };
/** What the bodies of one account may take together, in bytes: sixteen of the longest. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** What Node needs for each chunk of a body in addition to its bytes: a sender may make chunks of one byte. */
const CHUNK_BYTES = 200;
/** What a caller without room for its body should wait before the next try, in milliseconds. */
const RETRY_MS = 1_000;
/** Most values in a body, counted at every level: all cookies that a Chromium keeps (3,300) fit. Beyond it, saying what is wrong with each could take minutes and gigabytes. */
const MAX_VALUES = 50_000;
/** How deep values may be nested: schemas of what to extract fit. What walks through values calls itself at each level. */
const MAX_DEPTH = 100;

/** The bodies that a server holds, while they arrive and until they are answered. Each account has room of its own. */
export class HeldBodies {
  readonly #bytes = new Map<string | undefined, number>();

  /** Room for the body of one request: `release` frees it. */
  of({ name }: Account): { take: (bytes: number) => void; release: () => void } {
    let taken = 0;
    const add = (bytes: number): void => {
      taken += bytes;
      const held = (this.#bytes.get(name) ?? 0) + bytes;
      if (held === 0) this.#bytes.delete(name);
      else this.#bytes.set(name, held);
    };
    const take = (bytes: number): void => {
      if ((this.#bytes.get(name) ?? 0) + bytes > MAX_HELD_BYTES) throw tooMuchHeld(name);
      add(bytes);
    };
    return { take, release: () => add(-taken) };
  }
}

function tooMuchHeld(name: string | undefined): Error {
  const key = name === undefined ? "the server's own key" : `the key "${name}"`;
  return tooMany(
    `The requests under way with ${key} hold 64 MB in their bodies, as much as they may. Send fewer at once, or try again when some of them are answered.`,
    RETRY_MS,
  );
}

/**
 * The parsed body; an empty object when there is none.
 * @throws {@link ApiError} 400 for what is not JSON, 408 when it does not arrive in time, 413 when it is too long or holds too much, 415 for another content type, 422 for what is nested too deep or is no text
 */
export async function readJsonBody(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const text = await readInTime(request, limits);
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

async function readInTime(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  const { withinMs } = limits;
  const reading = readText(request, limits);
  if (withinMs === undefined) return reading;
  return withDeadline(reading, withinMs, () =>
    badRequest(
      408,
      'request_timeout',
      `The body did not arrive within ${withinMs / 1000} seconds. Send it again, at once.`,
    ),
  );
}

async function readText(
  request: IncomingMessage,
  { maxBytes, max, take }: BodyLimits,
): Promise<string> {
  const tooLong = (): Error =>
    badRequest(413, 'body_too_large', `The body is longer than ${max}. Send less at once.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLong();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong();
    take?.(chunk.length + CHUNK_BYTES);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(
      400,
      'invalid_json',
      `The body is not valid JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}.`,
    );
  }
}

/** JSON can spell halves of characters, which are no text: Chromium drops a command that holds one, without an answer. */
function checkValues(body: unknown): void {
  const waiting = [{ value: body, path: '', depth: 0 }];
  let count = 1;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string') checkText(value, path);
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH)
      throw refused('Invalid request', [
        { path: '', message: `is nested deeper than ${MAX_DEPTH} levels` },
      ]);
    for (const name in value) {
      if (++count > MAX_VALUES)
        throw badRequest(413, 'body_too_large', `The body holds more than ${MAX_VALUES} values.`);
      checkText(name, path);
      waiting.push({
        value: (value as Record<string, unknown>)[name],
        path: path === '' ? name : `${path}.${name}`,
        depth: depth + 1,
      });
    }
  }
}

function checkText(text: string, path: string): void {
  if (!isWellFormed(text))
    throw refused('Invalid request', [
      { path, message: 'is no text: it holds half of a character (a lone surrogate)' },
    ]);
}

/** As `String.prototype.isWellFormed`, which the language level of this code does not know yet. */
function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}
