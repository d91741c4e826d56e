/** JSON as text and as files, and what is known of a value that came out of it. */
import { readFile } from 'node:fs/promises';
import { replaceFile, type ReplaceOptions } from './atomic-file';

/** The value of JSON text; undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The content of a JSON file; undefined when there is none, or it is not JSON. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return parseJson(text);
}

/** Replaces a JSON file in one step. */
export async function writeJson(
  file: string,
  value: unknown,
  options: ReplaceOptions = {},
): Promise<void> {
  await replaceFile(file, `${JSON.stringify(value, undefined, 1)}\n`, options);
}

/** True for a JSON object: neither a list nor null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object without the fields that say nothing. */
export function withoutNulls<T extends object>(value: T): WithoutNulls<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, content]) => content !== null && content !== undefined),
  ) as WithoutNulls<T>;
}

/** A type whose fields say something where they are present. */
export type WithoutNulls<T> = { [K in keyof T]: Exclude<T[K], null | undefined> };
