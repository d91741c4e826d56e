/** A tab that crashes is brought back, whoever saw the crash. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startApi, type TestApi } from '../server/api';
import { startDriven, type DrivenSession } from '../server/driven-session';
import { startSite, type Site } from '../server/site';

const ARRIVED = '<!doctype html><link rel="icon" href="data:,"><title>Arrived</title>';

let api: TestApi;
let site: Site;
let session: DrivenSession;
let browser: Browser | undefined;

beforeAll(async () => {
  [api, site] = await Promise.all([startApi(), startSite()]);
});
afterAll(() => Promise.all([api.server.close(), site.close()]));
beforeEach(async () => (session = await startDriven(api)));
afterEach(async () => {
  await browser?.close();
  await session.stop();
});

/** Crashes the first tab by another client, which goes then. */
async function crash(): Promise<void> {
  browser = await chromium.connectOverCDP(session.cdpUrl);
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error('The session has no page.');
  if (page.url() === 'about:blank') await page.goto(`${site.url}/next`);
  await Promise.all([page.waitForEvent('crash'), page.goto('chrome://crash').catch(() => {})]);
  await browser.close();
}

test.each(['goto', 'reload'])('%s brings it back, and says so', async (type) => {
  const url = `${site.url}/next`;
  await session.succeed({ type: 'goto', url });
  await crash();
  expect(await session.execute({ type: 'click', selector: 'h1', timeout: 1_000 })).toMatchObject({
    success: false,
    message: expect.stringContaining('has crashed') as unknown,
  });
  const { message } = await session.succeed(type === 'goto' ? { type, url } : { type });
  expect(message).toContain('in the place of one that had crashed');
  expect(await session.look('document.title')).toBe('Next');
  const { body } = await api.call('GET', `/sessions/${session.id}/debug`);
  expect(body['tabs']).toMatchObject([{ metadata: { tab_id: 0, url } }]);
  expect((await session.succeed({ type: 'goto', url: `${site.url}/` })).message).toBe(
    `Went to ${site.url}/.`,
  );
});

test('one that crashed before the first call is brought back too', async () => {
  await crash();
  await session.succeed({ type: 'goto', url: `${site.url}/next` });
  expect(await session.look('document.title')).toBe('Next');
});

test('observe and scrape with an address bring it back', async () => {
  await session.succeed({ type: 'goto', url: `${site.url}/next` });
  for (const call of ['observe', 'scrape']) {
    await crash();
    const path = `/sessions/${session.id}/page/${call}`;
    const url = `${site.url}/next`;
    expect(await api.call('POST', path, { body: { url } })).toMatchObject({ status: 200 });
    expect(await session.look('document.title')).toBe('Next');
  }
});

test('one that crashes just before the call is brought back, though nobody has told of it yet', async () => {
  const url = `${site.url}/next`;
  await session.succeed({ type: 'goto', url });
  browser = await chromium.connectOverCDP(session.cdpUrl);
  const cdp = await browser.newBrowserCDPSession();
  for (let round = 0; round < 5; round++) {
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    for (const { id, type } of processInfo) if (type === 'renderer') process.kill(id, 'SIGKILL');
    const answer = await api.call('POST', `/sessions/${session.id}/page/observe`, {
      body: { url },
    });
    expect(answer).toMatchObject({ status: 200 });
  }
});

test('one that crashes while it is on its way to another page is brought there in a new tab', async () => {
  let requests = 0;
  const held = createServer((_, response) => {
    if (++requests > 1) response.writeHead(200, { 'content-type': 'text/html' }).end(ARRIVED); // the first one is never answered
  });
  onTestFinished(() => {
    held.closeAllConnections();
    held.close();
  });
  await new Promise<void>((resolve) => held.listen(0, '127.0.0.1', resolve));
  const { port } = held.address() as AddressInfo;
  await session.succeed({ type: 'goto', url: `${site.url}/next` });
  browser = await chromium.connectOverCDP(session.cdpUrl);
  const going = session.succeed({ type: 'goto', url: `http://127.0.0.1:${port}/` });
  await expect.poll(() => requests).toBe(1);
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  for (const { id, type } of processInfo) if (type === 'renderer') process.kill(id, 'SIGKILL'); // `Page.crash` spares a page that is on its way
  expect((await going).message).toContain('in the place of one that had crashed');
  expect(await session.look('document.title')).toBe('Arrived');
});
