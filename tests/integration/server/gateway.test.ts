/** Sessions under a real CDP client: Playwright, over the gateway. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../eventually';
import type { TestApi } from './api';
import { startApi } from './api';

let api: TestApi;

beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.server.close());

async function start(body: object = {}): Promise<{ session_id: string; cdp_url: string }> {
  const answer = await api.call('POST', '/sessions/start', { body });
  expect(answer).toMatchObject({ status: 200, body: { status: 'active' } });
  return answer.body as unknown as { session_id: string; cdp_url: string };
}

test('a session is driven by Playwright, and outlives its client', async () => {
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const browser = await chromium.connectOverCDP(cdpUrl);
  const page = browser.contexts()[0]?.pages()[0];
  expect(page?.url()).toBe('about:blank');
  await page?.goto('data:text/html,<title>Here</title>');
  await browser.close();
  const again = await chromium.connectOverCDP(cdpUrl);
  expect(await again.contexts()[0]?.pages()[0]?.title()).toBe('Here');
  await again.close();
  const { body } = await api.call('GET', `/sessions/${id}`);
  expect(body).toMatchObject({
    status: 'active',
    network_request_bytes: 0,
    network_response_bytes: 0,
  }); // what a client says to the browser is not what the pages say to the network
});

test('a client that wants no startup page finds none', async () => {
  const { cdp_url: cdpUrl } = await start();
  const browser = await chromium.connectOverCDP(`${cdpUrl}&startup_page=false`);
  expect(browser.contexts()[0]?.pages()).toEqual([]);
  const page = await browser.newPage({ viewport: { width: 400, height: 300 } });
  expect(await page.evaluate('[innerWidth, innerHeight]')).toEqual([400, 300]);
  await page.context().close();
  await browser.close();
});

test('two sessions at once know nothing of each other', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  const cookie = { name: 'a', value: '1', domain: 'example.test', path: '/', httpOnly: false };
  await api.call('POST', `/sessions/${one.session_id}/cookies`, { body: { cookies: [cookie] } });
  const cookies = await Promise.all(
    [one, two].map(({ session_id: id }) => api.call('GET', `/sessions/${id}/cookies`)),
  );
  expect(cookies.map(({ body }) => (body['cookies'] as unknown[]).length)).toEqual([1, 0]);
});

test('the page is as large as was asked for', async () => {
  const { cdp_url: cdpUrl } = await start({ viewport_width: 900, viewport_height: 500 });
  const browser = await chromium.connectOverCDP(cdpUrl);
  expect(await browser.contexts()[0]?.pages()[0]?.evaluate('[innerWidth, innerHeight]')).toEqual([
    900, 500,
  ]);
  await browser.close();
});

test('clients are disconnected when the session ends, and refused afterwards', async () => {
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const browser = await chromium.connectOverCDP(cdpUrl);
  const disconnected = new Promise((resolve) => browser.once('disconnected', resolve));
  await api.call('DELETE', `/sessions/${id}/stop`);
  await disconnected;
  expect(await refusal(cdpUrl)).toMatchObject({
    status: 410,
    code: 'session_ended',
    session: { session_id: id, status: 'closed' },
  });
});

test('only the token of the session opens it', async () => {
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const other = await start();
  const token = new URL(other.cdp_url).searchParams.get('token') ?? '';
  for (const url of [
    cdpUrl.replace(/token=.*/, `token=${token}`),
    cdpUrl.replace(/\?token=.*/, ''),
  ]) {
    expect(await refusal(url)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  expect(await refusal(cdpUrl.replace(id, 'none'))).toMatchObject({ status: 404 });
  expect(await refusal(cdpUrl, { origin: 'https://elsewhere.test' })).toMatchObject({
    status: 403,
  });
  expect(await refusal(cdpUrl, { host: 'rebound.test' })).toMatchObject({ status: 403 });
});

test('a client that only has the key gets a session of its own, until it disconnects', async () => {
  const url = `${api.server.url.replace('http', 'ws')}/sessions/connect?token=`;
  const active = async (): Promise<unknown[]> =>
    (await api.call('GET', '/sessions')).body['items'] as unknown[];
  expect(await refusal(`${url}wrong`)).toMatchObject({ status: 401, code: 'unauthorized' });
  const browser = await chromium.connectOverCDP(url + api.server.apiKey);
  expect(browser.contexts()[0]?.pages()[0]?.url()).toBe('about:blank');
  expect(await active()).toEqual([
    expect.objectContaining({ status: 'active', idle_timeout_minutes: 3 }),
  ]);
  await browser.close();
  await eventually(async () => expect(await active()).toEqual([]));
  expect((await api.call('GET', '/sessions?only_active=false')).body['items']).toEqual([
    expect.objectContaining({ status: 'closed', error: null }),
  ]);
});

test('a client that leaves while its session starts leaves no session behind', async () => {
  const { host, hostname, port } = new URL(api.server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(
    `GET /sessions/connect?token=${api.server.apiKey} HTTP/1.1\r\nhost: ${host}\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    () => socket.destroy(),
  );
  await eventually(async () =>
    expect((await api.call('GET', '/sessions?only_active=false')).body['items']).toEqual([
      expect.objectContaining({ status: 'closed' }),
    ]),
  );
});

test('a message larger than any buffer passes whole, both ways', async () => {
  const { cdp_url: cdpUrl } = await start();
  const browser = await chromium.connectOverCDP(cdpUrl);
  const page = browser.contexts()[0]?.pages()[0];
  const length = 12_000_000;
  expect(await page?.evaluate((text: string) => text.length, 'x'.repeat(length))).toBe(length);
  expect((await page?.evaluate((n: number) => 'y'.repeat(n), length))?.length).toBe(length);
  await browser.close();
});

test('one page can be driven by itself', async () => {
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const browser = await chromium.connectOverCDP(cdpUrl);
  const { body } = await api.call('GET', `/sessions/${id}/debug`);
  expect(body).toMatchObject({
    ws: { cdp: cdpUrl },
    tabs: [{ metadata: { tab_id: 0, url: 'about:blank' } }],
  });
  const socket = new WebSocket((body['tabs'] as { ws_url: string }[])[0]?.ws_url ?? '');
  await once(socket, 'open');
  socket.send(
    JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: '6 * 7' } }),
  );
  const [message] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(message.toString())).toMatchObject({ result: { result: { value: 42 } } });
  socket.close();
  await browser.close();
  await eventually(() => expect(socket.readyState).toBe(WebSocket.CLOSED));
});

/** The HTTP answer to an upgrade that is refused. */
async function refusal(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const socket = new WebSocket(url, { headers });
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    AsyncIterable<Buffer>,
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

test('debug information opens no tab in a session whose client has none', async () => {
  const { session_id: id, cdp_url: cdpUrl } = await start();
  const read = async () => (await api.call('GET', `/sessions/${id}/debug`)).body['tabs'];
  const browser = await chromium.connectOverCDP(`${cdpUrl}&startup_page=false`);
  expect(await read()).toEqual([]);
  await browser.newPage();
  expect(await read()).toHaveLength(1);
  await browser.close(); // and its context with it
  await eventually(async () => expect(await read()).toEqual([]));
});

test('a hundred sessions can share the browser of one; the next one is refused by name', async () => {
  const { cdp_url: cdpUrl } = await start();
  const { session_id: id } = await start({ cdp_url: cdpUrl });
  const clients: WebSocket[] = [];
  for (let isFull = false; !isFull;) {
    const client = new WebSocket(`${cdpUrl}&startup_page=false`);
    isFull = await once(client, 'open').then(
      () => clients.push(client) === 0,
      () => true,
    );
  }
  expect(clients.length).toBeGreaterThan(100); // each session has one
  const observed = await api.call('POST', `/sessions/${id}/page/observe`, { body: {} });
  expect(observed).toMatchObject({ status: 200 });
  const more = async (): Promise<unknown> =>
    api.call('POST', '/sessions/start', { body: { cdp_url: cdpUrl } });
  const msg = expect.stringMatching(/^Could not connect to the browser[^]*503/) as unknown;
  expect(await more()).toMatchObject({ status: 422, body: { detail: [{ msg }] } });
  for (const client of clients.splice(0, 1)) client.terminate();
  await eventually(async () => expect(await more()).toMatchObject({ status: 200 }));
  for (const client of clients) client.terminate();
});
