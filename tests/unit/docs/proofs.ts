/** Proofs in documents: `tests/…/x.test.ts` "its title". A title without a file belongs to the file before it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The rows of all tables in a document, without the header rows. */
export function rowsOf(path: string): string[] {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  return lines.filter(
    (line, n) => line.startsWith('| ') && !(lines[n + 1] ?? '').startsWith('|---'),
  );
}

/** The first cell of a row: what the document promises. */
export function claimOf(row: string): string {
  return row.split(' | ')[0] ?? '';
}

/** The proofs of a row, as `[file, title]`, from its last column. */
export function proofsOf(row: string): [string, string | undefined][] {
  const proof = row.slice(row.lastIndexOf(' | ', row.length - 3));
  const proofs: [string, string | undefined][] = [];
  for (const [, file, title] of proof.matchAll(/`(tests\/[^`]+)`|"([^"]+)"/g)) {
    const last = proofs.at(-1);
    if (file !== undefined) proofs.push([file, undefined]);
    else if (last && last[1] === undefined) last[1] = title;
    else if (last) proofs.push([last[0], title]);
  }
  return proofs;
}

/** Checks that the test exists. */
export function expectTest([file, title]: [string, string | undefined]): void {
  expect(existsSync(join(ROOT, file)), file).toBe(true);
  if (title === undefined) return;
  const source = readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
  expect(source.includes(title), `${file} has a test "${title}"`).toBe(true);
}
