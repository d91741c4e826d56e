/** Watching a session: pictures and steps over WebSockets. */
import { once } from 'node:events';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SessionsClient } from '../../../src/client/index';
import type { TestApi } from './api';
import { startApi } from './api';

let api: TestApi;
let session: { session_id: string; cdp_url: string; viewer_url: string };

beforeEach(async () => {
  api = await startApi();
  session = (await api.call('POST', '/sessions/start')).body as unknown as typeof session;
});
afterEach(() => api.server.close());

async function recordingUrl(): Promise<string> {
  return (await sockets())['recording'] ?? '';
}

async function sockets(): Promise<Record<string, string>> {
  return (await api.call('GET', `/sessions/${session.session_id}/debug`)).body['ws'] as Record<
    string,
    string
  >;
}

/** The messages of a socket as they come. */
async function watch(
  url: string,
): Promise<{ socket: WebSocket; pictures: Buffer[]; texts: string[] }> {
  const socket = new WebSocket(url);
  const pictures: Buffer[] = [];
  const texts: string[] = [];
  socket.on('message', (data: Buffer, isBinary: boolean) =>
    isBinary ? pictures.push(data) : texts.push(data.toString()),
  );
  await once(socket, 'open');
  return { socket, pictures, texts };
}

test('every watcher gets each picture as a JPEG of its own, newcomers too, and hears of the end', async () => {
  const browser = await chromium.connectOverCDP(session.cdp_url);
  const page = browser.contexts()[0]?.pages()[0];
  await page?.setContent('<h1 style="background: teal">Watched</h1>');
  const first = await watch(await recordingUrl());
  await expect.poll(() => first.pictures.length).toBeGreaterThan(0);
  const second = await watch(await recordingUrl());
  await expect.poll(() => second.pictures.length).toBeGreaterThan(0);
  const before = first.pictures.length;
  await page?.setContent('<h1 style="background: orange">Changed</h1>');
  await expect.poll(() => first.pictures.length).toBeGreaterThan(before);
  for (const picture of first.pictures)
    expect(picture.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
  const closed = once(first.socket, 'close');
  await api.call('DELETE', `/sessions/${session.session_id}/stop`);
  await closed;
  expect(first.texts.map((text) => JSON.parse(text) as unknown)).toMatchObject([
    { type: 'error', data: expect.stringContaining('closed') as unknown },
  ]);
});

test("each step is told on the log socket, past ones first, and on the pictures' socket too", async () => {
  const step = async (): Promise<unknown> =>
    expect((await api.call('POST', `/sessions/${session.session_id}/page/screenshot`)).status).toBe(
      200,
    );
  const typesOf = (texts: string[]): unknown[] =>
    texts.map((text) => (JSON.parse(text) as { type: unknown }).type);
  await step();
  const client = new SessionsClient({ apiUrl: api.server.url, apiKey: api.server.apiKey });
  const { ws } = await (await client.connect(session.session_id)).debugInfo();
  await client.close();
  const logs = await watch(ws.logs);
  await expect.poll(() => typesOf(logs.texts)).toEqual(['screenshot']);
  const pictures = await watch(ws.recording);
  await step();
  await expect.poll(() => typesOf(logs.texts)).toEqual(['screenshot', 'screenshot']);
  await expect.poll(() => typesOf(pictures.texts)).toEqual(['screenshot', 'screenshot']);
  const closed = Promise.all([logs, pictures].map(({ socket }) => once(socket, 'close')));
  await api.call('DELETE', `/sessions/${session.session_id}/stop`);
  await closed;
  for (const { texts } of [logs, pictures])
    expect(typesOf(texts)).toEqual(['screenshot', 'screenshot', 'error']);
  for (const text of logs.texts)
    expect(JSON.parse(text)).toEqual({
      type: expect.any(String) as unknown,
      data: expect.any(String) as unknown,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    });
  expect(logs.pictures).toEqual([]);
  expect((await api.call('GET', `/sessions/${session.session_id}/offset`)).body).toEqual({
    offset: 2,
  });
  expect((await api.call('GET', `/sessions/${session.session_id}`)).body['steps']).toEqual([
    { type: 'screenshot', value: null },
    { type: 'screenshot', value: null },
  ]);
});

test('whoever may watch may not drive, and the other way round', async () => {
  const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';
  const swapped = [
    session.cdp_url.replace(/token=.*/, `token=${tokenOf(session.viewer_url)}`),
    (await recordingUrl()).replace(/token=.*/, `token=${tokenOf(session.cdp_url)}`),
  ];
  for (const url of swapped) {
    const [, response] = (await once(new WebSocket(url), 'unexpected-response')) as [
      unknown,
      { statusCode: number },
    ];
    expect(response.statusCode).toBe(401);
  }
  const { socket } = await watch(
    (await recordingUrl()).replace(/token=.*/, `token=${api.server.apiKey}`),
  );
  socket.close();
  expect(
    await api.call(
      'GET',
      session.viewer_url.slice(api.server.url.length).replace(/token=.*/, 'token=wrong'),
    ),
  ).toMatchObject({ status: 401 });
});

test('a session has 100 viewers at most, and they block neither its test nor other viewers', async () => {
  const logs = (await sockets())['logs'] ?? '';
  const watching = await Promise.all(Array.from({ length: 100 }, async () => watch(logs)));
  const [, refused] = (await once(new WebSocket(logs), 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  expect(refused.statusCode).toBe(503);
  const browser = await chromium.connectOverCDP(session.cdp_url);
  expect(browser.isConnected()).toBe(true);
  session = (await api.call('POST', '/sessions/start')).body as unknown as typeof session;
  await watch((await sockets())['logs'] ?? '');
  watching[0]?.socket.close();
  const isAdmitted = async (): Promise<boolean> =>
    watch(logs).then(
      () => true,
      () => false,
    );
  await expect.poll(isAdmitted, { timeout: 30_000 }).toBe(true);
}, 120_000);
