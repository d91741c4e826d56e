/** `server.json` of the data folder: the version of the folder's format, and the key that signs URLs. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJson } from '../../base/json';
import { SessionwrightError } from '../../contract/errors';
import { DamagedFileError, readDataFile } from './data-file';

/**
 * The format that this version writes. It reads all formats up to this one; a folder without a version has format 0, which differs
 * only in that. Raise it when an older version can no longer read what this one writes.
 */
const FORMAT = 1;
/** Length of a new key that signs URLs, in bytes: the length of the hash (SHA-256). */
const SIGNING_KEY_BYTES = 32;
/** The same in characters of base64url. */
const SIGNING_KEY_CHARS = Math.ceil((SIGNING_KEY_BYTES * 4) / 3);

const formatSchema = z.object({ format: z.int().min(0).default(0) });
const fileSchema = formatSchema.extend({
  signing_key: z
    .string()
    .regex(/^[\w-]*$/, 'must be base64url')
    .min(SIGNING_KEY_CHARS, `must have at least ${SIGNING_KEY_CHARS} characters`),
});

/**
 * The key that signs URLs: the folder's own, or a new one in a new folder. A folder of an older format gets the current version.
 * @throws {@link SessionwrightError} `data_folder_unusable` for a newer format and for a damaged file, which is left as it is
 */
export async function openServerFile(folder: string): Promise<Buffer> {
  const file = { path: join(folder, 'server.json'), name: 'server.json' };
  const unusable = (why: string): SessionwrightError =>
    new SessionwrightError(`Cannot use the data folder ${folder}: ${why}`, {
      code: 'data_folder_unusable',
    });
  try {
    const { format } = (await readDataFile(file, formatSchema)) ?? { format: 0 };
    if (format > FORMAT)
      throw unusable(
        `it was written by a newer sessionwright (format ${format}); this one reads formats up to ${FORMAT}. Use that version, or name another folder.`,
      );
    const known = await readDataFile(file, fileSchema);
    const signingKey = known?.signing_key ?? randomBytes(SIGNING_KEY_BYTES).toString('base64url');
    if (known?.format !== FORMAT)
      await writeJson(file.path, { format: FORMAT, signing_key: signingKey });
    return Buffer.from(signingKey, 'base64url');
  } catch (error) {
    if (!(error instanceof DamagedFileError)) throw error;
    throw unusable(
      `its file ${file.name} is damaged: ${error.problem}. Restore it from a backup. Without it, a new one is made: sessions and profiles stay, and signed URLs that were given out end.`,
    );
  }
}
