/** One server, several keys: each has its own sessions, profiles and files, and as many sessions as it may. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../eventually';
import { startSessionServer, type SessionServer } from '../../../src/server/index';
import { apiCaller, type TestApi } from './api';
import { parseMetrics } from './prometheus-text';

const KEYS = [
  { name: 'one', key: 'key-of-one-1234567890', maxSessions: 1 },
  { name: 'two', key: 'key-of-two-1234567890' },
];

let dataDir: string;
let server: SessionServer;
let one: TestApi['call'];
let two: TestApi['call'];
let operator: TestApi['call'];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sw-keys-'));
  await open();
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(): Promise<void> {
  server = await startSessionServer({
    dataDir,
    keys: KEYS,
    maxSessions: 3,
    recording: 'on-demand',
  });
  [one, two] = KEYS.map(({ key }) => apiCaller(server.url, key)) as [typeof one, typeof two];
  operator = apiCaller(server.url, server.apiKey);
}

async function start(call: TestApi['call'], body: object = {}): Promise<string> {
  const answer = await call('POST', '/sessions/start', { body });
  expect(answer).toMatchObject({ status: 200 });
  return String(answer.body['session_id']);
}

async function idsOf(call: TestApi['call'], query = ''): Promise<unknown[]> {
  const { body } = await call('GET', `/sessions${query}`);
  return (body['items'] as Record<string, unknown>[]).map((item) => item['session_id']);
}

test('a session is there for its own key and the operator, also after a restart', async () => {
  const id = await start(one);
  const calls: [string, string][] = [
    ['GET', ''],
    ['GET', '/cookies'],
    ['GET', '/debug'],
    ['POST', '/page/screenshot'],
    ['GET', '/network/logs'],
    ['DELETE', '/stop'],
  ];
  for (const [method, rest] of calls) {
    const others = await two(method, `/sessions/${id}${rest}`);
    expect(others, rest).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(others.body['message']).toBe(
      (await two(method, `/sessions/nobody${rest}`)).body['message']
        ?.toString()
        .replace('nobody', id),
    );
  }
  expect([await idsOf(one), await idsOf(two), await idsOf(operator)]).toEqual([[id], [], [id]]);
  const watching = new WebSocket(
    `${server.url.replace('http', 'ws')}/sessions/${id}/debug/logs?token=${KEYS[1]?.key ?? ''}`,
  );
  await new Promise((resolve) => watching.once('error', resolve)); // 401
  expect(await operator('DELETE', `/sessions/${id}/stop`)).toMatchObject({ status: 200 });
  await server.close();
  await open();
  const all = '?only_active=false';
  expect([await idsOf(one, all), await idsOf(two, all)]).toEqual([[id], []]);
  expect((await two('GET', `/sessions/${id}`)).status).toBe(404);
  const kept = await readFile(join(dataDir, 'sessions', id, 'session.json'), 'utf8');
  expect(JSON.parse(kept)).toMatchObject({ owner: 'one' });
  expect(kept).not.toContain(KEYS[0]?.key);
});

test('a key whose sessions are all in use waits, by its name, while others start', async () => {
  const first = await start(one);
  const waiting = one('POST', '/sessions/start');
  await eventually(() => expect(server.counts.waiting).toBe(1));
  await start(two);
  expect(server.counts.waiting).toBe(1);
  const metrics = parseMetrics(String((await operator('GET', '/metrics')).body['text']));
  expect(metrics.get('sessionwright_key_sessions{key="one"}')).toBe(1);
  expect(metrics.get('sessionwright_key_sessions{key="two"}')).toBe(1);
  await one('DELETE', `/sessions/${first}/stop`);
  expect((await waiting).status).toBe(200);
});

test('what the whole server does is for the operator to read', async () => {
  const refused = await two('GET', '/metrics');
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(JSON.stringify(refused.body)).not.toContain('sessionwright_');
  expect((await operator('GET', '/metrics')).status).toBe(200);
});

test('each key has profiles of its own, and starts no session on those of others', async () => {
  const { body } = await one('POST', '/profiles/create', { body: { name: 'mine' } });
  const id = String(body['profile_id']);
  const path = `/profiles/${id}`;
  for (const [method, rest] of [
    ['GET', ''],
    ['GET', '/cookies'],
    ['POST', '/duplicate'],
    ['DELETE', ''],
  ] as const)
    expect(await two(method, path + rest, method === 'POST' ? { body: {} } : {})).toMatchObject({
      status: 404,
    });
  expect(await two('POST', '/sessions/start', { body: { profile: { id } } })).toMatchObject({
    status: 404,
  });
  const lists = await Promise.all([one, two, operator].map((call) => call('GET', '/profiles')));
  expect(lists.map((it) => (it.body['items'] as unknown[]).length)).toEqual([1, 0, 1]);
  await start(one, { profile: { id } });
});

test('each key has uploads of its own, and a URL leads to those of its key only', async () => {
  for (const [index, { key }] of KEYS.entries()) {
    const form = new FormData();
    form.append('file', new Blob([`of ${index}`]), 'a.txt');
    const headers = { authorization: `Bearer ${key}` };
    await fetch(`${server.url}/storage/uploads/a.txt`, { method: 'POST', headers, body: form });
  }
  const urls = await Promise.all(
    [one, two].map(async (call) =>
      String((await call('GET', '/storage/uploads/a.txt')).body['url']),
    ),
  );
  const contents = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
  expect(contents).toEqual(['of 0', 'of 1']);
  const forged = urls.map((url) => url.replace(/owner=\w+/, 'owner=two'));
  expect((await fetch(forged[0] ?? '')).status).toBe(401);
  expect((await fetch(urls[0]?.replace('owner=one&', '') ?? '')).status).toBe(401);
  expect((await operator('GET', '/storage/uploads')).body['files']).toEqual([]);
});

test('the same Idempotency-Key of two keys is not the same', async () => {
  const headers = { 'idempotency-key': 'same' };
  const [mine, theirs] = await Promise.all(
    [one, two].map((call) => call('POST', '/sessions/start', { headers })),
  );
  expect(mine?.body['session_id']).not.toBe(theirs?.body['session_id']);
});

test('a key opens a session by its WebSocket, and it is its own', async () => {
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/sessions/connect?token=${KEYS[0]?.key ?? ''}`,
  );
  await new Promise((resolve) => socket.once('open', resolve));
  expect([await idsOf(one), await idsOf(two)]).toEqual([[expect.any(String)], []]);
  socket.terminate();
});

test('keys that cannot be used are refused before anything starts', async () => {
  const keys = [{ name: 'x', key: 'short' }];
  await expect(startSessionServer({ keys })).rejects.toMatchObject({
    code: 'invalid_options',
    message: expect.stringContaining('[0].key must have at least 16 characters') as unknown,
  });
  const apiKey = KEYS[0]?.key;
  await expect(startSessionServer({ keys: KEYS, apiKey })).rejects.toMatchObject({
    code: 'invalid_options',
    message: expect.stringContaining('[0].key is the key of the server itself') as unknown,
  });
});
