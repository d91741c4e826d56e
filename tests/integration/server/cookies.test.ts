/** Cookies of a session: which of them the browser took, and which not and why. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startApi, type ApiAnswer, type TestApi } from './api';

let api: TestApi;
let id: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.server.close());
beforeEach(async () => {
  if (id) await api.call('DELETE', `/sessions/${id}/stop`);
  id = (await api.call('POST', '/sessions/start', { body: {} })).body['session_id'] as string;
});

const cookie = (name: string, more: object = {}) => ({
  ...{ name, value: 'v', domain: 'shop.test', path: '/', httpOnly: false },
  ...more,
});
const set = (...cookies: object[]): Promise<ApiAnswer> =>
  api.call('POST', `/sessions/${id}/cookies`, { body: { cookies } });
const names = async (): Promise<string[]> => {
  const { cookies } = (await api.call('GET', `/sessions/${id}/cookies`)).body;
  return (cookies as { name: string }[]).map(({ name }) => name).sort();
};

test('cookies that the browser drops are not counted, and named', async () => {
  expect(
    await set(
      cookie('plain'),
      cookie('third-party', { sameSite: 'None' }),
      cookie('old', { expires: 1_000_000_000 }),
      cookie('third-party-secure', { sameSite: 'None', secure: true }),
      cookie('upper', { domain: '.Shop.test', path: '/a', expires: 4_000_000_000 }),
    ),
  ).toMatchObject({
    status: 200,
    body: {
      success: true,
      message:
        '3 of 5 cookies set; not: cookies.1 ("third-party"): SameSite=None needs Secure; cookies.2 ("old"): it has expired',
    },
  });
  expect(await names()).toEqual(['plain', 'third-party-secure', 'upper']);
  expect(await set(cookie('one'))).toMatchObject({ body: { message: '1 cookie set' } });
});

test('cookies of every partition come back as they were set', async () => {
  const partitioned = { secure: true, sameSite: 'None', partitionKey: 'https://shop.test' };
  const given = [
    cookie('sid'),
    cookie('sid', { ...partitioned, value: 'own', hasCrossSiteAncestor: false }),
    cookie('sid', { ...partitioned, value: 'below', hasCrossSiteAncestor: true }),
    cookie('sid', { ...partitioned, value: 'other', partitionKey: 'https://top.test' }),
  ];
  expect(await set(...given)).toMatchObject({ body: { message: '4 cookies set' } });
  const { cookies } = (await api.call('GET', `/sessions/${id}/cookies`)).body;
  const expected = [...given.slice(0, 3), { ...given[3], hasCrossSiteAncestor: true }];
  expect(cookies).toHaveLength(4);
  expect(cookies).toEqual(
    expect.arrayContaining(expected.map((it): unknown => expect.objectContaining(it))),
  );
});

test('malformed cookies are named by their positions, and nothing is set', async () => {
  const answer = await set(
    cookie('first'),
    cookie('bad;name'),
    cookie('__Secure-a'),
    cookie('last'),
  );
  expect(answer).toMatchObject({
    status: 422,
    body: {
      message: expect.stringMatching(/none was set.*cookies\.1.*cookies\.2.*secure/s) as unknown,
    },
  });
  expect(answer.body['message']).not.toMatch(/cookies\.[03]/);
  expect(await names()).toEqual([]);
  await set(cookie('first'), cookie('last'));
  expect(await names()).toEqual(['first', 'last']);
});

test('a fresh session has a tab in its debug information', async () => {
  const read = async (path: string) => (await api.call('GET', `/sessions/${id}/${path}`)).body;
  expect((await read('debug'))['tabs']).toMatchObject([
    { metadata: { tab_id: 0, url: 'about:blank' } },
  ]);
  // a tab that is new has no title for a moment
  await expect
    .poll(async () => read('debug'))
    .toMatchObject({ tabs: [{ metadata: { title: 'about:blank' } }] });
  expect([await read('debug/tab')]).toEqual((await read('debug'))['tabs']);
});
