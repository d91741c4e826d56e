/** More starts than places: who waits, in which order, for how long, and who is taken out of the queue. */
import { expect, test, type TestContext } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../eventually';
import type { SessionServerOptions } from '../../../src/server/index';
import { startApi, type ApiAnswer } from './api';

/** A server with few places, and what its callers do. It is closed at the end of the test. */
async function open(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: SessionServerOptions,
) {
  const api = await startApi(options);
  onTestFinished(() => api.server.close());
  const start = async (headers: Record<string, string> = {}): Promise<ApiAnswer> =>
    api.call('POST', '/sessions/start', { headers });
  const stop = async ({ body }: ApiAnswer): Promise<ApiAnswer> =>
    api.call('DELETE', `/sessions/${String(body['session_id'])}/stop`);
  /** A start that waits: resolves when it is in the queue, so that the order is certain. */
  const queued = async (waiting: number, headers: Record<string, string> = {}) => {
    const answer = start(headers);
    await eventually(() => expect(api.server.counts.waiting).toBe(waiting));
    return { answer };
  };
  return { api, start, stop, queued };
}

test('starts beyond the places are served in turn, each as soon as a place is free', async (context) => {
  const { api, start, stop, queued } = await open(context, { maxSessions: 1 });
  const running = await start();
  const one = await queued(1);
  const two = await queued(2);
  expect((await api.call('GET', '/sessions')).body['items']).toHaveLength(1);
  await stop(running);
  const first = await one.answer;
  expect(first).toMatchObject({ status: 200, body: { status: 'active' } });
  expect(api.server.counts.waiting).toBe(1);
  await stop(first);
  expect((await two.answer).status).toBe(200);
});

test('who goes away while it waits is taken out of the queue, and leaves no session', async (context) => {
  const { api, start, stop } = await open(context, { maxSessions: 1 });
  const running = await start();
  const leaving = new AbortController();
  const asked = ['POST /sessions/start', 'POST /scrape'].map(async (call) => {
    const [method = '', path = ''] = call.split(' ');
    return fetch(api.server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${api.server.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': 'one',
      },
      body: path === '/scrape' ? '{"url":"http://127.0.0.1:1/"}' : '{}',
      signal: leaving.signal,
    }).catch(() => undefined);
  });
  const socket = new WebSocket(
    `${api.server.url.replace('http', 'ws')}/sessions/connect?token=${api.server.apiKey}`,
  );
  socket.on('error', () => {});
  await eventually(() => expect(api.server.counts.waiting).toBe(3));
  leaving.abort();
  socket.terminate();
  await Promise.all(asked);
  await eventually(() => expect(api.server.counts.waiting).toBe(0));
  await stop(running);
  expect((await start()).status).toBe(200);
  expect((await api.call('GET', '/sessions?only_active=false')).body['items']).toHaveLength(2);
});

test('a start that two callers want waits until both have left', async (context) => {
  const { api, start, stop, queued } = await open(context, { maxSessions: 1 });
  const running = await start();
  const leaving = new AbortController();
  const headers = { 'idempotency-key': 'shared' };
  const one = fetch(`${api.server.url}/sessions/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.server.apiKey}`, ...headers },
    signal: leaving.signal,
  }).catch(() => undefined);
  const two = await queued(1, headers);
  leaving.abort();
  await one;
  await stop(running);
  expect((await two.answer).status).toBe(200);
});

test('a WebSocket waits for its session too, and what it sent early is not lost', async (context) => {
  const { api, start, stop } = await open(context, { maxSessions: 1 });
  const running = await start();
  const socket = new WebSocket(
    `${api.server.url.replace('http', 'ws')}/sessions/connect?token=${api.server.apiKey}`,
  );
  const version = new Promise((resolve) =>
    socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()))),
  );
  socket.once('open', () => socket.send('{"id":1,"method":"Browser.getVersion"}'));
  await eventually(() => expect(api.server.counts.waiting).toBe(1));
  await stop(running);
  expect(await version).toMatchObject({ id: 1, result: { product: /Chrom/ } });
  socket.terminate();
});

test('a server that closes leaves nobody waiting', async (context) => {
  const { api, start, queued } = await open(context, { maxSessions: 1 });
  await start();
  const { answer } = await queued(1);
  await api.server.close();
  expect(await answer.catch(() => ({ status: 503 }))).toMatchObject({ status: 503 }); // or it was cut off
});

// These two wait for what does not come.

test.concurrent(
  'more starts than may wait are refused at once, and one that waits too long with the reason',
  async (context) => {
    const { api, start, queued } = await open(context, {
      maxSessions: 1,
      maxWaiting: 1,
      maxWait: 10_000,
    });
    await start();
    const { answer } = await queued(1);
    const refused = await start();
    expect(refused).toMatchObject({
      status: 429,
      body: {
        status: 429,
        code: 'rate_limited',
        message:
          'All 1 sessions of this server are in use, with 1 start in the queue. Stop one, or come again later.',
      },
    });
    expect(refused.headers.get('retry-after')).toBe('5');
    const inVain = await answer;
    expect(inVain).toMatchObject({
      status: 429,
      body: {
        message: expect.stringContaining('Waited 10.0 s for a session: All 1 sessions') as unknown,
      },
    });
    expect(inVain.headers.get('retry-after')).toBe('1');
    expect(api.server.counts.waiting).toBe(0);
  },
);

test.concurrent('who comes again with the same key has not lost its turn', async (context) => {
  const { api, start, stop, queued } = await open(context, { maxSessions: 1, maxWait: 10_000 });
  const running = await start();
  const early = await queued(1, { 'idempotency-key': 'early' });
  expect((await early.answer).status).toBe(429);
  const late = await queued(1);
  const again = await queued(2, { 'idempotency-key': 'early' });
  await stop(running);
  expect((await again.answer).status).toBe(200);
  expect(api.server.counts.waiting).toBe(1);
  late.answer.catch(() => undefined); // it ends with the server
});
