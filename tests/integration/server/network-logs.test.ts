/** The network log of a session: every request of its pages, as HAR files that are fetched by URLs of their own. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { SessionsClient } from '../../../src/client/index';
import type { HarEntry } from '../../../src/contract/network-logs';
import type { SessionServerOptions } from '../../../src/server/index';
import type { TestApi } from './api';
import { startApi } from './api';

const html = (body: string): [string, string] => [
  'text/html',
  `<!doctype html><link rel="icon" href="data:,">${body}`,
];
const PAGES: Record<string, [string, string]> = {
  '/': html('<link rel="stylesheet" href="/style.css"><h1>Home</h1>'),
  '/style.css': ['text/css', 'h1 { color: teal }'],
  '/opener': html('<button onclick="window.open(\'/popup?from=opener\')">Open</button>'),
  '/popup?from=opener': html('<script src="/popup.js"></script>'),
  '/popup.js': ['text/javascript', 'fetch("/from-popup")'],
  '/worker': html(
    '<script>const worker = new Worker("/worker.js"); setInterval(() => worker.postMessage(1), 50)</script>',
  ),
  '/worker.js': ['text/javascript', 'onmessage = () => fetch("/from-worker")'],
  '/inner': html('<script>setInterval(() => fetch("/from-inner"), 50)</script>'),
};

let site: Server;
let port: number;
let base: string;
let api: TestApi;
let browser: Browser;
let context: BrowserContext;
let id: string;

beforeAll(async () => {
  site = createServer((request, response) => {
    if (request.url === '/moved')
      return void response
        .writeHead(302, {
          location: '/',
          'set-cookie': 'first=secret-1\nsecond=secret-2'.split('\n'),
        })
        .end();
    if (request.url === '/moved-with-secrets')
      return void response
        .writeHead(302, {
          location: `http://user:secret-6@127.0.0.1:${port}/?page=1&token=secret-7`,
          link: '<https://user:secret-8@a.test/>; rel=next',
        })
        .end();
    if (request.url === '/outer')
      return void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(html(`<iframe src="http://localhost:${port}/to-inner"></iframe>`)[1]);
    if (request.url === '/to-inner')
      return void response.writeHead(302, { location: '/inner' }).end();
    if (request.url === '/hang') return;
    if (request.url === '/cut') return void request.socket.destroy();
    const [type, body] = PAGES[request.url ?? ''] ?? ['text/plain', 'ok'];
    response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
  });
  new WebSocketServer({ server: site });
  await new Promise<void>((resolve) => site.listen(0, resolve)); // both 127.0.0.1 and localhost, which are different sites
  port = (site.address() as AddressInfo).port;
  base = `http://127.0.0.1:${port}`;
});
afterAll(() => site.close());
afterEach(async () => {
  await browser.close();
  await api.server.close();
});

async function open(options: SessionServerOptions = {}): Promise<void> {
  api = await startApi(options);
  const { body } = await api.call('POST', '/sessions/start');
  id = body['session_id'] as string;
  browser = await chromium.connectOverCDP(body['cdp_url'] as string);
  context = await browser.newContext();
}

interface Batch {
  key: string;
  size: number;
  download_url: string;
  download_url_expires_in_seconds: number;
}

async function batches(query = '?download=True'): Promise<Batch[]> {
  const { status, body } = await api.call('GET', `/sessions/${id}/network/logs${query}`);
  expect(status).toBe(200);
  return body['batches'] as Batch[];
}

/** All entries, from files that are read without a key. */
async function entries(): Promise<HarEntry[]> {
  const files = await Promise.all(
    (await batches()).map(
      async ({ download_url: url }) =>
        (await (await fetch(url)).json()) as {
          log: { version: string; creator: { name: string }; entries: HarEntry[] };
        },
    ),
  );
  for (const { log } of files)
    expect(log).toMatchObject({ version: '1.2', creator: { name: 'sessionwright' } });
  return files.flatMap(({ log }) => log.entries);
}

test('the session tells how many bytes its pages sent and received', async () => {
  await open();
  const traffic = async () => {
    const { body } = await api.call('GET', `/sessions/${id}`);
    return {
      sent: body['network_request_bytes'] as number,
      received: body['network_response_bytes'] as number,
    };
  };
  const page = await context.newPage();
  expect(await traffic()).toEqual({ sent: 0, received: 0 });
  await page.goto(base);
  await expect.poll(async () => (await traffic()).sent).toBeGreaterThan(300);
  await expect
    .poll(async () => (await traffic()).received)
    .toBeGreaterThan((PAGES['/']?.[1].length ?? 0) + (PAGES['/style.css']?.[1].length ?? 0));
  const before = await traffic();
  expect(before.sent + before.received).toBeLessThan(3_000);
  await page.evaluate(() => fetch('/upload', { method: 'POST', body: 'x'.repeat(50_000) }));
  await expect.poll(async () => (await traffic()).sent - before.sent).toBeGreaterThan(50_000);
  expect((await traffic()).sent - before.sent).toBeLessThan(52_000);
});

test('a log on demand begins when it is asked for', async () => {
  await open({ networkLog: 'on-demand' });
  const page = await context.newPage();
  await page.goto(`${base}/hidden`);
  await api.server.logNetwork(id);
  await page.goto(`${base}/seen`);
  await expect.poll(paths).toContain('/seen');
  expect(await paths()).not.toContain('/hidden');
});

async function paths(): Promise<string[]> {
  return (await entries()).map(({ request }) => request.url.replace(/^(http|ws):\/\/[^/]+/, ''));
}

test('a page, its parts and its redirect are logged from the first request on', async () => {
  await open();
  const page = await context.newPage();
  await page.goto(`${base}/moved`);
  await expect.poll(paths).toEqual(['/moved', '/', '/style.css']);
  const [moved, home, style] = await entries();
  expect(moved).toMatchObject({
    request: { method: 'GET', httpVersion: 'HTTP/1.1' },
    response: { status: 302, redirectURL: '/' },
    _resourceType: 'document',
  });
  expect(home).toMatchObject({
    response: {
      status: 200,
      content: { mimeType: 'text/html', size: (PAGES['/']?.[1] ?? '').length },
    },
    serverIPAddress: '127.0.0.1',
    cache: {},
  });
  expect(style).toMatchObject({ _resourceType: 'stylesheet', _pageId: home?._pageId });
  expect(Math.abs(Date.parse(home?.startedDateTime ?? '') - Date.now())).toBeLessThan(30_000);
  for (const { time, timings } of [moved, home, style] as HarEntry[]) {
    const { ssl: _, ...parts } = timings;
    expect(time).toBeGreaterThan(0);
    expect(
      Object.values(parts)
        .filter((ms) => ms > 0)
        .reduce((sum, ms) => sum + ms, 0),
    ).toBeCloseTo(time, 3);
  }
});

test('popups, frames of other sites, workers, web sockets and failures are logged too', async () => {
  await open();
  const page = await context.newPage();
  await page.goto(`${base}/opener`);
  // on a busy machine the first requests of a popup may be missed, too
  await expect
    .poll(async () => {
      await Promise.all([page.waitForEvent('popup'), page.click('button')]);
      return paths();
    })
    .toEqual(expect.arrayContaining(['/popup?from=opener', '/popup.js', '/from-popup']));
  await page.goto(`${base}/outer`);
  await expect.poll(paths).toContain('/from-inner'); // a frame or worker may send some before it is known
  await page.goto(`${base}/worker`);
  await expect.poll(paths).toContain('/from-worker');
  await page.evaluate(
    `new Promise((done) => { new WebSocket('ws://127.0.0.1:${port}/socket').onopen = done })`,
  );
  await page.evaluate('fetch("/cut").catch(() => {})');
  await expect
    .poll(paths)
    .toEqual(expect.arrayContaining(['/opener', '/outer', '/socket', '/cut']));
  const all = await entries();
  const of = (path: string): HarEntry[] =>
    all.filter(({ request }) => new URL(request.url).pathname === path);
  for (const path of ['/popup', '/popup.js'])
    expect(new Set(of(path).map(({ response }) => response.status)), path).toEqual(new Set([200]));
  expect(of('/popup')[0]?.request.queryString).toEqual([{ name: 'from', value: 'opener' }]);
  expect(of('/popup')[0]?._pageId).not.toBe(of('/opener')[0]?._pageId);
  expect(of('/from-inner')[0]?._pageId).toBe(of('/opener')[0]?._pageId);
  for (const { response } of of('/to-inner')) expect(response.status).toBe(302); // it may be among those that a frame sends before it is known
  expect(of('/socket')).toMatchObject([{ _resourceType: 'websocket', response: { status: 101 } }]);
  expect(of('/cut')[0]).toMatchObject({
    response: { status: 0, _error: expect.stringContaining('net::ERR') as unknown },
  });
});

test('no secret gets into the log', async () => {
  await open();
  await context.addCookies([{ name: 'sid', value: 'secret-3', url: base }]);
  const page = await context.newPage();
  await page.goto(`${base}/moved`);
  await page.evaluate(
    `fetch('/login', { method: 'POST', body: 'password=secret-4', headers: { authorization: 'Bearer secret-5', 'X-Api-Key': 'secret-9', 'x-auth-token': 'secret-10' } })`,
  );
  await expect.poll(paths).toContain('/login');
  await page.goto(`${base}/moved-with-secrets`);
  await expect.poll(paths).toContain('/?page=1&token=[redacted]');
  const all = await entries();
  expect(JSON.stringify(all)).not.toContain('secret-');
  const withSecrets = all.find(({ request }) => request.url.endsWith('/moved-with-secrets'));
  expect(withSecrets?.response.redirectURL).toBe(`${base}/?page=1&token=[redacted]`);
  const [moved] = all;
  expect(moved?.response.headers.filter(({ name }) => name.toLowerCase() === 'set-cookie')).toEqual(
    Array.from({ length: 2 }, () => ({ name: expect.any(String) as unknown, value: '[redacted]' })),
  );
  const login = all.find(({ request }) => request.url.endsWith('/login'));
  expect(
    login?.request.headers.map(({ name, value }) => `${name.toLowerCase()}: ${value}`),
  ).toEqual(
    expect.arrayContaining([
      'authorization: [redacted]',
      'cookie: [redacted]',
      'x-api-key: [redacted]',
    ]),
  );
});

test('a long log comes in batches, the newest by limit; it outlives its session, and ends what was running', async () => {
  await open();
  const page = await context.newPage();
  await page.goto(base);
  await page.evaluate(
    '(async () => { for (let n = 0; n < 230; n++) await fetch(`/item/${n}`); })()',
  );
  await Promise.all([page.waitForRequest('**/hang'), page.evaluate('void fetch("/hang")')]);
  await expect
    .poll(async () => (await paths()).filter((path) => path.startsWith('/item/')).length)
    .toBe(230);
  const running = await batches('');
  expect(running.map(({ key }) => key)).toEqual(['batch-000001', 'batch-000002', 'batch-000003']);
  expect(running[0]).not.toHaveProperty('download_url');
  const { body } = await api.call('GET', `/sessions/${id}/network/logs?limit=2&download=false`);
  expect(body).toMatchObject({
    session_id: id,
    total_batch_count: 3,
    format: 'har',
    batches: [{ key: 'batch-000002' }, { key: 'batch-000003' }],
  });

  await api.call('DELETE', `/sessions/${id}/stop`);
  const ended = await batches();
  expect((await paths()).filter((path) => path.startsWith('/item/'))).toHaveLength(230);
  expect((await entries()).find(({ request }) => request.url.endsWith('/hang'))).toMatchObject({
    response: { status: 0, _error: 'not finished' },
  });
  for (const { size, download_url: url, download_url_expires_in_seconds: seconds } of ended) {
    const answer = await fetch(url);
    expect([
      answer.headers.get('content-type'),
      Number(answer.headers.get('content-length')),
      seconds,
    ]).toEqual(['application/json', size, 3600]);
  }
});

test('what is asked wrongly is refused, and a URL opens one batch', async () => {
  await open();
  await (await context.newPage()).goto(base);
  await expect.poll(async () => (await batches()).length).toBe(1);
  const [{ download_url: url } = { download_url: '' }] = await batches();
  expect((await fetch(url.replace('batch-000001', 'batch-000002'))).status).toBe(401);
  expect((await fetch(url.replace(/\?.*/, ''))).status).toBe(401);
  expect((await fetch(url.replace('batch-000001', encodeURIComponent('../profile')))).status).toBe(
    401,
  );
  for (const query of ['limit=0', 'limit=-1', 'limit=x', 'limit=1.5', 'download=perhaps']) {
    expect(await api.call('GET', `/sessions/${id}/network/logs?${query}`), query).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['query', query.replace(/=.*/, '')] }] },
    });
  }
  expect(await api.call('GET', '/sessions/nobody/network/logs')).toMatchObject({ status: 404 });
});

test('the client reads entries', async () => {
  await open();
  const page = await context.newPage();
  const client = new SessionsClient({ apiUrl: api.server.url, apiKey: api.server.apiKey });
  const session = await client.connect(id);
  expect(await session.networkLogs()).toMatchObject({ totalBatchCount: 0, entries: [] });
  await page.goto(base);
  await expect
    .poll(async () =>
      (await session.networkLogs({ limit: 1 })).entries.map(({ request }) => request.url),
    )
    .toEqual([`${base}/`, `${base}/style.css`]);
  expect(await session.networkLogs()).toMatchObject({
    sessionId: id,
    format: 'har',
    totalBatchCount: 1,
    batches: [{ key: 'batch-000001', downloadUrlExpiresInSeconds: 3600 }],
  });
  expect((await session.networkLogs({ since: new Date(0) })).entries).toHaveLength(2);
  expect((await session.networkLogs({ since: new Date() })).entries).toEqual([]);
  expect(await session.networkLogs({ download: false })).toMatchObject({
    batches: [{ downloadUrl: expect.stringContaining('/batch-000001?') as unknown }],
    entries: [],
  });
  await client.close();
});
