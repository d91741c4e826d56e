/** What callers can make a server do and keep: almost nothing without a key, and nothing that keeps the callers with another key waiting. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import type { TestApi } from './api';
import { apiCaller, startApi } from './api';

const KEY = 'key-of-a-team-1234567890';
const SMALL_KEY = 'key-of-a-small-team-1234';
const MB = 1024 * 1024;
/** Connections without a key that a server keeps. */
const MAX_STRANGERS = 500;
/** Connections of a key that may have one session. */
const MAX_OF_KEY = 200;

let api: TestApi;
let team: TestApi['call'];
let host: string;
const open = new Set<Client>();

beforeAll(async () => {
  api = await startApi({
    keys: [
      { name: 'team', key: KEY },
      { name: 'small', key: SMALL_KEY, maxSessions: 1 },
    ],
  });
  team = apiCaller(api.server.url, KEY);
  host = `Host: ${new URL(api.server.url).host}\r\n`;
});
afterEach(() => {
  for (const { socket } of open) socket.destroy();
  open.clear();
});
afterAll(() => api.server.close());

/** A bare connection, and what the server has sent over it. */
interface Client {
  socket: Socket;
  received: string;
}

async function client(sent: string | Buffer = '', from = '127.0.0.1'): Promise<Client> {
  const port = Number(new URL(api.server.url).port);
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  const it: Client = { socket, received: '' };
  open.add(it);
  socket.on('error', () => undefined);
  socket.setEncoding('latin1').on('data', (text: string) => (it.received += text));
  await once(socket, 'connect');
  socket.write(sent);
  return it;
}

async function clients(count: number, sent = '', from?: string): Promise<Client[]> {
  const all: Client[] = [];
  while (all.length < count)
    all.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(50, count - all.length) }, () => client(sent, from)),
      )),
    );
  return all;
}

/** What the server has sent when it has closed the connection. */
async function whole(it: Client): Promise<string> {
  if (!it.socket.closed) await once(it.socket, 'close');
  return it.received;
}

function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
}

function withKey(path: string, key = KEY): string {
  return `GET ${path} HTTP/1.1\r\n${host}Authorization: Bearer ${key}\r\n\r\n`;
}

async function stillOpen(all: readonly Client[]): Promise<number> {
  await setImmediate();
  return all.filter(({ socket }) => !socket.closed).length;
}

test('silent connections, from one address or from many, keep no caller with a key out', async () => {
  const known = await client(withKey('/sessions'));
  await eventually(() => expect(statuses(known.received)).toEqual([200]));
  const silent = [
    ...(await clients(MAX_STRANGERS + 100)),
    ...(await clients(50, '', '127.0.0.2')), // few from there: they are not the ones that make room
  ];
  const beganMs = performance.now();
  expect(await team('GET', '/sessions')).toMatchObject({ status: 200 });
  expect(performance.now() - beganMs).toBeLessThan(3_000); // it was never answered before
  expect(await api.call('GET', '/health', { headers: { authorization: '' } })).toMatchObject({
    status: 200,
  });
  await eventually(async () => expect(await stillOpen(silent)).toBeLessThanOrEqual(MAX_STRANGERS));
  expect(await stillOpen(silent.slice(-50))).toBe(50);
  expect(known.socket.closed).toBe(false);
  known.socket.write(withKey('/sessions'));
  await eventually(() => expect(statuses(known.received)).toEqual([200, 200]));
});

test('a body without a key may have 1 KB: more is refused at once, and nothing of it is kept', async () => {
  const before = process.memoryUsage().arrayBuffers;
  const head = `POST /viewer/passes HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;
  const part = Buffer.concat([
    Buffer.from(`${head}Content-Length: ${4 * MB}\r\n\r\n{"ticket": "`),
    Buffer.alloc(3 * MB, 'x'),
  ]);
  const announced = await Promise.all(Array.from({ length: 60 }, () => client(part)));
  for (const it of announced) expect(statuses(await whole(it))).toEqual([413]);
  const chunk = `${(2_000).toString(16)}\r\n${'x'.repeat(2_000)}\r\n`;
  const chunked = await client(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
  expect(await whole(chunked)).toContain('longer than 1 KB');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * MB);
});

test('unfinished bodies of a key take 64 MB together: more are refused, and other keys notice nothing', async () => {
  const before = process.memoryUsage().arrayBuffers;
  const call = `POST /sessions/start HTTP/1.1\r\n${host}Content-Type: application/json\r\nAuthorization: Bearer`;
  const body = Buffer.alloc(4 * MB - 100, ' ');
  const head = `Content-Length: ${4 * MB}\r\n\r\n`;
  const part = Buffer.concat([Buffer.from(`${call} ${KEY}\r\n${head}`), body]);
  const unfinished = await Promise.all(Array.from({ length: 40 }, () => client(part)));
  const refused = (): Client[] => unfinished.filter(({ received }) => received !== '');
  await eventually(() => expect(refused().length).toBeGreaterThanOrEqual(24));
  for (const it of refused())
    expect(await whole(it)).toMatch(/ 429 [^]*retry-after: 1[^]*the key \\"team\\" hold 64 MB/i);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(90 * MB);
  expect(await api.call('POST', '/profiles/create', { body: {} })).toMatchObject({ status: 200 });
  for (const { socket } of unfinished) socket.destroy();
  await eventually(async () =>
    expect(await team('POST', '/profiles/create', { body: {} })).toMatchObject({ status: 200 }),
  );
});

test('a body in chunks of one byte takes no more memory than any other', async () => {
  const head = `POST /sessions/start HTTP/1.1\r\n${host}Content-Type: application/json\r\nAuthorization: Bearer ${KEY}\r\n`;
  const chunks = await client(
    `${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(600_000)}`,
  );
  await eventually(() => expect(statuses(chunks.received)).toEqual([429]));
});

test('whether a caller has the key is decided before its body is asked for', async () => {
  const head = `Content-Type: application/json\r\nContent-Length: ${4 * MB}\r\n`;
  const expecting = await client(
    `POST /sessions/start HTTP/1.1\r\n${host}Expect: 100-continue\r\n${head}\r\n`,
  );
  expect(statuses(await whole(expecting))).toEqual([401]);
  const body = '{"headles": true}';
  const allowed = await client(
    `POST /sessions/start HTTP/1.1\r\n${host}Authorization: Bearer ${KEY}\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  await eventually(() => expect(statuses(allowed.received)).toEqual([100]));
  allowed.socket.write(body);
  await eventually(() => expect(statuses(allowed.received)).toEqual([100, 422]));
});

test.each(['GET /health', 'GET /nowhere', 'OPTIONS /sessions', 'GET /viewer/nothing.js'])(
  'a connection without a key carries one request: %s',
  async (call) => {
    const many = await client(`${call} HTTP/1.1\r\n${host}\r\n`.repeat(1_000));
    expect(statuses(await whole(many)).length).toBeLessThanOrEqual(1);
    const two = await client(`${call} HTTP/1.1\r\n${host}\r\n`.repeat(2));
    expect(statuses(await whole(two))).toHaveLength(1);
    const unread = await client(`${call} HTTP/1.1\r\n${host}Content-Length: ${MB}\r\n\r\n`);
    expect(statuses(await whole(unread))).toHaveLength(1);
  },
);

test('a key has as many connections as its sessions need, and takes none from another key', async () => {
  const call = withKey('/sessions', SMALL_KEY);
  const listed = await clients(MAX_OF_KEY, call);
  await eventually(() => {
    for (const it of listed) expect(statuses(it.received)).toEqual([200]);
  });
  expect(await whole(await client(call))).toMatch(/ 503 [^]*retry-after[^]*the key \\"small\\"/i);
  expect(await api.call('GET', '/sessions')).toMatchObject({ status: 200 });
  expect(await stillOpen(listed)).toBe(MAX_OF_KEY);
  listed[0]?.socket.destroy();
  await eventually(async () => {
    const next = await client(call);
    await eventually(() => expect(next.received).not.toBe(''));
    expect(statuses(next.received)).toEqual([200]);
  });
});

test('an upgrade to nowhere, and one that never ends, leave nothing open', async () => {
  const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\n`;
  const refused = await client(`GET /nowhere HTTP/1.1\r\n${host}${upgrade}\r\n`);
  expect(statuses(await whole(refused))).toEqual([400]);
  const half = await client(`GET /sessions/connect HTTP/1.1\r\n${host}${upgrade}`);
  half.socket.end();
  await whole(half);
});
