/** Formats errors of Playwright and pages for callers of the API. */
import { stripVTControlCharacters } from 'node:util';
import { messageOf } from '../base/errors';

/** Returns the whole text of an error, without colors. */
export function textOf(error: unknown): string {
  return stripVTControlCharacters(messageOf(error)).trim();
}

/** Returns the problem in one line, without the name of the call and its log. */
export function firstLine(error: unknown): string {
  const [line = ''] = textOf(error).split('\n');
  return line.replace(/^(?:\w+\.)+\w+: /, '');
}
