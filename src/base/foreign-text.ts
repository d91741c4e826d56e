/** Makes texts of pages, clients and browsers safe to keep in memory: copies and truncates them. */

/** Maximum UTF-8 bytes per UTF-16 unit: a surrogate pair takes four for two units. */
const MAX_BYTES_OF_UNIT = 3;

const encoder = new TextEncoder();

/**
 * Copies a foreign text, truncated to `maxBytes` of UTF-8. Use it for each foreign text that outlives its call. Do not use `slice` or
 * `substring`: V8's result references the whole original, so that 500 characters can keep 20 MB in memory. Never splits a character; a
 * lone surrogate becomes U+FFFD.
 * @param maxBytes - maximum bytes of UTF-8
 */
export function keptText(text: string, maxBytes: number): string {
  const start = text.length > maxBytes ? text.slice(0, maxBytes) : text; // a character has at least one byte
  const bytes = Buffer.allocUnsafe(Math.min(maxBytes, start.length * MAX_BYTES_OF_UNIT));
  return bytes.toString('utf8', 0, encoder.encodeInto(start, bytes).written);
}

/**
 * Copies names and values of a record, such as headers, truncated to `maxTextBytes` each. Omits fields beyond a total of `maxBytes`.
 */
export function keptRecord(
  record: Readonly<Record<string, string>>,
  { maxTextBytes, maxBytes }: { maxTextBytes: number; maxBytes: number },
): Record<string, string> {
  const kept: Record<string, string> = {};
  let left = maxBytes;
  for (const [name, text] of Object.entries(record)) {
    const entry = [keptText(name, maxTextBytes), keptText(text, maxTextBytes)] as const;
    left -= Buffer.byteLength(entry[0]) + Buffer.byteLength(entry[1]);
    if (left < 0) break;
    kept[entry[0]] = entry[1];
  }
  return kept;
}
