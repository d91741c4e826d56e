/** A proxy and an external browser are tried before a session starts on them: what is wrong is told by name, in time, and without secrets. */
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ApiAnswer, TestApi } from './api';
import { startApi } from './api';

let api: TestApi;
let workDir: string;
const servers: Server[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'sessionwright-proxies-'));
  api = await startApi({ workDir, recording: 'always' });
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});
afterAll(async () => {
  await api.server.close();
  await rm(workDir, { recursive: true, force: true });
});

/** Listens, and answers the first bytes of each connection. Resolves to `127.0.0.1:PORT`. */
async function listen(answer: (question: Buffer, socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', (question) => answer(question, socket));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function start(proxy: object): Promise<ApiAnswer> {
  const answer = await api.call('POST', '/sessions/start', {
    body: { proxies: [{ type: 'external', ...proxy }] },
  });
  expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  if (answer.status === 200)
    await api.call('DELETE', `/sessions/${String(answer.body['session_id'])}/stop`);
  return answer;
}

function refusal(field: string, message: RegExp): object {
  return {
    status: 422,
    body: {
      status: 422,
      code: 'invalid_request',
      detail: [
        { loc: ['body', 'proxies', '0', field], msg: expect.stringMatching(message) as unknown },
      ],
    },
  };
}

test('a proxy that nobody serves is refused, and no browser is started for it', async () => {
  const server = await listen(() => {});
  servers.splice(0).forEach((it) => it.close());
  expect(await start({ server, username: 'me', password: 'hunter2' })).toMatchObject(
    refusal('server', /cannot be reached \(ECONNREFUSED\)/),
  );
  expect(await start({ server: 'no-such-host.invalid:3128' })).toMatchObject(
    refusal('server', /cannot be reached/),
  );
  expect(await readdir(join(workDir, 'sessions'))).toEqual([]);
});

test('a proxy that requires a password reports the wrong field', async () => {
  const right = `Basic ${Buffer.from('me:right').toString('base64')}`;
  const server = await listen((question, socket) =>
    socket.end(
      question.includes(right)
        ? 'HTTP/1.1 502 Bad Gateway\r\n\r\n'
        : 'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="p"\r\n\r\n',
    ),
  );
  expect(await start({ server })).toMatchObject(refusal('username', /asks for a user name/));
  expect(await start({ server, username: 'me', password: 'hunter2' })).toMatchObject(
    refusal('password', /does not accept/),
  );
  expect(
    await start({ server: `http://${server}`, username: 'me', password: 'right' }),
  ).toMatchObject({ status: 200, body: { proxies: true } });
});

test.each(['', 'HTTP/1.1 405 Method Not Allowed\r\n\r\n'])(
  'a proxy without tunnels, which answers %j to one, is asked for a page',
  async (noTunnel) => {
    const right = `Basic ${Buffer.from('me:right').toString('base64')}`;
    const page = (question: Buffer): string =>
      question.includes(right)
        ? 'HTTP/1.1 502 Bad Gateway\r\n\r\n'
        : 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n';
    const server = await listen((question, socket) =>
      socket.end(question.toString().startsWith('CONNECT') ? noTunnel : page(question)),
    );
    expect(await start({ server })).toMatchObject(refusal('username', /asks for a user name/));
    expect(await start({ server, username: 'me', password: 'hunter2' })).toMatchObject(
      refusal('password', /does not accept/),
    );
    expect(await start({ server, username: 'me', password: 'right' })).toMatchObject({
      status: 200,
      body: { proxies: true },
    });
  },
);

test('what is no proxy is told from one', async () => {
  const ssh = await listen((_, socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  expect(await start({ server: ssh })).toMatchObject(
    refusal('server', /does not answer like an HTTP proxy/),
  );
  expect(await start({ server: `socks5://${ssh}` })).toMatchObject(refusal('server', /SOCKS5/));
  expect(await start({ server: `socks4://${ssh}` })).toMatchObject(refusal('server', /SOCKS4/));
});

test('a SOCKS proxy works without a password, and is refused when it requires one', async () => {
  const open = await listen((_, socket) => socket.end(Buffer.from([5, 0])));
  const locked = await listen((_, socket) => socket.end(Buffer.from([5, 255])));
  const old = await listen((_, socket) => socket.end(Buffer.from([0, 91, 0, 0, 0, 0, 0, 0])));
  expect(await start({ server: `socks5://${open}` })).toMatchObject({ status: 200 });
  expect(await start({ server: `socks5://${locked}` })).toMatchObject(
    refusal('server', /password/),
  );
  expect(await start({ server: `socks4://${old}` })).toMatchObject({ status: 200 });
});

test('a proxy that never answers is refused after five seconds', async () => {
  expect(await start({ server: await listen(() => {}) })).toMatchObject(
    refusal('server', /did not answer within 5000 ms/),
  );
});

test('a password in the server is not taken, and not repeated', async () => {
  expect(await start({ server: 'http://me:hunter2@127.0.0.1:3128' })).toMatchObject(
    refusal('server', /put them into username and password/),
  );
});

test('an external browser that is none is refused in time, without the secrets of its URL', async () => {
  const silent = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const http = await listen((_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  const stuck = await listen(() => {});
  try {
    const hosts = [`127.0.0.1:${(silent.address() as AddressInfo).port}`, http, stuck];
    const beganMs = performance.now();
    const refused = hosts.map(async (host) => {
      const answer = await api.call('POST', '/sessions/start', {
        body: { cdp_url: `ws://me:hunter2@${host}/hunter2?token=hunter2` },
      });
      expect(answer).toMatchObject({
        status: 422,
        body: {
          detail: [{ loc: ['body', 'cdp_url'], msg: expect.stringContaining(host) as unknown }],
        },
      });
      expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    });
    await Promise.all(refused);
    expect(performance.now() - beganMs).toBeLessThan(20_000); // a browser may take 30 s to start
  } finally {
    silent.close();
  }
});

test('a session on an external browser has cookies, screenshots, files, steps and a replay', async () => {
  const elsewhere = await api.call('POST', '/sessions/start', { body: {} });
  const user = await chromium.connectOverCDP(elsewhere.body['cdp_url'] as string);
  const { body } = await api.call('POST', '/sessions/start', {
    body: { cdp_url: elsewhere.body['cdp_url'] },
  });
  const id = body['session_id'] as string;
  const cookies = [{ name: 'a', value: '1', domain: 'shop.test', path: '/', httpOnly: false }];
  expect(await api.call('POST', `/sessions/${id}/cookies`, { body: { cookies } })).toMatchObject({
    status: 200,
  });
  expect((await api.call('GET', `/sessions/${id}/cookies`)).body['cookies']).toMatchObject(cookies);
  expect(
    (await api.call('POST', `/sessions/${id}/page/screenshot`)).headers.get('content-type'),
  ).toBe('image/jpeg');
  const { frames } = await api.server.recording(id);
  const [page] = user.contexts()[0]?.pages() ?? [];
  await expect
    .poll(
      async () => {
        await page?.setContent(`<h1>${Date.now()}</h1>`);
        return frames.select(0, Date.now()).length;
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(2);
  expect(await (await fetch(body['viewer_url'] as string)).text()).toContain('data-session="');
  expect(await api.call('DELETE', `/sessions/${id}/stop`)).toMatchObject({
    status: 200,
    body: { steps: [{ type: 'screenshot' }] },
  });
  await expect
    .poll(async () => (await api.call('GET', `/sessions/${id}/replay`)).body['mp4_url'], {
      timeout: 40_000,
    })
    .toEqual(expect.stringContaining('replay.mp4'));
  expect(user.isConnected()).toBe(true);
  await user.close();
});
