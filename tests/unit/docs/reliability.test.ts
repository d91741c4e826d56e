/** Each line of docs/reliability.md names a test that exists. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const DOCS = join(import.meta.dirname, '../../../docs');
const manual = readFileSync(join(DOCS, 'reliability.md'), 'utf8');

const rows = manual
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what happens'));

test('there is a line for each kind of fault', () => {
  expect(rows.length).toBeGreaterThan(40);
});

test.each(rows)('%s', (row) => {
  const [, title = '', file = ''] = /\[(.+)\]\((\.\.\/tests\/\S+\.test\.ts)\) \|$/.exec(row) ?? [];
  expect(title, 'the last column links a test by its name').not.toBe('');
  const source = readFileSync(join(DOCS, file), 'utf8').replaceAll("\\'", "'");
  expect(['"', "'", '`'].some((quote) => source.includes(`${quote}${title}${quote}`))).toBe(true);
});
