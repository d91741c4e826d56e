import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../../src/base/folders';

test('a folder goes with all that is in it, and one that is not there is no error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
  await mkdir(join(folder, 'a', 'b'), { recursive: true });
  await writeFile(join(folder, 'a', 'b', 'c'), '');
  await removeFolder(folder);
  expect(existsSync(folder)).toBe(false);
  await removeFolder(folder);
});

test('a folder is made with those above it, more than once, and for one user when asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
  const deep = join(folder, 'a', 'b');
  await Promise.all([makeFolder(deep, 0o700), makeFolder(deep, 0o700)]);
  expect((await stat(deep)).mode & 0o777).toBe(0o700);
  await writeFile(join(folder, 'file'), '');
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await removeFolder(folder);
});

test.runIf(process.platform === 'linux')('where nothing can be made it says so', async () => {
  await expect(makeFolder('/proc/nope/below')).rejects.toMatchObject({ code: 'ENOENT' });
});
