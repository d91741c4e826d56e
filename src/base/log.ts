/**
 * A log for those who look for a fault: `DEBUG=sessionwright:*` in the environment, in the way of the `debug` package, which is loaded
 * only then. It goes to stderr. No line holds a key, a token, a cookie, or what was typed or read: say of those how many or how long.
 */
import { createRequire } from 'node:module';
import type createDebug from 'debug';
import { printable } from './texts';

/** What can be asked for by itself, such as `DEBUG=sessionwright:api`. */
export type LogArea = 'host' | 'lease' | 'api' | 'cdp' | 'clip' | 'browser' | 'server';

/** Writes one line; `format` has the placeholders `%s`, `%d` and `%o`. */
export interface Log {
  (format: string, ...values: unknown[]): void;
  /** False when nobody reads it: then a line that takes work need not be made. */
  readonly enabled: boolean;
}

const off: Log = Object.assign(() => undefined, { enabled: false });

/** True when the environment asks for a line of ours. What follows `DEBUG` are names and patterns, with commas or spaces between. */
export const isLogging = /(^|[\s,])(\*|sessionwright)/.test(process.env['DEBUG'] ?? '');

/** The log of one area. */
export function logOf(area: LogArea): Log {
  if (!isLogging) return off;
  try {
    const debug = createRequire(import.meta.url)('debug') as typeof createDebug;
    const write = debug(`sessionwright:${area}`);
    const log = (format: string, ...values: unknown[]): void =>
      write(format, ...values.map((it) => (typeof it === 'string' ? printable(it) : it)));
    return Object.defineProperty(log, 'enabled', { get: () => write.enabled }) as Log;
  } catch {
    return off; // bundled into a program, without the package
  }
}

/** Milliseconds since a `performance.now()`, for a line. */
export function since(startedMs: number): string {
  return `${Math.round(performance.now() - startedMs)} ms`;
}

/** An error for the log: its name, code, stack and causes. Of its message, what is quoted and what follows the first line is left out: that is where values stand. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return `something that is no error (${typeof error})`;
  const [message = ''] = error.message.split('\n');
  const code = 'code' in error && typeof error.code === 'string' ? ` [${error.code}]` : '';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  const head = `${error.name}${code}: ${withoutValues(message)}`;
  const cause = error.cause === undefined ? [] : [`caused by ${errorText(error.cause)}`];
  return [head, ...frames, ...cause].join('\n');
}

function withoutValues(message: string): string {
  return message.replace(/\b(\w+:\/\/)\S+/g, '$1...').replace(/(["'`]).*\1/g, '$1...$1');
}
