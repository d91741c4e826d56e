import { expect, test } from 'vitest';
import { clipped, countText, durationText, oneLine } from '../../../src/base/texts';

test.each([
  [0, '0.0 s'],
  [41_260, '41.3 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [725_000, '12 min 5 s'],
])('%d ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('one is not many', () => {
  expect([0, 1, 2].map((n) => countText(n, 'minute'))).toEqual([
    '0 minutes',
    '1 minute',
    '2 minutes',
  ]);
  expect([1, 2].map((n) => countText(n, 'entry', 'entries'))).toEqual(['1 entry', '2 entries']);
});

test('a text on one line', () => {
  expect(oneLine('  a\n\tb  c ')).toBe('a b c');
  expect(oneLine(' \n ')).toBe('');
});

test('a long text is cut', () => {
  expect(clipped('abc', 3)).toBe('abc');
  expect(clipped('abcd', 3)).toBe('abc...');
});
