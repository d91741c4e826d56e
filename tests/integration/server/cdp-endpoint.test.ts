/** Sessions on a CDP endpoint: headers, and one connection for everything where each connection gets a browser. */
import { once } from 'node:events';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startBrowserPerConnection, type BrowserPerConnection } from '../../browser-per-connection';
import { startApi, type TestApi } from './api';

const authorization = 'Bearer hunter2';
let api: TestApi;
let endpoint: BrowserPerConnection;

/** Starts a session on the endpoint. */
async function start(): Promise<{ session_id: string; cdp_url: string }> {
  const { status, body } = await api.call('POST', '/sessions/start', {
    body: { cdp_url: endpoint.url, cdp_headers: { Authorization: authorization } },
  });
  expect(status).toBe(200);
  expect(JSON.stringify(body)).not.toMatch(/hunter/);
  return body as { session_id: string; cdp_url: string };
}

async function stop(id: string): Promise<void> {
  await api.call('DELETE', `/sessions/${id}/stop`);
  await expect.poll(() => endpoint.running).toEqual([]);
}

/** The titles of a browser's pages. */
async function titles(browser: Browser): Promise<string[]> {
  const pages = browser.contexts().flatMap((it) => it.pages());
  return Promise.all(pages.map((page) => page.title()));
}

beforeAll(async () => {
  api = await startApi();
  endpoint = await startBrowserPerConnection({ authorization });
});

afterAll(async () => {
  await api.server.close();
  await endpoint.close();
});

test('headers reach the endpoint, and are not repeated', async () => {
  const refused = await api.call('POST', '/sessions/start', {
    body: { cdp_url: endpoint.url, cdp_headers: { Authorization: 'Bearer hunter3' } },
  });
  expect(refused).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['body', 'cdp_url'], msg: expect.stringMatching(/401/) as unknown }] },
  });
  expect(JSON.stringify(refused.body)).not.toMatch(/hunter/);
  await stop((await start()).session_id);
});

test('the server and all clients use one browser', async () => {
  const before = endpoint.started;
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const [one, two] = await Promise.all([
    chromium.connectOverCDP(cdpUrl),
    chromium.connectOverCDP(cdpUrl),
  ]);
  const page = one.contexts()[0]?.pages()[0];
  if (!page) throw new Error('no page');
  await page.setContent('<title>One</title><a target="_blank" href="about:blank">more</a>');
  await page.context().addCookies([{ name: 'a', value: '1', domain: 'shop.test', path: '/' }]);
  const popup = page.waitForEvent('popup');
  await page.click('a');
  await (await popup).setContent('<title>Popup</title>');
  expect(await titles(two)).toEqual(['One', 'Popup']);
  const [own, other] = await Promise.all([one, two].map((it) => it.newPage()));
  await Promise.all([own?.setContent('<title>1</title>'), other?.setContent('<title>2</title>')]);
  const pictures = await Promise.all([own?.screenshot(), other?.screenshot()]);
  for (const picture of pictures) expect(picture?.length).toBeGreaterThan(1_000);
  const cookies = await api.call('GET', `/sessions/${id}/cookies`);
  expect(cookies.body).toMatchObject({ cookies: [{ name: 'a', value: '1' }] });
  const cdp = await one.newBrowserCDPSession();
  expect(await cdp.send('Browser.getVersion')).toMatchObject({ protocolVersion: '1.3' });
  await Promise.all([one.close(), two.close()]);
  expect(endpoint.started - before).toBe(1);
  await stop(id);
});

test('a client that leaves takes its contexts with it, and nothing else', async () => {
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const [leaves, stays] = await Promise.all([
    chromium.connectOverCDP(cdpUrl),
    chromium.connectOverCDP(cdpUrl),
  ]);
  await (await leaves.newPage()).setContent('<title>Leaves</title>');
  const page = await stays.newPage();
  await page.setContent('<title>Stays</title>');
  const direct = await chromium.connectOverCDP(endpoint.newestUrl);
  await leaves.close();
  await expect.poll(() => titles(direct)).not.toContain('Leaves');
  expect(await titles(direct)).toContain('Stays');
  expect(await page.title()).toBe('Stays');
  await direct.close();
  await stays.close();
  await stop(id);
});

test('one page can be driven by itself', async () => {
  const { session_id: id } = await start();
  const { body } = await api.call('GET', `/sessions/${id}/debug`);
  const socket = new WebSocket((body['tabs'] as { ws_url: string }[])[0]?.ws_url ?? '');
  await once(socket, 'open');
  const answer = once(socket, 'message') as Promise<[Buffer]>;
  const params = { expression: '6 * 7' };
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
  expect(JSON.parse((await answer)[0].toString())).toEqual({
    id: 1,
    result: { result: { type: 'number', value: 42, description: '42' } },
  });
  const closed = once(socket, 'close');
  socket.send(JSON.stringify({ id: 2, method: 'Page.close' }));
  await closed;
  await stop(id);
});

test('a session of another client is out of reach', async () => {
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const [owner, stranger] = [new WebSocket(cdpUrl), new WebSocket(cdpUrl)];
  await Promise.all([once(owner, 'open'), once(stranger, 'open')]);
  const attach = { id: 1, method: 'Target.attachToBrowserTarget' };
  owner.send(JSON.stringify(attach));
  const [event] = (await once(owner, 'message')) as [Buffer];
  const { params } = JSON.parse(event.toString()) as { params: { sessionId: string } };
  const { sessionId } = params;
  stranger.send(JSON.stringify({ id: 7, method: 'Browser.getVersion', sessionId }));
  const [answer] = (await once(stranger, 'message')) as [Buffer];
  expect(JSON.parse(answer.toString())).toMatchObject({ id: 7, error: { code: -32001 } });
  owner.close();
  stranger.close();
  await stop(id);
});

test('the end of the browser ends the session', async () => {
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const browser = await chromium.connectOverCDP(cdpUrl);
  const disconnected = new Promise((resolve) => browser.once('disconnected', resolve));
  await endpoint.running[0]?.close();
  await disconnected;
  await expect
    .poll(async () => (await api.call('GET', `/sessions/${id}`)).body)
    .toMatchObject({ status: 'error' });
});

test('a WebSocket that is no CDP endpoint is refused', async () => {
  const echo = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  echo.on('connection', (socket) => socket.on('message', (data) => socket.send(data as Buffer)));
  await once(echo, 'listening');
  const { port } = echo.address() as { port: number };
  const answer = await api.call('POST', '/sessions/start', {
    body: { cdp_url: `ws://127.0.0.1:${port}/?token=hunter2` },
  });
  expect(answer).toMatchObject({
    status: 422,
    body: {
      detail: [
        {
          loc: ['body', 'cdp_url'],
          msg: expect.stringContaining('is a WebSocket, but not a CDP endpoint') as unknown,
        },
      ],
    },
  });
  expect(JSON.stringify(answer.body)).not.toMatch(/hunter/);
  expect(echo.clients.size).toBe(0);
  echo.close();
});
