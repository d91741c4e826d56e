/** Texts of errors that Playwright and pages throw, for callers of the API. */
import { stripVTControlCharacters } from 'node:util';
import { messageOf } from '../base/errors';

/** The whole text of an error, without colours. */
export function textOf(error: unknown): string {
  return stripVTControlCharacters(messageOf(error)).trim();
}

/** What happened, in one line: without the name of the call, and without its log. */
export function firstLine(error: unknown): string {
  const [line = ''] = textOf(error).split('\n');
  return line.replace(/^(?:\w+\.)+\w+: /, '');
}
