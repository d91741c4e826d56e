/** What all commands share: options, help, and how one command is picked from several. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf } from '../base/errors';
import { timeMs } from '../base/texts';
import { nearestName } from '../contract/naming';
import { printText } from './output';

/** The command line is wrong: its message is shown as it is, and the exit code is 2. */
export class UsageError extends Error {}

/** Runs a command with the arguments after its name. */
export type Command = (args: string[]) => Promise<void>;

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;
type Values<O extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>
>['values'];

/** Options of every command. */
const COMMON_OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The values of a command's options. */
export type OptionValues<O extends OptionsConfig> = Values<O & typeof COMMON_OPTIONS>;

/**
 * Defines a command. It prints `usage` if `--help` is set, and throws a {@link UsageError} for an unknown option, a missing value or too
 * many words.
 * @param maxWords - how many arguments that are no options it takes
 */
export function command<const O extends OptionsConfig>(
  { usage, options, maxWords = 0 }: { usage: string; options: O; maxWords?: number },
  run: (values: OptionValues<O>, words: string[]) => Promise<void>,
): Command {
  const all = { ...options, ...COMMON_OPTIONS };
  return async (args) => {
    const { values, positionals: words } = parse(args, all, usage);
    if (words.length > maxWords)
      throw new UsageError(`Unexpected "${words[maxWords] ?? ''}".\n\n${usage}`);
    if ('help' in values) printText(usage);
    else await run(values, words);
  };
}

/**
 * Defines a command that picks another one by its first argument.
 * @param prefix - what is before that argument, such as `sessions `
 */
export function commandGroup(
  commands: Readonly<Record<string, { summary: string; run: Command }>>,
  { prefix = '', about = [], more }: { prefix?: string; about?: string[]; more: string },
): Command {
  const rows = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`,
  );
  const usage = [
    `Usage: sessionwright ${prefix}<command> [options]`,
    '',
    ...about,
    ...rows,
    '',
    more,
  ].join('\n');
  return async ([name = 'help', ...args]) => {
    const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (found) await found.run(args);
    else if (['help', '--help', '-h'].includes(name)) printText(usage);
    else
      throw new UsageError(
        `Unknown command "${prefix}${name}"${suggestion(name, Object.keys(commands), prefix)}\n\n${usage}`,
      );
  };
}

/**
 * A whole number from an option's text; undefined if the option is not set.
 * @throws {@link UsageError} if it is not a whole number, or out of range
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

const HOUR_MS = 3_600_000;

/**
 * Milliseconds of a time such as `30s` or `1.5h`; undefined if the option is not set. A number alone counts seconds.
 * @throws {@link UsageError} if it is not a time, or out of range
 */
export function toTime(
  text: string | undefined,
  option: string,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (text === undefined) return undefined;
  const time = timeMs(/\d$/.test(text) ? `${text}s` : text);
  if (time >= least && time <= most) return time;
  throw new UsageError(
    `${option} takes a time such as 30s, 5m or 24h, from ${least} ms to ${Math.floor(most / HOUR_MS)} hours, not "${text}".`,
  );
}

/** A process id from an option's text. */
export function toPid(text: string | undefined): number | undefined {
  return toNumber(text, '--run', { least: 1, most: Number.MAX_SAFE_INTEGER });
}

function parse<O extends OptionsConfig>(args: string[], options: O, usage: string) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${problemOf(error, Object.keys(options))}\n\n${usage}`);
  }
}

/** Node's own message for an unknown option explains positional arguments, and suggests no other option. */
function problemOf(error: unknown, names: string[]): string {
  const message = messageOf(error);
  const unknown = /^Unknown option '-*([^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return message;
  return `Unknown option "${unknown.length > 1 ? '--' : '-'}${unknown}"${suggestion(unknown, names, '--')}`;
}

/** Such as `; did you mean --json?`; empty if no name is similar. */
function suggestion(name: string, known: readonly string[], prefix: string): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${prefix}${nearest}"?`;
}
