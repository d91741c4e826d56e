/** What only the cloud has: our server says so, and that trying again is in vain. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from './api';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.server.close());

test.each([
  ['GET', '/agents'],
  ['POST', '/agents/start'],
  ['GET', '/vaults'],
  ['POST', '/vaults/create'],
  ['GET', '/personas/'],
  ['DELETE', '/personas/p1'],
  ['POST', '/functions/f1/runs'],
])('%s %s is answered 501', async (method, path) => {
  const { status, body } = await api.call(method, path);
  expect(status).toBe(501);
  expect(body).toMatchObject({
    status: 501,
    code: 'cloud_only',
    message: expect.stringMatching(/^Only the cloud has /) as unknown,
    detail: null,
  });
});

test('what nobody has stays 404, and nothing is told without the key', async () => {
  expect(await api.call('GET', '/agent')).toMatchObject({ status: 404 });
  expect(
    await api.call('GET', '/agents', { headers: { authorization: 'Bearer wrong' } }),
  ).toMatchObject({ status: 401 });
});

test('a refused value says where it stood', async () => {
  const { body } = await api.call('GET', '/sessions?page=0');
  expect(body).toMatchObject({ status: 422, detail: [{ loc: ['query', 'page'] }] });
  expect((await api.call('GET', '/storage/uploads/CON')).body).toMatchObject({
    status: 422,
    detail: [{ loc: ['path', 'filename'] }],
  });
  expect(
    (await api.call('POST', '/sessions/start', { body: { headless: 'maybe' } })).body,
  ).toMatchObject({ status: 422, detail: [{ loc: ['body', 'headless'] }] });
});
