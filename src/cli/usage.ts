/** Reads the options of a subcommand, strictly, and refuses what it does not know. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command line is wrong: the message is shown as it is, and the exit code is 2. */
export class UsageError extends Error {}

/** The options of a subcommand, as `node:util` describes them. */
type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/**
 * Parses the arguments of a subcommand.
 * @throws {@link UsageError} for an unknown option or a missing value.
 */
export function parseOptions<O extends OptionsConfig>(args: string[], options: O, usage: string): ReturnType<typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>>['values'] {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}
