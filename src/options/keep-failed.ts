/** `keepFailed`: how long the session of a failed test stays open. */
import { timeMs } from '../base/texts';
import { environment } from './environment';
import type { SessionOptions } from './types';

/** The shortest and the longest time, in milliseconds. */
const LEAST_MS = 1_000;
const MOST_MS = 3_600_000;

/** Whether a value is such a time, or 0 for none. */
export function isKeepTime(value: number | string): boolean {
  const ms = toMs(value);
  return ms === 0 || (ms >= LEAST_MS && ms <= MOST_MS);
}

/** The time in milliseconds; undefined if sessions are not kept. In CI only the environment sets it: nobody watches, and the job waits. */
export function keepFailedMs({ keepFailed }: SessionOptions): number | undefined {
  const value = environment.keepFailed ?? (environment.isCI ? undefined : keepFailed);
  return value === undefined ? undefined : toMs(value) || undefined;
}

function toMs(value: number | string): number {
  return typeof value === 'number' || value === '0' ? Number(value) : timeMs(value);
}
