/** The diff that `init` shows is one that `git apply` accepts. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unifiedDiff } from '../../../../src/cli/init/diff';

it('shows a changed line with three lines around it', () => {
  const before = Array.from({ length: 9 }, (_, n) => `line ${n + 1}\n`).join('');
  const after = before.replace('line 5', 'LINE 5');
  expect(unifiedDiff('a.ts', before, after).split('\n')).toEqual([
    '--- a/a.ts',
    '+++ b/a.ts',
    '@@ -2,7 +2,7 @@',
    ' line 2',
    ' line 3',
    ' line 4',
    '-line 5',
    '+LINE 5',
    ' line 6',
    ' line 7',
    ' line 8',
  ]);
});

it('turns the old text into the new one, for any texts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sw-diff-'));
  const file = join(folder, 'a.txt');
  const texts = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n'), { minLength: 1, maxLength: 25 });
  try {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        fc.pre(before.join('') !== after.join(''));
        writeFileSync(file, before.join(''));
        const diff = unifiedDiff('a.txt', before.join(''), after.join(''));
        execFileSync('git', ['apply', '-'], { cwd: folder, input: `${diff}\n` });
        expect(readFileSync(file, 'utf8')).toBe(after.join(''));
      }),
      { numRuns: 40 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
