/** JSON texts and files, and checks of parsed values. */
import { readFile } from 'node:fs/promises';
import { replaceFile, type ReplaceOptions } from './atomic-file';

/** Parses JSON; undefined if it is invalid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads a JSON file; undefined if it is missing or invalid. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return parseJson(text);
}

/** Replaces a JSON file atomically. */
export async function writeJson(
  file: string,
  value: unknown,
  options: ReplaceOptions = {},
): Promise<void> {
  await replaceFile(file, `${JSON.stringify(value, undefined, 1)}\n`, options);
}

/** Returns true for a JSON object, and false for arrays and null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Copies an object without null and undefined fields. */
export function withoutNulls<T extends object>(value: T): WithoutNulls<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, content]) => content !== null && content !== undefined),
  ) as WithoutNulls<T>;
}

/** `T` without null fields. */
export type WithoutNulls<T> = { [K in keyof T]: Exclude<T[K], null | undefined> };
