/** Each line of docs/reliability.md names a test that exists. */
import { expect, test } from 'vitest';
import { expectTest, proofsOf, rowsOf } from './proofs';

const rows = rowsOf('reliability.md');

test('there is a line for each kind of fault', () => {
  expect(rows.length).toBeGreaterThan(40);
});

test.each(rows)('%s', (row) => {
  const proofs = proofsOf(row);
  expect(proofs).not.toEqual([]);
  proofs.forEach(expectTest);
});
