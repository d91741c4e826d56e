/** What a real browser makes of the cookies that a file holds. */
import { mkdtemp, rm } from 'node:fs/promises';
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

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-files-'));
  file = join(folder, 'cookies.json');
});
afterEach(async () => rm(folder, { recursive: true }));

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
          'gone=1; Max-Age=5',
        ]);
      if (request.url?.startsWith('/chip') === true)
        response.setHeader('set-cookie', [
          `chip=${request.url.slice(6)}; Path=/; Secure; SameSite=None; Partitioned`,
          'plain=1; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=99999',
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
      .poll(async () => (await readCookieFile(file)).map(({ name }) => name).sort())
      .toEqual(['seen', 'sid']); // the third one lived for five seconds

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

  test('every field of a storage state comes back: the partitions of a cookie too', async () => {
    const [other, { port }] = ['http://localhost', new URL(url)];
    const embed = (...urls: string[]): string =>
      urls.map((it) => `<iframe src="${it}"></iframe>`).join('');
    const first = await browser.newContext();
    const page = await first.newPage();
    const sees = async (path: string, body: string): Promise<void> => {
      await page.goto(path);
      await page.setContent(body, { waitUntil: 'load' });
    };
    const unpartitioned = { name: 'chip', value: 'none', domain: '127.0.0.1', path: '/' };
    await first.addCookies([{ ...unpartitioned, secure: true, sameSite: 'None' }]);
    await sees(url, embed(`${url}/chip/own`));
    await sees(`${other}:${port}`, embed(`${url}/chip/embedded`)); // another site's partition
    // Its own partition again, but below another site.
    await page.goto(url);
    await page.setContent(embed(`${other}:${port}/`), { waitUntil: 'load' });
    await page
      .frames()
      .at(-1)
      ?.setContent(embed(`${url}/chip/below`), { waitUntil: 'load' });
    const { cookies } = await first.storageState();
    expect(cookies.map(({ name, value }) => `${name}=${value}`).sort()).toEqual([
      'chip=below',
      'chip=embedded',
      'chip=none',
      'chip=own',
      'plain=1',
    ]);
    await saveCookies(file, { loaded: [], current: cookies.map(fromPlaywrightCookie) });
    await first.close();

    const second = await browser.newContext();
    await second.addCookies((await readCookieFile(file)).map(toPlaywrightCookie));
    const state = await second.storageState();
    expect(sorted(state.cookies)).toEqual(sorted(cookies));
    await (await second.newPage()).goto(url);
    expect(requestCookies?.split('; ').sort()).toEqual(['chip=none', 'chip=own', 'plain=1']);
    await second.close();
  });
});

function sorted<T extends { value: string }>(cookies: T[]): T[] {
  return cookies.sort((one, other) => one.value.localeCompare(other.value));
}
