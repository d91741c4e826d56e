/** One process, one cookie file: what is written, and what is left alone. */
import {
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCookieFile, saveCookies } from '../../../src/cookies/index';

const cookie = { name: 'sid', value: '1', domain: 'example.com', path: '/', httpOnly: true };
const change = { loaded: [], current: [cookie] };

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-files-'));
  file = join(folder, 'cookies.json');
});
afterEach(async () => rm(folder, { recursive: true }));

describe('a file', () => {
  test('loses its expired cookies when it is read', async () => {
    await writeFile(
      file,
      JSON.stringify([
        { ...cookie, expires: 5 },
        { ...cookie, name: 'kept' },
      ]),
    );
    expect((await readCookieFile(file)).map(({ name }) => name)).toEqual(['kept']);
  });

  test('whose folder is a file holds no cookies', async () => {
    await writeFile(join(folder, 'plain'), '');
    expect(await readCookieFile(join(folder, 'plain', 'cookies.json'))).toEqual([]);
  });

  test('that is missing holds no cookies, and is made together with its folder', async () => {
    const deep = join(folder, 'a', 'b', 'cookies.json');
    expect(await readCookieFile(deep)).toEqual([]);
    expect(await saveCookies(deep, change)).toEqual({ saved: 1 });
    expect(await readCookieFile(deep)).toEqual([cookie]);
  });

  test('is not written when nothing changed', async () => {
    expect(await saveCookies(file, { loaded: [], current: [] })).toEqual({ saved: 0 });
    await saveCookies(join(folder, 'sub', 'cookies.json'), { loaded: [cookie], current: [cookie] });
    expect(await readdir(folder)).toEqual([]);
    await saveCookies(file, change);
    const before = await stat(file);
    expect(await saveCookies(file, { loaded: [cookie], current: [cookie] })).toEqual({ saved: 0 });
    expect(await saveCookies(file, change)).toEqual({ saved: 0 }); // another worker saved the same
    expect(await stat(file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test.each([
    ['no JSON', '[{"name": "sid", '],
    ['no array', '{"cookies": []}\n'],
    ['a wrong cookie', '[ {"name": "sid"} ]'],
    ['nothing', ''],
  ])('that holds %s is left byte for byte as it is', async (_, content) => {
    await writeFile(file, content);
    const before = await stat(file);
    await expect(readCookieFile(file)).rejects.toMatchObject({
      name: 'CookieFileError',
      code: 'invalid_cookie_file',
      file,
    });
    await expect(saveCookies(file, change)).rejects.toMatchObject({
      name: 'CookieFileError',
      code: 'invalid_cookie_file',
      file,
    });
    expect(await readFile(file, 'utf8')).toBe(content);
    expect(await stat(file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(await readdir(folder)).toEqual(['cookies.json']);
  });

  test('that cannot be written is told with the file and the reason', async () => {
    await writeFile(join(folder, 'not-a-folder'), '');
    const inFile = join(folder, 'not-a-folder', 'cookies.json');
    await expect(saveCookies(inFile, change)).rejects.toMatchObject({
      name: 'CookieFileError',
      code: 'cookie_file_unwritable',
      file: inFile,
      message: expect.stringMatching(
        `Could not save cookies to ${inFile}: .*(EEXIST|ENOTDIR).*Check that its folder is writable`,
      ) as string,
      cause: expect.objectContaining({ syscall: expect.any(String) as string }) as Error,
    });
    await mkdir(file);
    for (const use of [readCookieFile(file), saveCookies(file, change)])
      await expect(use).rejects.toMatchObject({
        name: 'CookieFileError',
        code: 'invalid_cookie_file',
        file,
        message: expect.stringMatching(/Could not read the cookie file .*EISDIR/) as string,
        cause: expect.objectContaining({ code: 'EISDIR' }) as Error,
      });
  });

  test
    .runIf(process.platform === 'linux')
    .each(['/proc/cookies.json', '/proc/nope/a/cookies.json'])(
    'in a folder that takes nothing is told at once: %s',
    async (nowhere) => {
      await expect(saveCookies(nowhere, change)).rejects.toMatchObject({
        code: 'cookie_file_unwritable',
        file: nowhere,
      });
    },
  );

  test.skipIf(process.platform === 'win32')(
    'behind a link is replaced there, and the link stays',
    async () => {
      const real = join(folder, 'shared.json');
      await symlink('shared.json', file); // leads to nothing yet
      for (const name of ['a', 'b'])
        await saveCookies(file, { loaded: [], current: [{ ...cookie, name }] });
      expect((await lstat(file)).isSymbolicLink()).toBe(true);
      expect(await readlink(file)).toBe('shared.json');
      expect((await readCookieFile(real)).map(({ name }) => name)).toEqual(['a', 'b']);
      expect((await readdir(folder)).sort()).toEqual(['cookies.json', 'shared.json']);
    },
  );

  test.skipIf(process.platform === 'win32')('behind a loop of links is refused', async () => {
    await symlink('other.json', file);
    await symlink('cookies.json', join(folder, 'other.json'));
    await expect(saveCookies(file, change)).rejects.toMatchObject({ name: 'CookieFileError' });
  });
});

describe('replacing', () => {
  const isRoot = process.getuid?.() === 0;

  test.skipIf(process.platform === 'win32')('only its owner may read it', async () => {
    await saveCookies(file, change);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test.runIf(isRoot)("by root leaves a user's file that user's", async () => {
    await writeFile(file, '[]');
    await chown(file, 1234, 2345);
    await saveCookies(file, change);
    expect(await stat(file)).toMatchObject({ uid: 1234, gid: 2345 });
    expect(await readCookieFile(file)).toEqual([cookie]);
  });

  test.runIf(process.platform === 'linux')('leaves no file open', async () => {
    for (const name of ['a', 'b', 'c'])
      await saveCookies(file, { loaded: [], current: [{ ...cookie, name }] });
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map(async (fd) =>
        readlink(`/proc/self/fd/${fd}`).catch(() => ''),
      ),
    );
    expect(open.filter((it) => it.startsWith(folder))).toEqual([]);
  });
});
