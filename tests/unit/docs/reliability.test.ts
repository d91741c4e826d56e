/** Each line of docs/reliability.md has a line in tests/promises.md, which names tests that exist. */
import { expect, test } from 'vitest';
import { claimOf, expectTest, proofsOf, rowsOf } from './proofs';

const documented = rowsOf('docs/reliability.md').map(claimOf);
const proven = rowsOf('tests/promises.md').filter((row) => documented.includes(claimOf(row)));

test('there is a line for each kind of fault', () => {
  expect(documented.length).toBeGreaterThan(40);
});

test('each promised line has its tests, in the same order', () => {
  const measured = documented.indexOf(
    documented.find((row) => row.startsWith('| 300 faults')) ?? '',
  );
  expect(proven.map(claimOf)).toEqual(documented.slice(0, measured));
});

test.each(rowsOf('tests/promises.md'))('%s', (row) => {
  const proofs = proofsOf(row);
  expect(proofs).not.toEqual([]);
  proofs.forEach(expectTest);
});
