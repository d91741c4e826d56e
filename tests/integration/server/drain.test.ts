/** A server that is about to end: no new sessions, everything else goes on until the last one has ended. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import { startApi, type TestApi } from './api';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ maxSessions: 2 });
});
afterEach(async () => api.server.close());

const start = async () => api.call('POST', '/sessions/start');
const stop = async (id: unknown) => api.call('DELETE', `/sessions/${String(id)}/stop`);

test('it starts no more sessions, those that wait included, and is drained when the last one has ended', async () => {
  const running = [await start(), await start()].map(({ body }) => body['session_id']);
  const waiting = start();
  await eventually(() => expect(api.server.counts.waiting).toBe(1));
  let isDrained = false;
  const drained = api.server.drain().then(() => (isDrained = true));
  for (const refused of [await waiting, await start()]) {
    expect(refused).toMatchObject({
      status: 503,
      body: {
        status: 503,
        code: 'overloaded',
        message: expect.stringContaining('starts no more sessions') as unknown,
      },
    });
    expect(refused.headers.get('retry-after')).toBe('5');
  }
  expect(await api.call('GET', `/sessions/${String(running[0])}/cookies`)).toMatchObject({
    status: 200,
  });
  await stop(running[0]);
  expect(isDrained).toBe(false);
  await stop(running[1]);
  await drained;
  expect((await api.call('GET', '/sessions?only_active=false')).body['items']).toHaveLength(2);
});

test('it lives, and is not ready', async () => {
  const open = { headers: { authorization: '' } };
  expect(await api.call('GET', '/health', open)).toMatchObject({
    status: 200,
    body: { status: 'ok', version: expect.any(String) as unknown },
  });
  expect(await api.call('GET', '/ready', open)).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  });
  await api.server.drain();
  expect(await api.call('GET', '/health', open)).toMatchObject({
    status: 200,
    body: { status: 'draining' },
  });
  expect(await api.call('GET', '/ready', open)).toMatchObject({
    status: 503,
    body: { status: 503, message: 'The session server is about to end.' },
  });
});

test('a session that is just starting when the drain begins is served', async () => {
  const starting = start();
  await eventually(() => expect(api.server.counts.starting).toBe(1));
  const drained = api.server.drain();
  const { status, body } = await starting;
  expect(status).toBe(200);
  expect((await api.call('GET', `/sessions/${String(body['session_id'])}`)).body).toMatchObject({
    status: 'active',
  });
  await stop(body['session_id']);
  await drained;
});

test('browsers that wait for sessions end with it', async () => {
  await api.server.close();
  api = await startApi({ warm: 1 });
  await eventually(() => expect(api.server.warm).toBe(1));
  await api.server.drain();
  expect(api.server.warm).toBe(0);
});
