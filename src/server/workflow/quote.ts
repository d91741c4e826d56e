/** Text in TypeScript source: as a string, and in a comment. Pure. */

/** A single-quoted string of any text, on one line. */
export function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  return `'${escapeLineEnds(escaped)}'`;
}

/** A comment of any text, on one line. */
export function comment(text: string): string {
  return `// ${escapeLineEnds(JSON.stringify(text).slice(1, -1))}`;
}

/** These end a line in JavaScript, but not in JSON. */
function escapeLineEnds(text: string): string {
  return text.replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029');
}
