import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileListSchema, fileNameProblem } from '../../../src/contract/storage';
import { encodeFileList } from './wire';

test.each([
  'report.pdf',
  'résumé (1).docx',
  '.env',
  'a b.txt',
  'データ.csv',
  '100%.txt',
  'console.log',
  'falcon',
  'com10',
  'null',
  'nul-1.txt',
  'x#y&z=1;2',
  '😀.png',
  'a'.repeat(255),
])('%j is a name', (name) => {
  expect(fileNameProblem(name)).toBeUndefined();
});

test.each([
  ['', /empty/],
  ['.', /path/],
  ['..', /path/],
  ['...', /path/],
  ['../a', /path/],
  ['a/../../b', /path/],
  ['/etc/passwd', /path/],
  ['C:\\x', /path/],
  ['C:x', /must not hold/],
  ['..\\a', /path/],
  ['a\0.txt', /control/],
  ['a\nb', /control/],
  ['a\u007fb', /control/],
  ['a?b', /must not hold/],
  ['a*', /must not hold/],
  ['a\ud800b', /must not hold/],
  ['a.', /dot/],
  ['a ', /space/],
  [' a', /space/],
  ['CON', /device/],
  ['nul', /device/],
  ['aux.txt', /device/],
  ['Com1.tar.gz', /device/],
  ['lpt9', /device/],
  ['conout$', /device/],
  ['a'.repeat(256), /255 bytes/],
  ['é'.repeat(128), /255 bytes/],
])('%j is none', (name, why) => {
  expect(fileNameProblem(name)).toMatch(why);
});

test('whatever is accepted stays in its folder', { timeout: 15_000 }, () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('.', '/', '\\', ' ', 'a', '\0', ':') }),
      ),
      (name) => {
        if (fileNameProblem(name) === undefined)
          expect(
            new URL(`http://h/folder/${encodeURIComponent(name)}`).pathname.split('/'),
          ).toEqual(['', 'folder', encodeURIComponent(name)]);
      },
    ),
  );
});

test('lists of files travel', () => {
  const files = [{ name: 'a.txt', size: 3, extension: '.txt', updatedAt: new Date(0) }];
  expect(encodeFileList(files)).toEqual({
    files: [{ name: 'a.txt', size: 3, file_ext: '.txt', updated_at: '1970-01-01T00:00:00.000Z' }],
  });
  expect(fileListSchema.parse(encodeFileList(files))).toEqual(files);
  expect(
    fileListSchema.parse({ files: ['b.txt', { name: 'c', size: 1, file_ext: '' }] }),
  ).toMatchObject([
    { name: 'b.txt', extension: '', size: 0, updatedAt: null },
    { name: 'c', size: 1 },
  ]);
});
