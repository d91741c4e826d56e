/** A session's life as the API tells it: start, list, stop, and each way to end. */
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../eventually';
import { findChromium } from '../../../src/browser/find-chromium';
import type { SessionServerOptions } from '../../../src/server/index';
import { processesWith } from '../processes';
import type { TestApi } from './api';
import { startApi } from './api';

let api: TestApi;
let workDir: string;

afterEach(async () => {
  await api.server.close();
  await rm(workDir, { recursive: true, force: true });
});

async function open(options: SessionServerOptions = {}): Promise<void> {
  workDir = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
  api = await startApi({ workDir, ...options });
}

async function start(body: object = {}): Promise<string> {
  const answer = await api.call('POST', '/sessions/start', { body });
  expect(answer).toMatchObject({ status: 200, body: { status: 'active' } });
  return answer.body['session_id'] as string;
}

async function status(id: string): Promise<Record<string, unknown>> {
  return (await api.call('GET', `/sessions/${id}`)).body;
}

/** Titles and outcomes, as the viewer tells them. */
async function testsOf(id: string): Promise<unknown[]> {
  const { body } = await api.call('GET', `/sessions/${id}/viewer/story`);
  const { tests } = body['session'] as { tests: { title: string; outcome: string }[] };
  return tests.map(({ title, outcome }) => [title, outcome]);
}

/** Sends a signal to the main process of a session's browser. */
async function kill(id: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const [line] = (await processesWith(join(workDir, 'sessions', id))).filter(
    (it) => !it.includes('--type='),
  );
  process.kill(Number(line?.trim().split(' ')[0]), signal);
}

async function sessionFolders(): Promise<string[]> {
  return readdir(join(workDir, 'sessions'));
}

async function nothingLeft(): Promise<void> {
  await eventually(async () => {
    expect(await processesWith(workDir)).toEqual([]);
    const sessions = await sessionFolders();
    const folders = await Promise.all(
      sessions.map((session) => readdir(join(workDir, 'sessions', session))),
    );
    expect(folders.flat()).not.toContain('profile');
  });
}

test('a session is started, shown, listed and stopped, and leaves nothing', async () => {
  await open();
  const { body, status: code } = await api.call('POST', '/sessions/start');
  expect(code).toBe(200);
  expect(body).toMatchObject({
    status: 'active',
    closed_at: null,
    headless: true,
    idle_timeout_minutes: 3,
    timeout_minutes: 3,
    max_duration_minutes: 15,
    steps: [],
    error: null,
    viewport_width: 1280,
    viewport_height: 720,
  });
  expect(body['session_id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(body['cdp_url']).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/sessions\//);
  expect(body['viewer_url']).toContain('?');
  const id = body['session_id'] as string;
  expect(await status(id)).toMatchObject({
    session_id: id,
    status: 'active',
    cdp_url: body['cdp_url'],
  });
  expect(api.server.isActive(id)).toBe(true);
  const stopped = await api.call('DELETE', `/sessions/${id}/stop`);
  expect(stopped).toMatchObject({
    status: 200,
    body: {
      session_id: id,
      status: 'closed',
      cdp_url: null,
      viewer_url: null,
      closed_at: expect.stringMatching(/Z$/) as unknown,
      duration: expect.stringMatching(/^PT[\d.]+S$/) as unknown,
    },
  });
  expect(api.server.isActive(id)).toBe(false);
  await nothingLeft();
});

test('stopping is always fine for a session that was', async () => {
  await open();
  const id = await start();
  for (const method of ['DELETE', 'POST', 'DELETE'])
    expect(await api.call(method, `/sessions/${id}/stop`)).toMatchObject({
      status: 200,
      body: { status: 'closed' },
    });
  expect(await api.call('DELETE', '/sessions/nobody/stop')).toMatchObject({
    status: 404,
    body: { status: 404, code: 'not_found', message: expect.stringContaining('nobody') as unknown },
  });
});

test('sessions are listed by page and by status', async () => {
  await open();
  const [one, two] = await Promise.all([start(), start()]);
  await api.call('DELETE', `/sessions/${one}/stop`);
  const ids = async (query: string): Promise<unknown[]> =>
    ((await api.call('GET', `/sessions${query}`)).body['items'] as Record<string, unknown>[]).map(
      (item) => item['session_id'],
    );
  expect(await ids('/')).toEqual([two]);
  expect(await ids('?only_active=True&page_size=10&page=1')).toEqual([two]);
  expect(await ids('?only_active=false')).toHaveLength(2);
  expect(await ids('?status=closed')).toEqual([one]);
  const page = await api.call('GET', '/sessions?only_active=false&page=2&page_size=1');
  expect(page.body).toMatchObject({ page: 2, page_size: 1, has_next: false, has_previous: true });
  expect(await ids('/?only_active=0&only_current_token=True&include_system=False')).toHaveLength(2);
  expect(await ids('?status=active&only_active=false')).toEqual([two]);
  expect(await ids('?status=closed&only_active=true')).toEqual([]);
  expect(await ids('?only_active=false&page=7')).toEqual([]);
  expect(await ids('?unknown=1')).toEqual([two]);
  for (const query of [
    'page=0',
    'page=1.5',
    'page=',
    'page_size=0',
    'page_size=101',
    'page_size=ten',
    'status=running',
    'only_active=perhaps',
    'only_current_token=2',
    'include_system=null',
  ]) {
    expect(await api.call('GET', `/sessions/?${query}`), query).toMatchObject({
      status: 422,
      body: { status: 422, detail: [{ loc: ['query', query.replace(/=.*/, '')] }] },
    });
  }
});

test('a session that is not used times out; asking for its status is no use', async () => {
  await open({ minuteMs: 1000 });
  const id = await start({ idle_timeout_minutes: 1, max_duration_minutes: 100 });
  await eventually(async () =>
    expect(await status(id)).toMatchObject({
      status: 'timed_out',
      error: expect.stringContaining('not used') as unknown,
    }),
  );
  expect(await api.call('DELETE', `/sessions/${id}/stop`)).toMatchObject({
    status: 200,
    body: { status: 'closed' },
  });
  expect(await api.call('GET', `/sessions/${id}/cookies`)).toMatchObject({
    status: 410,
    body: { code: 'session_ended', session: { session_id: id, status: 'timed_out' } },
  });
  await nothingLeft();
});

test('a call counts as use, unless it says that it only looks', async () => {
  await open();
  const id = await start();
  const usedAt = async (): Promise<unknown> => (await status(id))['last_accessed_at'];
  const path = `/sessions/${id}`;
  const before = await usedAt();
  for (const query of ['update_metadata=false', 'update_metadata=False']) {
    expect(await api.call('GET', `${path}/cookies?${query}`)).toMatchObject({ status: 200 });
    expect(await api.call('GET', `${path}/debug?${query}`)).toMatchObject({ status: 200 });
    expect(
      await api.call('POST', `${path}/page/execute?${query}`, {
        body: { type: 'wait', time_ms: 1100 },
      }),
    ).toMatchObject({ status: 200, body: { success: true } });
    expect(await api.call('POST', `${path}/page/observe?${query}`, { body: {} })).toMatchObject({
      status: 200,
    });
    expect(await api.call('POST', `${path}/page/scrape?${query}`, { body: {} })).toMatchObject({
      status: 200,
    });
    expect(await api.call('POST', `${path}/page/screenshot?${query}`)).toMatchObject({
      status: 200,
    });
  }
  expect(await usedAt()).toBe(before);
  await api.call('GET', `${path}/debug?update_metadata=True`);
  const used = await usedAt();
  expect(used).not.toBe(before);
  await api.call('POST', `${path}/page/execute`, { body: { type: 'wait', time_ms: 10 } });
  expect(await usedAt()).not.toBe(used);
  expect(await api.call('GET', `${path}/cookies?update_metadata=perhaps`)).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['query', 'update_metadata'] }] },
  });
});

test('CDP traffic keeps a session awake, and its maximum duration ends it all the same', async () => {
  await open({ minuteMs: 4_000 }); // longer than a busy machine stands still
  const { body } = await api.call('POST', '/sessions/start', {
    body: { idle_timeout_minutes: 1, max_duration_minutes: 2 },
  });
  const socket = new WebSocket(`${String(body['cdp_url'])}&startup_page=false`);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => socket.terminate());
  socket.once('open', () => socket.send(JSON.stringify({ id: 0, method: 'Browser.getVersion' })));
  socket.on('message', () =>
    setTimeout(() => socket.send(JSON.stringify({ id: 1, method: 'Browser.getVersion' })), 50),
  );
  await closed;
  expect(await status(body['session_id'] as string)).toMatchObject({
    status: 'timed_out',
    error: expect.stringContaining('maximum duration') as unknown,
  });
});

test('a client past the gateway keeps a session awake as long as it is there', async () => {
  await open({ minuteMs: 1_500 });
  const id = await start({ idle_timeout_minutes: 1, max_duration_minutes: 1000 });
  const direct = api.server.enterDirectly(id);
  const socket = new WebSocket(direct?.cdpUrl ?? '');
  await once(socket, 'open');
  const other = await start({ idle_timeout_minutes: 2, max_duration_minutes: 1000 });
  await eventually(async () => expect(await status(other)).toMatchObject({ status: 'timed_out' }));
  expect(await status(id)).toMatchObject({ status: 'active' });
  socket.terminate();
  direct?.leave();
  await eventually(async () => expect(await status(id)).toMatchObject({ status: 'timed_out' }));
});

test('a browser that dies takes its session with it, and the error says how', async () => {
  await open();
  const id = await start();
  api.server.noteTest(id, { title: 'buys a lamp' });
  await kill(id);
  await eventually(async () =>
    expect(await status(id)).toMatchObject({
      status: 'error',
      error: 'The browser ended by itself (signal SIGKILL).',
    }),
  );
  expect(await testsOf(id)).toEqual([['buys a lamp', 'failed']]);
  await nothingLeft();
});

test('a test whose session is stopped in the middle has neither passed nor failed', async () => {
  await open();
  const id = await start();
  api.server.noteTest(id, { title: 'buys a lamp' });
  await api.call('DELETE', `/sessions/${id}/stop`);
  expect(await testsOf(id)).toEqual([['buys a lamp', 'skipped']]);
});

test.skipIf(process.platform === 'win32')(
  'what a killed browser wrote before is not told as the reason',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
    const executablePath = join(folder, 'talking-browser');
    const { executablePath: chromium } = await findChromium();
    await writeFile(
      executablePath,
      `#!/bin/sh\necho 'something about a display' >&2\nexec '${chromium}' "$@"\n`,
      { mode: 0o755 },
    );
    await open({ executablePath });
    const id = await start();
    await kill(id);
    await eventually(async () =>
      expect(await status(id)).toMatchObject({
        error: 'The browser ended by itself (signal SIGKILL).',
      }),
    );
    await rm(folder, { recursive: true });
  },
);

test('a repeated request with the same key gets the same session', async () => {
  await open();
  const headers = { 'idempotency-key': 'once' };
  const [one, two] = await Promise.all(
    [1, 2].map(() => api.call('POST', '/sessions/start', { body: {}, headers })),
  );
  expect(one?.body['session_id']).toBe(two?.body['session_id']);
  expect(one?.headers.get('idempotency-key')).toBe('once');
  expect(one?.body['idempotency_key']).toBe('once');
  expect(
    await api.call('POST', '/sessions/start', { body: { headless: true }, headers }),
  ).toMatchObject({ status: 422 });
  expect((await api.call('GET', '/sessions')).body['items']).toMatchObject([
    { idempotency_key: 'once' }, // whoever lost the answer finds it by that
  ]);
});

test('a caller that leaves before its session is ready leaves none behind', async () => {
  await open();
  const leaving = new AbortController();
  const request = fetch(`${api.server.url}/sessions/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.server.apiKey}` },
    signal: leaving.signal,
  });
  await eventually(async () => expect(await sessionFolders()).toHaveLength(1));
  leaving.abort();
  await expect(request).rejects.toThrow();
  await eventually(async () =>
    expect((await api.call('GET', '/sessions?status=closed')).body['items']).toHaveLength(1),
  );
  await nothingLeft();
});

test('more sessions than there is room for are refused for a while', async () => {
  await open({ maxSessions: 1, maxWaiting: 0 });
  const id = await start();
  const refused = await api.call('POST', '/sessions/start');
  expect(refused).toMatchObject({ status: 429, body: { status: 429, code: 'rate_limited' } });
  expect(refused.headers.get('retry-after')).toBe('5');
  await api.call('DELETE', `/sessions/${id}/stop`);
  await start();
});

test('closing the server ends every session, one that is just starting too', async () => {
  await open();
  await start();
  const starting = api.call('POST', '/sessions/start').catch(() => undefined);
  await eventually(async () => expect(await sessionFolders()).toHaveLength(2));
  await Promise.all([api.server.close(), api.server.close()]);
  await starting;
  await nothingLeft();
  await expect(fetch(`${api.server.url}/health`)).rejects.toThrow();
});

test('a browser that cannot be started is an error, and leaves nothing', async () => {
  await open({ executablePath: '/nowhere/chromium' });
  vi.stubEnv('SESSIONWRIGHT_EXECUTABLE_PATH', '');
  expect(await api.call('POST', '/sessions/start')).toMatchObject({
    status: 501,
    body: {
      code: 'browser_not_found',
      message: expect.stringContaining('/nowhere/chromium') as unknown,
    },
  });
  vi.unstubAllEnvs();
  expect(await sessionFolders()).toEqual([]);
});

test('a browser that hangs is killed when its session is stopped', async () => {
  await open();
  const id = await start();
  await kill(id, 'SIGSTOP');
  expect(await api.call('DELETE', `/sessions/${id}/stop`)).toMatchObject({
    status: 200,
    body: { status: 'closed' },
  });
  await nothingLeft();
});

test.skipIf(process.platform === 'win32')(
  'closing the server gives up the start of a browser that hangs',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
    const executablePath = join(folder, 'hanging-browser');
    await writeFile(executablePath, '#!/bin/sh\necho started > "$0.log"\nexec sleep 100\n', {
      mode: 0o755,
    });
    await open({ executablePath });
    const starting = api.call('POST', '/sessions/start');
    await eventually(async () => stat(`${executablePath}.log`));
    const since = Date.now();
    await api.server.close();
    expect(Date.now() - since).toBeLessThan(20_000); // a start may take 30 s
    expect(await starting.catch(() => ({ status: 503 }))).toMatchObject({ status: 503 }); // or it was cut off
    await nothingLeft();
    await rm(folder, { recursive: true });
  },
);
