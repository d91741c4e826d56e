/** docs/security.md names tests that there are, and a proof in each row but those that stay open. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const rows = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.split(' | ').length === 3)
  .filter((line) => !/\| (proof|an evaluation)/.test(line));

/** The proofs of a row, as `[file, title]`; a title without a file is of the one before. */
function proofsOf(row: string): [string, string | undefined][] {
  const proof = row.slice(row.lastIndexOf(' | '));
  const proofs: [string, string | undefined][] = [];
  for (const [, file, title] of proof.matchAll(/`(tests\/[^`]+)`|"([^"]+)"/g)) {
    const last = proofs.at(-1);
    if (file !== undefined) proofs.push([file, undefined]);
    else if (last && last[1] === undefined) last[1] = title;
    else if (last) proofs.push([last[0], title]);
  }
  return proofs;
}

test('there are rows', () => {
  expect(rows.length).toBeGreaterThan(25);
});

test.each(rows)('%s', (row) => {
  const proofs = proofsOf(row);
  if (!row.includes('](#what-stays-open)')) expect(proofs).not.toEqual([]);
  for (const [file, title] of proofs) {
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    const source = readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
    if (title !== undefined) expect(source).toContain(title);
  }
});
