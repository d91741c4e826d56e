/** Chromium's own debugging port: open on loopback to the user's programs, and to no page, wherever it comes from. */
import { createServer, request, type Server } from 'node:http';
import { mkdtemp } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, type BrowserProcess } from '../../../src/browser/chromium';
import { removeProfile } from '../../../src/browser/profile-folder';

let folder: string;
let browser: BrowserProcess;
let client: Browser;
let site: Server;
/** Its URL, and the port of it. */
let cdpUrl: string;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-port-'));
  browser = await launchChromium({ userDataDir: folder });
  cdpUrl = browser.cdpUrl ?? '';
  port = Number(new URL(cdpUrl).port);
  client = await chromium.connectOverCDP(cdpUrl);
  site = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>A site</h1>'),
  );
  await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
});
afterAll(async () => {
  site.close();
  await client.close();
  await browser.close();
  await removeProfile(folder);
});

test('a page of the browser neither reads its address there nor drives it, were it known', async () => {
  const page = await client.newPage();
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  const tried = await page.evaluate(
    async ([list, socket]) => ({
      read: await fetch(String(list)).then(
        (answer) => answer.status,
        () => 'refused',
      ),
      driven: await new Promise((done) => {
        const opened = new WebSocket(String(socket));
        opened.onopen = () => done('open');
        opened.onerror = () => done('refused');
      }),
    }),
    [`http://127.0.0.1:${port}/json/version`, cdpUrl],
  );
  expect(tried).toEqual({ read: 'refused', driven: 'refused' });
});

test('a name that somebody else has turned to this machine is not answered', async () => {
  const statusOf = async (host: string): Promise<number | undefined> =>
    new Promise((done, fail) =>
      request({ port, host: '127.0.0.1', path: '/json/version', headers: { host } })
        .once('response', (response) => done(response.resume().statusCode))
        .once('error', fail)
        .end(),
    );
  expect(await statusOf(`127.0.0.1:${port}`)).toBe(200);
  expect(await statusOf(`evil.test:${port}`)).toBe(500);
});

test.runIf(process.platform === 'linux')('it listens on no other address', async () => {
  const others = Object.values(networkInterfaces())
    .flatMap((it) => it ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  for (const address of ['127.0.0.2', ...others])
    await expect(
      new Promise((done, fail) => connect(port, address).once('connect', done).once('error', fail)),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
