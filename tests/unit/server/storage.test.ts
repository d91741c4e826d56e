import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileNameProblem } from '../../../src/contract/storage';
import { SessionFolder } from '../../../src/server/data/session-folder';
import { downloadName, FileStorage } from '../../../src/server/data/storage';

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
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.string({ unit: fc.constantFrom('.', '/', ' ', 'a', '\0', '😀', 'CON'), maxLength: 90 }),
      ),
      (suggested) => {
        expect(fileNameProblem(downloadName(suggested, at, new Set()))).toBeUndefined();
      },
    ),
  );
});

test('an action uploads what is there, and its downloads never replace each other', async () => {
  const data = await mkdtemp(join(tmpdir(), 'sessionwright-storage-'));
  try {
    const [uploads, incoming] = [join(data, 'uploads'), join(data, 'incoming')];
    await Promise.all([mkdir(uploads), mkdir(incoming)]);
    await writeFile(join(uploads, 'a.txt'), 'a');
    const folder = new SessionFolder(data, 'one');
    const files = new FileStorage({ uploads, incoming }).forSession(folder, undefined);
    expect(await files.upload('a.txt')).toBe(join(uploads, 'a.txt'));
    for (const name of ['b.txt', '../uploads/a.txt', '', '..'])
      expect(await files.upload(name)).toBeUndefined();
    const names = await Promise.all(
      ['1', '2', '3'].map((content) =>
        files.storeDownload('../report.pdf', async (path) => writeFile(path, content)),
      ),
    );
    expect(new Set(names).size).toBe(3);
    expect(
      (
        await Promise.all(names.map((name) => readFile(join(folder.downloads, name), 'utf8')))
      ).sort(),
    ).toEqual(['1', '2', '3']);
    await expect(
      files.storeDownload('x', async () => Promise.reject(new Error('cancelled'))),
    ).rejects.toThrow('cancelled');
    expect(await readdir(folder.downloads)).toHaveLength(3);
    expect(await readdir(incoming)).toEqual([]);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});
