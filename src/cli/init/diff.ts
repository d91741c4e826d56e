/** A unified diff of a file before and after its edits. */

/** Unchanged lines shown around a change. */
const CONTEXT = 3;

interface Line {
  kind: ' ' | '-' | '+';
  text: string;
}

/**
 * The diff as `git diff` shows it.
 * @param file - the path to show
 * @param before - the old text; undefined for a new file
 */
export function unifiedDiff(file: string, before: string | undefined, after: string): string {
  const lines = compare(linesOf(before ?? ''), linesOf(after));
  const head = [`--- ${before === undefined ? '/dev/null' : `a/${file}`}`, `+++ b/${file}`];
  return [...head, ...hunks(lines)].join('\n');
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Compares line by line. Edits replace or insert few lines, so the next common line is near. */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  const lines: Line[] = [];
  const add = (kind: Line['kind'], texts: readonly string[]): void => {
    lines.push(...texts.map((text) => ({ kind, text })));
  };
  let [old, now] = [0, 0];
  while (old < before.length || now < after.length) {
    if (old < before.length && before[old] === after[now]) {
      add(' ', [before[old] ?? '']);
      [old, now] = [old + 1, now + 1];
      continue;
    }
    const [removed, added] = difference(before.slice(old), after.slice(now));
    add('-', before.slice(old, old + removed));
    add('+', after.slice(now, now + added));
    [old, now] = [old + removed, now + added];
  }
  return lines;
}

/** How many lines to remove and to add until both continue with the same line. */
function difference(before: readonly string[], after: readonly string[]): [number, number] {
  for (let distance = 0; distance < before.length + after.length; distance++)
    for (let removed = 0; removed <= Math.min(distance, before.length); removed++) {
      const added = distance - removed;
      if (added < after.length && removed < before.length && before[removed] === after[added])
        return [removed, added];
    }
  return [before.length, after.length];
}

function hunks(lines: readonly Line[]): string[] {
  const changed = lines.flatMap(({ kind }, at) => (kind === ' ' ? [] : [at]));
  const shown = new Set(
    changed.flatMap((at) => Array.from({ length: 2 * CONTEXT + 1 }, (_, n) => at + n - CONTEXT)),
  );
  const output: string[] = [];
  let [old, now] = [1, 1];
  for (const [at, { kind, text }] of lines.entries()) {
    if (shown.has(at)) {
      if (at === 0 || !shown.has(at - 1)) output.push(hunkHead(lines, shown, { at, old, now }));
      output.push(kind + text);
    }
    if (kind !== '+') old++;
    if (kind !== '-') now++;
  }
  return output;
}

function hunkHead(
  lines: readonly Line[],
  shown: ReadonlySet<number>,
  { at, old, now }: { at: number; old: number; now: number },
): string {
  let end = at;
  while (end < lines.length && shown.has(end)) end++;
  const part = lines.slice(at, end);
  const count = (without: Line['kind']): number =>
    part.filter(({ kind }) => kind !== without).length;
  const range = (start: number, size: number): string =>
    `${size === 0 ? start - 1 : start},${size}`;
  return `@@ -${range(old, count('+'))} +${range(now, count('-'))} @@`;
}
