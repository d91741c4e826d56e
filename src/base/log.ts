/**
 * Debug log on stderr: `DEBUG=sessionwright:*` in the environment loads the `debug` package. Never log a key, a token, a cookie, or typed
 * or displayed text. Log its count or length instead.
 */
import { createRequire } from 'node:module';
import type createDebug from 'debug';
import { printable } from './texts';

/** Areas of the log, such as `DEBUG=sessionwright:api`. */
export type LogArea = 'host' | 'lease' | 'api' | 'cdp' | 'clip' | 'browser' | 'server';

/** Logs a message. `format` may contain `%s`, `%d` and `%o`. */
export interface Log {
  (format: string, ...values: unknown[]): void;
  /** Whether the area is enabled, to skip expensive messages. */
  readonly enabled: boolean;
}

const off: Log = Object.assign(() => undefined, { enabled: false });

/** Whether `DEBUG` enables an area of ours. It contains names and patterns, separated by commas or spaces. */
export const isLogging = /(^|[\s,])(\*|sessionwright)/.test(process.env['DEBUG'] ?? '');

/** Returns the log of an area. */
export function logOf(area: LogArea): Log {
  if (!isLogging) return off;
  try {
    const debug = createRequire(import.meta.url)('debug') as typeof createDebug;
    const write = debug(`sessionwright:${area}`);
    const log = (format: string, ...values: unknown[]): void =>
      write(format, ...values.map((it) => (typeof it === 'string' ? printable(it) : it)));
    return Object.defineProperty(log, 'enabled', { get: () => write.enabled }) as Log;
  } catch {
    return off; // bundled into a program without the package
  }
}

/** Formats the milliseconds since a `performance.now()`. */
export function since(startedMs: number): string {
  return `${Math.round(performance.now() - startedMs)} ms`;
}

/** Formats an error for the log: its name, code, stack and causes. Omits quoted parts and further lines of its message, because they may contain values. */
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
