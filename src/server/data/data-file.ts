/** JSON files of the data folder, validated when they are read. A damaged one is reported with its name and field, and never changed. */
import { readFile } from 'node:fs/promises';
import type * as z from 'zod';
import { codeOf } from '../../base/errors';
import { isRecord, parseJson } from '../../base/json';
import { ApiError } from '../../contract/errors';
import { describeIssues, formatIssues } from '../../contract/issues';
import { isTheirs, type Account } from '../accounts/account';

/** Fields that a message names: a file of another kind has dozens of wrong ones. */
const MAX_FIELDS = 3;

/** A file that cannot be used: answered with 500 and the code `data_damaged`. */
export class DamagedFileError extends ApiError {
  /** What is wrong with the file: a field, or the whole. */
  readonly problem: string;
  readonly #content: unknown;

  constructor(name: string, problem: string, content?: unknown) {
    super(
      `The server's file ${name} is damaged: ${problem}. It is left as it is. Restore it from a backup, or remove it, and restart the server.`,
      { code: 'data_damaged', method: '', path: '', status: 500 },
    );
    this.problem = problem;
    this.#content = content;
  }

  /** Whether an account may know of the file: its owner and the operator, and any account that knows its id if the owner is unreadable. */
  isFor(account: Account): boolean {
    if (!isRecord(this.#content)) return true;
    const { owner } = this.#content;
    return isTheirs(account, typeof owner === 'string' ? owner : undefined);
  }
}

/**
 * Reads a JSON file.
 * @param file its path, and its `name` in messages, which is relative to the data folder
 * @returns undefined if there is no such file
 * @throws {@link DamagedFileError}
 */
export async function readDataFile<T>(
  file: { path: string; name: string },
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(file.path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new DamagedFileError(file.name, `it cannot be read (${String(codeOf(error))})`);
  }
  const content = parseJson(text);
  if (content === undefined)
    throw new DamagedFileError(file.name, text.trim() === '' ? 'it is empty' : 'it is not JSON');
  const read = schema.safeParse(content, { reportInput: true });
  if (read.success) return read.data;
  const issues = describeIssues(read.error.issues).slice(0, MAX_FIELDS);
  throw new DamagedFileError(file.name, formatIssues(issues), content);
}
