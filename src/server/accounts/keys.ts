/** Checks the keys of a shared server, which come as a list or in a file. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { isLoopback } from '../../base/addresses';
import { messageOf } from '../../base/errors';
import { OptionsError } from '../../contract/errors';
import type { AccountKey } from './account';

/** Shortest key of a server that others can reach, in characters: 16 hex digits are 64 bits, too many to guess over a network. */
export const MIN_KEY_LENGTH = 16;
/** Names are also names of folders, on every system. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** Sessions of one key, at most: as many as the server may have. */
const MAX_SESSIONS = 65_535;

const keysSchema = z
  .array(
    z.strictObject({
      name: z
        .string()
        .regex(
          NAME,
          'must be 1 to 64 of a-z, 0-9, "-" and "_", and begin with neither of these two',
        ),
      key: z.string().min(MIN_KEY_LENGTH, `must have at least ${MIN_KEY_LENGTH} characters`),
      maxSessions: z.int().min(1).max(MAX_SESSIONS).optional(),
    }),
  )
  .min(1, 'must hold at least one key');

/**
 * Refuses a key that is easy to guess.
 * @throws {@link OptionsError} if the server does not listen on loopback, and the key is shorter than {@link MIN_KEY_LENGTH}
 */
export function checkKeyLength(apiKey: string, hostname: string): void {
  if (isLoopback(hostname) || apiKey.length >= MIN_KEY_LENGTH) return;
  throw new OptionsError(
    `The key is too short for a server on ${hostname}, which others can reach: it has ${apiKey.length} characters and needs at least ${MIN_KEY_LENGTH}. Without one, a random key is made.`,
    { path: 'apiKey' },
  );
}

/**
 * Checks keys.
 * @param where - their source in messages, such as the path of the file
 * @param operatorKey - the server's own key, which no account may have
 * @throws {@link OptionsError} that names the wrong field, but never its value
 */
export function checkKeys(keys: unknown, where: string, operatorKey?: string): AccountKey[] {
  const read = keysSchema.safeParse(keys);
  if (!read.success) {
    const [issue] = read.error.issues;
    const path = (issue?.path ?? [])
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
      .join('');
    throw refusal(where, `${path || 'the whole'} ${issue?.message ?? 'is wrong'}`);
  }
  for (const field of ['name', 'key'] as const) {
    const values = read.data.map((it) => it[field]);
    const twice = values.findIndex((value, index) => values.indexOf(value) !== index);
    if (twice >= 0) throw refusal(where, `[${twice}].${field} is there twice`);
  }
  const operators = read.data.findIndex(({ key }) => key === operatorKey);
  if (operators >= 0)
    throw refusal(
      where,
      `[${operators}].key is the key of the server itself (SESSIONWRIGHT_API_KEY), which is the operator's and sees everything; make another one for it`,
    );
  return read.data;
}

/**
 * Reads a file of keys.
 * @throws {@link OptionsError} for an unreadable file, for invalid JSON, and as {@link checkKeys}
 */
export async function readKeysFile(path: string, operatorKey?: string): Promise<AccountKey[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw refusal(path, `it cannot be read: ${messageOf(error)}`);
  });
  let keys: unknown;
  try {
    keys = JSON.parse(text);
  } catch {
    throw refusal(path, 'it is no JSON'); // the parser's message quotes the file
  }
  return checkKeys(keys, path, operatorKey);
}

function refusal(where: string, what: string): OptionsError {
  return new OptionsError(
    `The keys of ${where} cannot be used: ${what}. They are a list like [{ "name": "team-a", "key": "...", "maxSessions": 4 }].`,
    { path: 'keys' },
  );
}
