/** What the commands below `sessions` share: their options, and how they print a session. */
import type { ParseArgsConfig } from 'node:util';
import type { SessionInfo } from '../../contract/session';
import { parseArguments, UsageError } from '../usage';
import { printText } from '../output';

/** Options that every command takes. */
export const COMMON_OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Parses the arguments of a command on one session; undefined when only its help was asked for, which is printed.
 * @param options - its options, {@link COMMON_OPTIONS} included
 * @throws {@link UsageError} when the id is missing
 */
export function parseWithId<
  O extends typeof COMMON_OPTIONS & NonNullable<ParseArgsConfig['options']>,
>(args: string[], options: O, usage: string) {
  const { values, words } = parseArguments(args, options, { usage, atMost: 1 });
  if ('help' in values) {
    printText(usage);
    return undefined;
  }
  const [id] = words;
  if (id === undefined) throw new UsageError(`Which session? Give its id.\n\n${usage}`);
  return { id, values };
}

/** A session as JSON for programs: as in TypeScript, without the URLs that hold tokens. */
export function toJson({ cdpUrl, playwrightUrl, viewerUrl, ...info }: SessionInfo): object {
  return info;
}
