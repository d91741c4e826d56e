/** docs/security.md names tests that there are, and a proof in each row but those that stay open. */
import { expect, test } from 'vitest';
import { expectTest, proofsOf, rowsOf } from './proofs';

const rows = rowsOf('docs/security.md').filter((line) => line.split(' | ').length === 3);

test('there are rows', () => {
  expect(rows.length).toBeGreaterThan(25);
});

test.each(rows)('%s', (row) => {
  const proofs = proofsOf(row);
  if (!row.includes('](#what-stays-open)')) expect(proofs).not.toEqual([]);
  proofs.forEach(expectTest);
});
