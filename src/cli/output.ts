/** Everything that the commands print. It may hold text of an API, which must not reach the terminal raw. */
import { inspect } from 'node:util';
import { printable, printableJson } from '../base/texts';

/** Prints text to stdout. */
export function printText(text: string): void {
  console.log(printable(text));
}

/** Prints a value as JSON to stdout. */
export function printJson(value: unknown, indent?: number): void {
  console.log(printableJson(value, indent));
}

/** Prints a message, or an error with its stack, to stderr. */
export function printError(error: unknown): void {
  console.error(printable(typeof error === 'string' ? error : inspect(error)));
}
