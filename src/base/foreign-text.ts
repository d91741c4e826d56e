/** Text from pages, clients and browsers, made safe to keep in memory: copied, and cut by bytes. */

/** The most bytes of UTF-8 that one UTF-16 unit takes: a surrogate pair takes four for two. */
const MAX_BYTES_OF_UNIT = 3;

const encoder = new TextEncoder();

/**
 * Copies a text that comes from outside, and cuts it to so many bytes of UTF-8. Use it for every such text that outlives the call in
 * which it came. `slice` and `substring` do not do: what V8 returns for them keeps the whole original in memory, so that 500
 * characters hold on to 20 MB. A character that does not fit is left out whole; half of a surrogate pair becomes U+FFFD.
 * @param maxBytes - most bytes of UTF-8 that are kept
 */
export function keptText(text: string, maxBytes: number): string {
  const start = text.length > maxBytes ? text.slice(0, maxBytes) : text; // a character takes at least a byte
  const bytes = Buffer.allocUnsafe(Math.min(maxBytes, start.length * MAX_BYTES_OF_UNIT));
  return bytes.toString('utf8', 0, encoder.encodeInto(start, bytes).written);
}

/**
 * Copies names and texts of a record, such as headers, and cuts each to `maxTextBytes`. Fields that do not fit into `maxBytes` in all
 * are left out.
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
