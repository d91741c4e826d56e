/** Values in JSON: lenient booleans and integers, datetimes and ISO 8601 durations. */
import * as z from 'zod';

import { lenient } from './exact';
import { MINUTE_MS } from './limits';

const TRUE_WORDS = new Set(['true', '1', 'yes', 'y', 'on', 't']);
const FALSE_WORDS = new Set(['false', '0', 'no', 'n', 'off', 'f']);

/** Converts the spellings of the cloud's clients (`True`, `1`, `"on"`) to a boolean; returns other values unchanged. */
function coerceBoolean(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const word = String(value).toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : value;
}

/** Converts a string of digits to a number; returns other values unchanged. */
export function coerceNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value)
    ? Number(value)
    : value;
}

/** Boolean in any accepted spelling. */
export const looseBoolean = lenient(coerceBoolean, z.boolean());

/** Integer, or a string of digits. Refuses `1.5`. */
export const looseInteger = lenient(coerceNumber, z.int());

/** Positive integer up to `maximum`. */
export const positiveInteger = (maximum: number) =>
  lenient(coerceNumber, z.int().min(1).max(maximum));

/** Duration in milliseconds; whole minutes on the wire. */
export const wholeMinutes = (most: number) => {
  const error = `Invalid input: expected whole minutes in milliseconds, a multiple of ${MINUTE_MS} from ${MINUTE_MS} to ${most * MINUTE_MS}`;
  return z
    .number({ error })
    .refine((ms) => ms % MINUTE_MS === 0 && ms >= MINUTE_MS && ms <= most * MINUTE_MS, { error });
};

/** Number, or a numeric string. */
export const looseNumber = lenient(coerceNumber, z.number());

/** Datetime: written as RFC 3339 with `Z`; read leniently, as UTC if it has no offset. */
export const datetime = z.codec(z.string(), z.date(), {
  decode: (text) => new Date(/(?:[zZ]|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`),
  encode: (date) => date.toISOString(),
});

/** Duration in milliseconds: written as ISO 8601; a number of seconds and `HH:MM:SS` are read too. */
export const duration: z.ZodType<number, string> = z.codec(
  z.union([z.string(), z.number()]),
  z.number({ error: 'Invalid input: expected a duration such as PT1M2.5S' }),
  {
    decode: (value) => (typeof value === 'number' ? value * 1000 : parseDuration(value)),
    encode: formatDuration,
  },
) as z.ZodType<number, string>;

const UNIT_MS = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000 };

/** Formats milliseconds as an ISO 8601 duration: `PT41.286S`, `PT1M2.5S`, `P1DT1H`, `PT0S`. */
export function formatDuration(durationMs: number): string {
  const total = Math.max(0, Math.round(durationMs));
  const days = Math.floor(total / UNIT_MS.day);
  const hours = Math.floor((total % UNIT_MS.day) / UNIT_MS.hour);
  const minutes = Math.floor((total % UNIT_MS.hour) / UNIT_MS.minute);
  const seconds = (total % UNIT_MS.minute) / UNIT_MS.second;
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`;
  const text = `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`;
  return text === 'P' ? 'PT0S' : text;
}

const ISO_DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const CLOCK_DURATION = /^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)$/;

/** Parses a duration into milliseconds; `NaN` if it is invalid. */
export function parseDuration(text: string): number {
  const parts = ISO_DURATION.exec(text) ?? CLOCK_DURATION.exec(text);
  if (!parts || text === 'P') return Number.NaN;
  const [days, hours, minutes, seconds] = parts
    .slice(1)
    .map((part) => Number((part as string | undefined) ?? 0));
  return (
    (days ?? 0) * UNIT_MS.day +
    (hours ?? 0) * UNIT_MS.hour +
    (minutes ?? 0) * UNIT_MS.minute +
    (seconds ?? 0) * UNIT_MS.second
  );
}
