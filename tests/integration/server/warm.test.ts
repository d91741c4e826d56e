/** Browsers that wait for sessions: they are there at once, for whom they were made, and nobody counts or keeps them. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import { processesWith } from '../processes';
import { startApi, type TestApi } from './api';

let workDir: string;
let api: TestApi;

beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
});
afterEach(async () => {
  await api.server.close();
  await nothingLeft();
  await rm(workDir, { recursive: true, force: true });
});

/** What was killed needs a moment to be gone. */
async function nothingLeft(): Promise<void> {
  await eventually(async () => expect(await processesWith(workDir)).toEqual([]));
}

/** The browsers of this server: process and folder of each. */
async function browsers(): Promise<{ pid: number; id: string }[]> {
  const lines = (await processesWith(workDir)).filter((line) => !line.includes('--type='));
  return lines.flatMap((line) => {
    const id = /sessions\/([0-9a-f-]{36})\/profile/.exec(line)?.[1];
    return id === undefined ? [] : [{ pid: Number(line.trim().split(' ')[0]), id }];
  });
}

/** Waits until so many browsers wait for sessions. */
async function waiting(count: number): Promise<string[]> {
  return eventually(async () => {
    expect(api.server.warm).toBe(count);
    const { body } = await api.call('GET', '/sessions');
    const used = (body['items'] as { session_id: string }[]).map((it) => it.session_id);
    const ids = (await browsers()).map(({ id }) => id).filter((id) => !used.includes(id));
    expect(ids).toHaveLength(count);
    return ids;
  });
}

async function start(body: object = {}): Promise<{ id: string; cdpUrl: string }> {
  const answer = await api.call('POST', '/sessions/start', { body });
  expect(answer).toMatchObject({ status: 200, body: { status: 'active' } });
  return { id: answer.body['session_id'] as string, cdpUrl: answer.body['cdp_url'] as string };
}

test('a session begins with a browser that waited, and another one takes its place', async () => {
  api = await startApi({ workDir, warm: 1 });
  const [first] = await waiting(1);
  expect((await api.call('GET', '/sessions')).body['items']).toEqual([]);
  const { id, cdpUrl } = await start({ headless: true, idle_timeout_minutes: 5 }); // which shape no browser
  expect(id).toBe(first);
  const browser = await chromium.connectOverCDP(cdpUrl);
  const page = browser.contexts()[0]?.pages()[0];
  expect(await page?.evaluate(() => [innerWidth, innerHeight])).toEqual([1280, 720]);
  await browser.close();
  const [second] = await waiting(1);
  expect(second).not.toBe(first);
  await api.call('DELETE', `/sessions/${id}/stop`);
  expect((await start()).id).toBe(second);
});

test('none is handed out with other options than it was made with; what was asked for waits next', async () => {
  api = await startApi({ workDir, warm: 1 });
  const [plain] = await waiting(1);
  const body = { viewport_width: 640, viewport_height: 480, user_agent: 'Somebody' };
  const { id } = await start(body);
  expect(id).not.toBe(plain);
  const [like] = await eventually(async () => {
    const ids = await waiting(1);
    expect(ids).not.toEqual([plain]);
    return ids;
  });
  expect((await start(body)).id).toBe(like);
  await waiting(1);
  const other = await start({ ...body, user_agent: 'Somebody else' });
  const browser = await chromium.connectOverCDP(other.cdpUrl);
  expect(
    await browser
      .contexts()[0]
      ?.pages()[0]
      ?.evaluate(() => navigator.userAgent),
  ).toBe('Somebody else');
  await browser.close();
});

test('a profile starts its own browser', async () => {
  api = await startApi({ workDir, warm: 1 });
  const [plain] = await waiting(1);
  const { body } = await api.call('POST', '/profiles/create', { body: { name: 'mine' } });
  const { id } = await start({ profile: { id: body['profile_id'] } });
  expect(id).not.toBe(plain);
  expect(await waiting(1)).toEqual([plain]);
});

test('they do not count as sessions, and one that has died is not handed out', async () => {
  api = await startApi({ workDir, warm: 2, maxSessions: 1, maxWaiting: 0 });
  await waiting(2);
  for (const { pid } of await browsers()) process.kill(pid, 'SIGKILL');
  await eventually(() => expect(api.server.warm).toBe(0));
  const { id } = await start();
  expect((await api.call('GET', `/sessions/${id}`)).body['status']).toBe('active');
  expect(await waiting(2)).not.toContain(id);
  expect((await api.call('POST', '/sessions/start')).status).toBe(429);
});

test('they end with the server, one that is just starting too', async () => {
  api = await startApi({ workDir, warm: 3 });
  await eventually(async () => expect(await readdir(join(workDir, 'sessions'))).toHaveLength(3));
  await api.server.close();
  await nothingLeft();
  expect(await readdir(join(workDir, 'sessions')).catch(() => [])).toEqual([]);
});

test('on a Grid none waits: it would take a slot, and a server that drains would wait for it', async () => {
  const seen: string[] = [];
  const hub = createServer(({ method, url }) => void seen.push(`${method} ${url}`)); // all its slots are in use
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  const { port } = hub.address() as AddressInfo;
  api = await startApi({ workDir, warm: 1, grid: { url: `http://127.0.0.1:${port}` } });
  await api.server.drain();
  expect(seen).toEqual([]);
  hub.closeAllConnections();
  hub.close();
});
