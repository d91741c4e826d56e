/** Reads the arguments of a subcommand, strictly, and refuses what it does not know. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf } from '../base/errors';
import { nearestName } from '../contract/naming';

/** The command line is wrong: the message is shown as it is, and the exit code is 2. */
export class UsageError extends Error {}

/** The options of a subcommand, as `node:util` describes them. */
type OptionsConfig = NonNullable<ParseArgsConfig['options']>;
type Values<O extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>
>['values'];

/**
 * Parses the options of a subcommand that takes nothing else.
 * @throws {@link UsageError} for an unknown option, a missing value or a stray word.
 */
export function parseOptions<O extends OptionsConfig>(
  args: string[],
  options: O,
  usage: string,
): Values<O> {
  return parseArguments(args, options, { usage, atMost: 0 }).values;
}

/**
 * Parses the options and the words of a subcommand.
 * @throws {@link UsageError} for an unknown option, a missing value, or more words than it takes.
 */
export function parseArguments<O extends OptionsConfig>(
  args: string[],
  options: O,
  { usage, atMost }: { usage: string; atMost: number },
): { values: Values<O>; words: string[] } {
  const { values, positionals } = parse(args, options, usage);
  if (positionals.length > atMost)
    throw new UsageError(`Unexpected "${positionals[atMost] ?? ''}".\n\n${usage}`);
  return { values, words: positionals };
}

/**
 * A whole number from an option's text; undefined when it was not given.
 * @throws {@link UsageError} when it is none, or out of range
 */
export function toNumber(
  text: string | undefined,
  option: string,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not "${text}".`);
  return value;
}

function parse<O extends OptionsConfig>(args: string[], options: O, usage: string) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${whatIsWrong(error, Object.keys(options))}\n\n${usage}`);
  }
}

/** Node's own message of an unknown option explains what nobody has asked, and names no other. */
function whatIsWrong(error: unknown, names: string[]): string {
  const message = messageOf(error);
  const unknown = /^Unknown option '-*([^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return message;
  const nearest = nearestName(unknown, names);
  return `Unknown option "${unknown.length > 1 ? '--' : '-'}${unknown}"${nearest === undefined ? '' : `; did you mean --${nearest}?`}`;
}
