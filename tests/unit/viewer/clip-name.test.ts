/** What the file of a clip is called. */
import { expect, test } from 'vitest';
import { clipName } from '../../../src/viewer/replay/clip-name';

test.each([
  ['a guest pays by card', 'a guest pays by card.mp4'],
  ['cart › 2/3 paid: "yes" <b>?', 'cart › 2 3 paid yes b.mp4'],
  ['../../etc/passwd', 'etc passwd.mp4'],
  ['ends with dots...', 'ends with dots.mp4'],
  ['gelöschte 購物車', 'gelöschte 購物車.mp4'],
  ['line\nbreak\tand \u202Ereversed', 'line break and reversed.mp4'],
  ['...', 'test.mp4'],
  ['', 'test.mp4'],
])('of the test %j: %s', (title, name) => {
  expect(clipName(title)).toBe(name);
});

test('a long title is cut, between its characters', () => {
  expect(clipName('🛒'.repeat(500))).toBe(`${'🛒'.repeat(80)}.mp4`);
});
