/** Each line of docs/security.md has a line in tests/promises.md, which names tests that exist. */
import { expect, test } from 'vitest';
import { claimOf, rowsOf } from './proofs';

const documented = rowsOf('docs/security.md').map(claimOf);
const proven = rowsOf('tests/promises.md').map(claimOf);

test('there is a line for each kind of attack', () => {
  expect(documented.length).toBeGreaterThan(40);
});

test('each promised line has its tests, in the same order', () => {
  expect(proven.filter((claim) => documented.includes(claim))).toEqual(documented);
});
