/** What a start request asks of the browser, seen from the pages it opens; and the calls that look into it. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { tellsPeers } from '../../../src/server/browsers/peer-process';
import type { TestApi } from './api';
import { startApi } from './api';

let api: TestApi;
let site: {
  url: string;
  server: Server;
  requests: { path: string; headers: IncomingHttpHeaders }[];
  tunnels: [string | undefined, string | undefined][];
};
/** What the proxy wants to hear. */
const signIn = `Basic ${Buffer.from('me:secret').toString('base64')}`;
let browser: Browser | undefined;

beforeAll(async () => {
  api = await startApi();
  site = await startSite();
});
afterEach(() => browser?.close());
afterAll(async () => {
  await api.server.close();
  site.server.closeAllConnections();
  site.server.close();
});

/** A web site that remembers what it was asked; it stands in for a proxy too, which asks for a password. */
async function startSite(): Promise<typeof site> {
  const requests: (typeof site)['requests'] = [];
  const tunnels: (typeof site)['tunnels'] = [];
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    const throughProxy = url.startsWith('http://');
    if (throughProxy && headers['proxy-authorization'] !== signIn) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end();
      return;
    }
    requests.push({ path: url, headers });
    if (
      url.includes('locked') &&
      headers.authorization !== `Basic ${Buffer.from('you:open').toString('base64')}`
    )
      response.writeHead(401, { 'www-authenticate': 'Basic realm="site"' }).end('locked');
    else
      response
        .writeHead(200, {
          'content-type': 'text/html',
          ...(url.includes('cookie') && {
            'set-cookie': 'seen=yes; Path=/; HttpOnly; Max-Age=600',
          }),
        })
        .end(`<title>${url}</title><iframe src="/frame"></iframe>`);
  });
  server.on('connect', ({ url, headers }, socket) => {
    tunnels.push([url, headers['proxy-authorization']]);
    socket.end('HTTP/1.1 502 No Tunnel\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    requests,
    tunnels,
  };
}

/** A browser that does nothing but what is said. It does not even close its side of a connection. */
async function startBrowserOf(
  behave: (socket: WebSocket) => unknown,
  reads = 1,
): Promise<{ url: string; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    behave(socket);
    let left = reads;
    socket.on('message', () => --left || setImmediate(() => socket.pause())); // later commands are not read
  });
  await once(server, 'listening');
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function start(
  body: object = {},
): Promise<{ id: string; body: Record<string, unknown>; browser: Browser }> {
  const answer = await api.call('POST', '/sessions/start', { body });
  expect(answer).toMatchObject({ status: 200 });
  browser = await chromium.connectOverCDP(answer.body['cdp_url'] as string);
  return { id: answer.body['session_id'] as string, body: answer.body, browser };
}

test('every page of every context sends the extra headers, its frames and popups too', async () => {
  const { browser } = await start({ extra_http_headers: { 'x-suite': 'nightly' } });
  site.requests.length = 0;
  await browser.contexts()[0]?.pages()[0]?.goto(`${site.url}/default`);
  const page = await (
    await browser.newContext({ extraHTTPHeaders: { 'x-test': 'one' } })
  ).newPage();
  await page.goto(`${site.url}/other`);
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(`void window.open('${site.url.replace('127.0.0.1', 'localhost')}/popup')`),
  ]);
  await popup.waitForLoadState();
  for (const path of ['/default', '/other', '/popup', '/frame'])
    expect(site.requests.find((it) => it.path === path)?.headers, path).toMatchObject({
      'x-suite': 'nightly',
    });
  expect(site.requests.find(({ path }) => path === '/other')?.headers).toMatchObject({
    'x-test': 'one',
  });
});

test('the user agent is the one that was asked for, in every context', async () => {
  const { browser, body } = await start({ user_agent: 'Suite/1.0' });
  expect(body['user_agent']).toBe('Suite/1.0');
  expect(await browser.contexts()[0]?.pages()[0]?.evaluate('navigator.userAgent')).toBe(
    'Suite/1.0',
  );
  expect(await (await browser.newPage()).evaluate('navigator.userAgent')).toBe('Suite/1.0');
});

test("chrome_args replace the server's own", async () => {
  const { browser } = await start({ chrome_args: ['--force-device-scale-factor=2'] });
  expect(await browser.contexts()[0]?.pages()[0]?.evaluate('devicePixelRatio')).toBe(2);
});

test('requests go through an external proxy, with its password, beside a page that signs in and routes', async () => {
  const { browser, body } = await start({
    proxies: [{ type: 'external', server: site.url, username: 'me', password: 'secret' }],
  });
  expect(body['proxies']).toBe(true);
  site.requests.length = 0;
  const page = await (
    await browser.newContext({ httpCredentials: { username: 'you', password: 'open' } })
  ).newPage();
  await page.goto('http://through.test/locked');
  expect(await page.title()).toBe('http://through.test/locked');
  await page.route('**/mocked', (route) => route.fulfill({ body: 'mock' }));
  await page.goto('http://through.test/mocked');
  expect(await page.textContent('body')).toBe('mock');
  expect(site.requests.map(({ path }) => path)).not.toContain('http://through.test/mocked');
  await expect(page.goto('https://tunnelled.test/')).rejects.toThrow(
    /ERR_(SSL|EMPTY|TUNNEL|CONNECTION)/,
  ); // our proxy has no tunnels; what counts is that it was asked
  expect(site.tunnels).toContainEqual(['tunnelled.test:443', signIn]);
});

test.runIf(tellsPeers)('the proxy is lent to the browser of its session alone', async () => {
  const { browser } = await start({
    proxies: [{ type: 'external', server: site.url, username: 'me', password: 'secret' }],
  });
  const { stdout } = await promisify(execFile)('ps', [
    ...['-ww', '-o', 'args=', '--ppid', String(process.pid)],
  ]);
  const port = Number(/--proxy-server=http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
  site.requests.length = 0;
  const ask = async (method: string, path: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${method} ${path} HTTP/1.1\r\nhost: stolen.test\r\n\r\n`);
    return text(socket);
  };
  expect(await ask('GET', 'http://stolen.test/')).toMatch(/^HTTP\/1\.1 403 /);
  expect(await ask('CONNECT', 'stolen.test:443')).toMatch(/^HTTP\/1\.1 403 /);
  expect(site.requests.filter(({ path }) => path.includes('stolen.test'))).toEqual([]);
  expect(site.tunnels.flat()).not.toContain('stolen.test:443');
  await browser.contexts()[0]?.pages()[0]?.goto('http://through.test/mine');
  expect(site.requests.map(({ path }) => path)).toContain('http://through.test/mine');
});

test('cookies are read and set in the default context', async () => {
  const { id, browser } = await start();
  const page = browser.contexts()[0]?.pages()[0];
  await page?.goto(`${site.url}/cookie`);
  const before = await api.call('GET', `/sessions/${id}/cookies`);
  const expires = expect.closeTo(Date.now() / 1000 + 600, -2) as number;
  expect(before.body['cookies']).toMatchObject([
    {
      name: 'seen',
      value: 'yes',
      domain: '127.0.0.1',
      path: '/',
      httpOnly: true,
      hostOnly: true,
      session: false,
      expires,
      expirationDate: expires,
    },
  ]);
  const cookies = [
    { name: 'host', value: '1', domain: 'shop.test', path: '/', httpOnly: false },
    {
      name: 'domain',
      value: '2',
      domain: '.shop.test',
      path: '/a',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
      expirationDate: 4_000_000_000,
    },
  ];
  expect(await api.call('POST', `/sessions/${id}/cookies`, { body: { cookies } })).toMatchObject({
    status: 200,
    body: { success: true, message: '2 cookies set' },
  });
  const seen = await browser.contexts()[0]?.cookies();
  expect(seen).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'host', domain: 'shop.test', expires: -1 }),
      expect.objectContaining({
        name: 'domain',
        domain: '.shop.test',
        path: '/a',
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
      }),
    ]),
  );
  const again = await api.call('POST', `/sessions/${id}/cookies`, {
    body: { cookies: (await api.call('GET', `/sessions/${id}/cookies`)).body['cookies'] },
  });
  expect(again.status).toBe(200);
});

test('wrong cookies are told by place, and set nothing', async () => {
  const { id } = await start();
  expect(
    await api.call('POST', `/sessions/${id}/cookies`, {
      body: { cookies: [{ name: 'a', value: '1', domain: 'a.test', path: '/' }] },
    }),
  ).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['body', 'cookies', '0', 'httpOnly'] }] },
  });
  expect(await api.call('POST', `/sessions/${id}/cookies`, { body: {} })).toMatchObject({
    status: 422,
  });
  expect(
    await api.call('POST', `/sessions/${id}/cookies`, {
      body: { cookies: [{ name: 'a', value: '1', domain: '', path: '/', httpOnly: false }] },
    }),
  ).toMatchObject({ status: 422 });
  expect((await api.call('GET', `/sessions/${id}/cookies`)).body['cookies']).toEqual([]);
});

test('a browser that runs elsewhere is a session like any other, and outlives it', async () => {
  const { browser: elsewhere, body } = await start();
  await elsewhere.contexts()[0]?.pages()[0]?.goto('data:text/html,<title>Elsewhere</title>');
  const { body: session } = await api.call('POST', '/sessions/start', {
    body: { cdp_url: body['cdp_url'] },
  });
  expect(session).toMatchObject({
    status: 'active',
    cdp_url: expect.stringContaining(session['session_id'] as string) as unknown,
  });
  const through = await chromium.connectOverCDP(session['cdp_url'] as string);
  expect(await through.contexts()[0]?.pages()[0]?.title()).toBe('Elsewhere');
  await through.close();
  await api.call('DELETE', `/sessions/${String(session['session_id'])}/stop`);
  expect(await elsewhere.contexts()[0]?.pages()[0]?.title()).toBe('Elsewhere');
});

test('an external browser that is lost ends its session with an error', async () => {
  const { id, body } = await start();
  const { body: session } = await api.call('POST', '/sessions/start', {
    body: { cdp_url: body['cdp_url'] },
  });
  await api.call('DELETE', `/sessions/${id}/stop`);
  await expect
    .poll(async () => (await api.call('GET', `/sessions/${String(session['session_id'])}`)).body)
    .toMatchObject({
      status: 'error',
      error: expect.stringContaining('external browser') as unknown,
    });
});

test('an external browser that cannot be reached is told without its secrets', async () => {
  const answer = await api.call('POST', '/sessions/start', {
    body: { cdp_url: 'ws://127.0.0.1:1/devtools?token=hidden' },
  });
  expect(answer).toMatchObject({
    status: 422,
    body: {
      detail: [
        { loc: ['body', 'cdp_url'], msg: expect.stringContaining('ws://127.0.0.1:1') as unknown },
      ],
    },
  });
  expect(JSON.stringify(answer.body)).not.toContain('hidden');
});

// What waits for its time to be over waits beside the others.
test.concurrent.each([undefined, 'hello', '{"method":"Target.attachedToTarget"}'])(
  'an external browser that says nothing, or nothing that makes sense, is refused: %s',
  async (answer) => {
    const { url, server } = await startBrowserOf((socket) =>
      socket.once('message', () => answer !== undefined && socket.send(answer)),
    );
    expect(await api.call('POST', '/sessions/start', { body: { cdp_url: url } })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'cdp_url'] }] },
    });
    server.close();
  },
);

test.concurrent('a session of an external browser that falls silent can be stopped', async () => {
  const results = [{ product: 'Chrome/1' }, { sessionId: 'session' }, {}];
  const { url, server } = await startBrowserOf(
    (socket) =>
      socket.on('message', (data: Buffer) => {
        const { id, sessionId } = JSON.parse(data.toString()) as { id: number; sessionId?: string };
        socket.send(JSON.stringify({ id, sessionId, result: results.shift() }));
      }),
    results.length,
  );
  const { body } = await api.call('POST', '/sessions/start', { body: { cdp_url: url } });
  expect(body).toMatchObject({ status: 'active' });
  expect(await api.call('DELETE', `/sessions/${String(body['session_id'])}/stop`)).toMatchObject({
    status: 200,
    body: { status: 'closed' },
  });
  server.close();
});

test('tabs are told one by one', async () => {
  const { id } = await start();
  expect(await api.call('GET', `/sessions/${id}/debug/tab`)).toMatchObject({
    status: 200,
    body: { metadata: { tab_id: 0, url: 'about:blank' } },
  });
  expect(await api.call('GET', `/sessions/${id}/debug/tab?tab_idx=7`)).toMatchObject({
    status: 404,
  });
  expect(await api.call('GET', `/sessions/${id}/debug/tab?tab_idx=first`)).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['query', 'tab_idx'] }] },
  });
  expect(await api.call('GET', `/sessions/${id}/offset`)).toMatchObject({
    status: 200,
    body: { offset: 0 },
  });
});
