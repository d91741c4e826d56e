import { expect, it } from 'vitest';
import { keptText } from '../../../src/base/foreign-text';
import { heapUsed } from '../heap-used';

it.each([
  ['a text that fits', 'hello', 5, 'hello'],
  ['one that is empty', '', 5, ''],
  ['a budget of nothing', 'hello', 0, ''],
  ['one that is longer', 'hello world', 5, 'hello'],
  ['a character of two bytes at the end', 'aäöü', 4, 'aä'],
  ['a character of four bytes that fits', 'a😀b', 5, 'a😀'],
  ['a character of four bytes that does not fit', 'a😀b', 4, 'a'],
  ['a longer text that is cut within a pair', '😀😀😀', 5, '😀'],
  ['characters of three bytes', '漢字漢字', 8, '漢字'],
  ['half of a pair', 'a\ud83d', 9, 'a\ufffd'],
])('keeps whole characters within the bytes: %s', (_, text, maxBytes, kept) => {
  expect(keptText(text, maxBytes)).toBe(kept);
  expect(Buffer.byteLength(keptText(text, maxBytes))).toBeLessThanOrEqual(maxBytes);
});

it('does not keep the text that it was cut from', () => {
  const before = heapUsed();
  const kept = Array.from({ length: 50 }, (_, index) => keptText(longText(index), 500));
  expect(heapUsed() - before).toBeLessThan(5_000_000);
  expect(kept.map(({ length }) => length)).toEqual(kept.map(() => 500));
});

/** A megabyte in one piece, as a parser makes it. */
function longText(index: number): string {
  return Buffer.alloc(1_000_000, String(index)).toString('latin1');
}
