/** The keys of a shared server, as they are given: a list, or a file that holds it. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { messageOf } from '../../base/errors';
import { OptionsError } from '../../contract/errors';
import { MIN_KEY_LENGTH } from './key-length';
import type { AccountKey } from './account';

/** A name is a folder's too, on every system. */
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
 * Checks keys.
 * @param where what the message calls them, such as the path of their file
 * @param operatorKey the server's own key: whoever else had it would be the operator
 * @throws {@link OptionsError} with the field that is wrong, and never what it holds
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
 * @throws {@link OptionsError} when it cannot be read, is no JSON, or as {@link checkKeys}
 */
export async function readKeysFile(path: string, operatorKey?: string): Promise<AccountKey[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw refusal(path, `it cannot be read: ${messageOf(error)}`);
  });
  let keys: unknown;
  try {
    keys = JSON.parse(text);
  } catch {
    throw refusal(path, 'it is no JSON'); // what the parser says quotes the file
  }
  return checkKeys(keys, path, operatorKey);
}

function refusal(where: string, what: string): OptionsError {
  return new OptionsError(
    `The keys of ${where} cannot be used: ${what}. They are a list like [{ "name": "team-a", "key": "...", "maxSessions": 4 }].`,
    { path: 'keys' },
  );
}
