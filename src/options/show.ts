/** How a refused value is shown: short, and never a secret. */
import { withoutCredentials } from '../base/redaction';
import { clipped } from '../base/texts';

/** Longest text shown, in characters. */
const MAX_LENGTH = 60;

/** A value as it may stand in a message. Of objects only the kind is told: what is in them may be secret. */
export function show(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(clipped(withoutCredentials(value), MAX_LENGTH));
  if (['number', 'boolean', 'bigint'].includes(typeof value)) return String(value);
  return describe(value);
}

/** Only what kind of value it is. */
export function describe(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string (not shown)';
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
