import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileNameProblem } from '../../../src/contract/storage';
import { downloadName } from '../../../src/server/storage';

const at = new Date('2026-01-31T23:59:59.500Z');

test.each([
  ['report.pdf', '2026_01_31_23_59_59-report.pdf'],
  ['../../etc/passwd', '2026_01_31_23_59_59-.._._etc_passwd'],
  ['', '2026_01_31_23_59_59-download'],
  ['...', '2026_01_31_23_59_59-download'],
  ['.htaccess', '2026_01_31_23_59_59-.htaccess'],
  ['a:b?.txt', '2026_01_31_23_59_59-a_b_.txt'],
])('a page that suggests %j gets %j', (suggested, name) => {
  expect(downloadName(suggested, at, new Set())).toBe(name);
});

test('a name that is taken gets a number', () => {
  const taken = new Set(['2026_01_31_23_59_59-a.txt', '2026_01_31_23_59_59-a-2.txt']);
  expect(downloadName('a.txt', at, taken)).toBe('2026_01_31_23_59_59-a-3.txt');
});

test('whatever a page suggests, the name can be used', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ unit: fc.constantFrom('.', '/', ' ', 'a', '\0', '😀', 'CON'), maxLength: 90 })), (suggested) => {
      expect(fileNameProblem(downloadName(suggested, at, new Set()))).toBeUndefined();
    }),
  );
});
