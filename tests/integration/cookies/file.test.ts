/** One process, one cookie file: what is written, what is left alone, and what a real browser makes of it. */
import {
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
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium } from '../../../src/browser/find-chromium';
import {
  fromPlaywrightCookie,
  readCookieFile,
  saveCookies,
  toPlaywrightCookie,
} from '../../../src/cookies/index';

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
  test('that is missing holds no cookies, and is made together with its folder', async () => {
    const deep = join(folder, 'a', 'b', 'cookies.json');
    expect(await readCookieFile(deep)).toEqual([]);
    expect(await saveCookies(deep, change)).toEqual({ saved: 1 });
    expect(await readCookieFile(deep)).toEqual([cookie]);
  });

  test('is not written when nothing changed', async () => {
    expect(await saveCookies(file, { loaded: [], current: [] })).toEqual({ saved: 0 });
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
    });
    await mkdir(file);
    await expect(saveCookies(file, change)).rejects.toThrow(
      /Could not read the cookie file .*EISDIR/,
    );
  });

  test.skipIf(process.platform !== 'linux')(
    'in a folder that takes no files is told at once',
    async () => {
      await expect(saveCookies('/proc/cookies.json', change)).rejects.toMatchObject({
        code: 'cookie_file_unwritable',
        file: '/proc/cookies.json',
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
});

describe('with a real browser', () => {
  let browser: Browser;
  let server: Server;
  let url: string;
  let requestCookies: string | undefined;

  beforeAll(async () => {
    const { executablePath } = await findChromium();
    browser = await chromium.launch({ executablePath, args: ['--disable-background-networking'] });
    server = createServer((request, response) => {
      requestCookies = request.headers.cookie;
      if (request.url === '/sign-in')
        response.setHeader('set-cookie', [
          'sid=s1; HttpOnly; SameSite=Strict',
          'seen=1; Max-Age=99999999; Path=/',
          'gone=1; Max-Age=1',
        ]);
      response.setHeader('content-type', 'text/html').end('<title>page</title>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  test('a login lasts from one browser context to the next, and loading it changes nothing', async () => {
    const first = await browser.newContext();
    await (await first.newPage()).goto(`${url}/sign-in`);
    const current = (await first.cookies()).map((it) => fromPlaywrightCookie(it));
    expect(await saveCookies(file, { loaded: [], current })).toEqual({ saved: 3 });
    await first.close();

    await expect
      .poll(async () => (await readCookieFile(file)).map(({ name }) => name).sort(), {
        timeout: 5000,
      })
      .toEqual(['seen', 'sid']); // the third one lived for a second

    const loaded = await readCookieFile(file);
    const second = await browser.newContext();
    await second.addCookies(loaded.map((it) => toPlaywrightCookie(it)));
    await (await second.newPage()).goto(url);
    expect(requestCookies?.split('; ').sort()).toEqual(['seen=1', 'sid=s1']);
    expect(
      await saveCookies(file, {
        loaded,
        current: (await second.cookies()).map((it) => fromPlaywrightCookie(it)),
      }),
    ).toEqual({ saved: 0 });
    await second.close();
  });
});
