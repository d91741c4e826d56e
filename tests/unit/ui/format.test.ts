/** Times and names as people read them. */
import { expect, test } from 'vitest';
import { countText, durationText } from '../../../src/base/texts';
import { age, clock, shortUrl } from '../../../src/ui/format';

test.each([
  [0, '0:00'],
  [7_999, '0:07'],
  [754_000, '12:34'],
  [3_723_000, '1:02:03'],
  [-5, '0:00'],
])('%d ms on a clock: %s', (ms, text) => expect(clock(ms)).toBe(text));

test.each([
  [0, '0:00.0'],
  [7_950, '0:07.9'],
  [61_200, '1:01.2'],
])('%d ms with tenths: %s', (ms, text) => expect(clock(ms, true)).toBe(text));

test.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_900_000, '1 h 5 min'],
  [90_000_000, '1 d 1 h'],
])('an age of %d ms: %s', (ms, text) => expect(age(ms)).toBe(text));

test.each([
  [420, '420 ms'],
  [9_940, '9.9 s'],
  [61_000, '1 min 1 s'],
  [3_900_000, '1 h 5 min'],
])('a duration of %d ms: %s', (ms, text) => expect(durationText(ms)).toBe(text));

test('a short URL for a card', () => {
  expect(shortUrl('https://example.com/cart/?token=1#top')).toBe('example.com/cart');
  expect(shortUrl('about:blank')).toBe('about:blank');
  expect(shortUrl('http://shop.test/Oak%20chair')).toBe('shop.test/Oak chair');
  expect(shortUrl('http://shop.test/%')).toBe('shop.test/%');
});

test('one of something, or more', () => {
  const counts = [1, 0, 2_000].map((number) => countText(number, 'test'));
  expect(counts).toEqual(['1 test', '0 tests', '2,000 tests']);
});
