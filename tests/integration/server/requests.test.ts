/** What the API answers to requests that are wrong, and to callers who may not ask. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApi } from './api';
import { startApi } from './api';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.server.close());

test('health needs no key; everything else does', async () => {
  expect(await api.call('GET', '//health', { headers: { authorization: '' } })).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  });
  for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${api.server.apiKey}`]) {
    for (const [method, path] of [
      ['POST', '/sessions/start'],
      ['GET', '/sessions'],
      ['GET', '/sessions/x'],
      ['GET', '/nowhere'],
    ] as const) {
      const answer = await api.call(method, path, { headers: { authorization } });
      expect(answer).toMatchObject({
        status: 401,
        body: { status: 401, code: 'unauthorized', detail: null },
      });
    }
  }
});

test('who asks for a proxy and is gone at once, or sends a broken form, ends nothing', async () => {
  const { port } = new URL(api.server.url);
  for (const afterMs of [0, 20]) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n');
    await delay(afterMs);
    socket.resetAndDestroy();
  }
  const form =
    '--X\r\nContent-Disposition: form-data; name="other"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello';
  const answer = await fetch(`${api.server.url}/storage/uploads/x`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${api.server.apiKey}`,
      'content-type': 'multipart/form-data; boundary=X',
    },
    body: form,
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(await api.call('GET', '/health')).toMatchObject({ status: 200 }); // an error that nobody takes fails this file too
});

test('who is refused on a bare connection and does not close it is cut off', async () => {
  const { port, host } = new URL(api.server.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  socket.write(
    `GET /nowhere HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  await once(socket, 'end');
  const isCut = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const writing = setInterval(() => socket.write('x'), 100); // a connection that is gone says so to who writes
  await isCut;
  clearInterval(writing);
});

test.each([
  ['{"headless":', 400, 'invalid_json'],
  ['[]', 422, 'invalid_request'],
  ['null', 422, 'invalid_request'],
  [{ headles: true }, 422, 'invalid_request'],
  [{ idle_timeout_minutes: 31 }, 422, 'invalid_request'],
  [{ viewport_width: 800 }, 422, 'invalid_request'],
  [{ browser_type: 'firefox' }, 422, 'invalid_request'],
  [{ proxies: true }, 422, 'invalid_request'],
  [{ cdp_url: 'ws://127.0.0.1:1/x#y' }, 422, 'invalid_request'],
  ['x'.repeat(5_000_000), 413, 'body_too_large'],
])('a start with %.20j is answered %d', async (body, status, code) => {
  const answer = await api.call('POST', '/sessions/start', { body });
  expect(answer).toMatchObject({ status, body: { status, code } });
  if (status === 422)
    expect(answer.body['detail']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          loc: expect.any(Array) as unknown,
          msg: expect.any(String) as unknown,
          type: expect.any(String) as unknown,
        }),
      ]),
    );
});

test('a mistyped field is told with the right one', async () => {
  const { body } = await api.call('POST', '/sessions/start', { body: { headles: true } });
  expect(body).toMatchObject({
    message: expect.stringContaining('headless') as unknown,
    detail: [{ loc: ['body', 'headles'] }],
  });
});

test('a body that is not JSON by its own word is refused', async () => {
  expect(
    await api.call('POST', '/sessions/start', {
      body: '{}',
      headers: { 'content-type': 'text/plain' },
    }),
  ).toMatchObject({ status: 415 });
});

test('what is not in the API is told in the shape of the API', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['PUT', '/sessions'],
    ['GET', '/sessions/start/x/y'],
    ['POST', '/sessions/x/page/observe'],
  ] as const) {
    expect(await api.call(method, path)).toMatchObject({
      status: 404,
      body: { status: 404, message: expect.any(String) as unknown },
    });
  }
});

test('a page of another site gets nothing, by whatever name it reaches us', async () => {
  expect(
    await api.call('GET', '/health', { headers: { origin: 'https://elsewhere.test' } }),
  ).toMatchObject({ status: 403 });
  const { port } = new URL(api.server.url);
  const status = await new Promise((resolve, reject) => {
    request(
      { port, host: '127.0.0.1', path: '/health', headers: { host: `rebound.test:${port}` } },
      (response) => resolve(response.resume().statusCode),
    )
      .once('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test('unknown sessions are not found, whatever is asked of them', async () => {
  for (const path of ['', '/cookies', '/debug', '/debug/tab', '/replay', '/offset']) {
    expect(await api.call('GET', `/sessions/nobody${path}`)).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  }
});
