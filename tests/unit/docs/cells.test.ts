/** Cells of tables in the docs are short: longer content has a heading below the table. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rowsOf } from './proofs';

const LONGEST = 160;
const names = readdirSync(join(import.meta.dirname, '../../../docs'));

test.each(names.filter((name) => name.endsWith('.md')))('docs/%s', (name) => {
  const cells = rowsOf(`docs/${name}`).flatMap((row) => row.split(' | '));
  expect(cells.filter((cell) => cell.replace(/^\| | \|$/g, '').length > LONGEST)).toEqual([]);
});
