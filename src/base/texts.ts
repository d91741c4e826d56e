/** Formats texts for people: numbers, durations, sizes and long texts. */

/** Formats a duration, such as `420 ms`, `41.3 s`, `12 min 5 s` or `1 h 5 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Milliseconds of each unit of time. */
const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a time such as `30s` or `1.5h`; NaN if it is none. */
export function timeMs(text: string): number {
  const [, number = NaN, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text) ?? [];
  return Math.round(Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS]);
}

/** Formats a moment as the time of the day, such as `14:35:12`. */
export function clockText(atMs: number): string {
  return new Date(atMs).toLocaleTimeString('en-GB');
}

/** Formats a count: `1 minute`, `3 minutes`, `2,000 minutes`. */
export function countText(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

/** Formats a size: `43 KB`, `1.2 MB`. */
export function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Escapes a text for HTML, outside of tags. */
export function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Replaces line breaks, and trims the text. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Truncates a text, with three dots at its end. */
export function clipped(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}...` : text;
}

/** Control characters except tab and line feed (C0, DEL, C1), and those that change the direction of text: terminals interpret them. */
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
/** Commands that CI systems read from a log: `::error ...::` at the start of a line, `##[error]` and `##vso[...]` anywhere. */
const CI_COMMANDS = /^(\s*):(?=:[a-z][\w-]*(?: [^\n]*)?::)|(#)#(?=\w*\[)/gim;

/**
 * Makes a foreign text safe for a terminal or a CI log. Escapes control characters as `\x1b` and the like, and keeps tabs and line
 * breaks. Idempotent.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(OBEYED, (character) => {
      const code = character.charCodeAt(0);
      return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
    })
    .replace(CI_COMMANDS, (_, begin: string | undefined, sharp: string | undefined) =>
      sharp === undefined ? `${begin ?? ''}\\x3a` : '#\\x23',
    );
}

/** Returns JSON that is safe for a terminal: `JSON.stringify` only escapes some control characters. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replace(OBEYED, (character) => `\\u${hex(character.charCodeAt(0), 4)}`)
    .replace(/##(?=\w*\[)/g, '#\\u0023');
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
