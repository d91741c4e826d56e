/** Finds places in JSON text, so that a message can say where something is wrong. */

/** Line and column of an offset, both from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Where each element of an array begins. The text must be valid JSON with an array at its top. */
export function elementOffsets(text: string): number[] {
  const offsets: number[] = [];
  let depth = 0;
  let isElementNext = false;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]|[^\s"[\]{},:]+/g)) {
    if (isElementNext && token !== ']') offsets.push(index);
    if (token === ']' || token === '}') depth--;
    if (token === '[' || token === '{') depth++;
    isElementNext = depth === 1 && (token === ',' || (token === '[' && offsets.length === 0));
  }
  return offsets;
}
