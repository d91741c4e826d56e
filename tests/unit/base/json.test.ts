import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isRecord, parseJson, readJson, withoutNulls, writeJson } from '../../../src/base/json';

test('text is parsed, and what is no JSON is undefined', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson('null')).toBe(null);
  for (const text of ['', '{', 'undefined']) expect(parseJson(text)).toBe(undefined);
});

test('a file is written and read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const file = join(folder, 'a.json');
  expect(await readJson(file)).toBe(undefined);
  await writeJson(file, { a: 1 });
  expect(await readFile(file, 'utf8')).toBe('{\n "a": 1\n}\n');
  await writeJson(file, [2], { isDurable: false });
  expect(await readJson(file)).toEqual([2]);
  await writeFile(file, '[2');
  expect(await readJson(file)).toBe(undefined);
  expect(await readdir(folder)).toEqual(['a.json']);
});

test('an object is told from lists, null and simple values', () => {
  for (const value of [{}, { a: 1 }, Object.create(null)]) expect(isRecord(value)).toBe(true);
  for (const value of [[], null, undefined, 'text', 1, () => {}])
    expect(isRecord(value)).toBe(false);
});

test('fields that say nothing are left out, and no others', () => {
  expect(withoutNulls({ a: null, b: undefined, c: 0, d: '', e: false, f: [null] })).toEqual({
    c: 0,
    d: '',
    e: false,
    f: [null],
  });
});
