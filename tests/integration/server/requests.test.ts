/** What the API answers to requests that are wrong, and to callers who may not ask. */
import { request } from 'node:http';
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

test.each([
  ['{"headless":', 400, 'invalid_json'],
  ['[]', 422, 'invalid_request'],
  ['null', 422, 'invalid_request'],
  [{ headles: true }, 422, 'invalid_request'],
  [{ idle_timeout_minutes: 31 }, 422, 'invalid_request'],
  [{ viewport_width: 800 }, 422, 'invalid_request'],
  [{ browser_type: 'firefox' }, 422, 'invalid_request'],
  [{ proxies: true }, 422, 'invalid_request'],
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
