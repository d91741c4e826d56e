import { expect, test } from 'vitest';
import {
  clipped,
  countText,
  durationText,
  oneLine,
  printable,
  printableJson,
} from '../../../src/base/texts';

test.each([
  [420, '420 ms'],
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

test.each([
  ['plain, \ttabbed\nand “quoted” 漢字 🎉', 'plain, \ttabbed\nand “quoted” 漢字 🎉'],
  ['\x1b]0;title\x07 \x1b[2J', '\\x1b]0;title\\x07 \\x1b[2J'],
  ['\x9b31m\x7f\r', '\\x9b31m\\x7f\\x0d'],
  ['a\r\nb', 'a\nb'],
  ['\u202egnp.exe\u2066', '\\u202egnp.exe\\u2066'],
  ['x\n  ::error file=a::lie', 'x\n  \\x3a:error file=a::lie'],
  ['::1 and a::b', '::1 and a::b'],
  ['see ##[error] and ##vso[task.x]', 'see #\\x23[error] and #\\x23vso[task.x]'],
  ['## [title]', '## [title]'],
])('%j is printed as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
  expect(printable(shown)).toBe(shown);
});

test('printable JSON is the same JSON', () => {
  const value = { a: '\x1b]0;x\x07\x9b\x7f\u202e ##[error] "é\\', b: [1, null] };
  const json = printableJson(value, 2);
  expect(printable(json)).toBe(json);
  expect(json).toMatch(/^[\n -~é]*$/);
  expect(JSON.parse(json)).toEqual(value);
});
