/** What whoever runs tests tells a server of them: who may, and what becomes of it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { SessionsClient } from '../../../src/client/index';
import type { TestNote } from '../../../src/contract/test-notes';
import type { ViewedStory, Wall } from '../../../src/contract/viewer';
import type { SessionServerOptions } from '../../../src/server/index';
import { startApi, type TestApi } from './api';
import { startShown } from './viewer-browser';

/** So much apart, what is told stands in its order however long it took to tell. */
const MINUTE_MS = 60_000;

let api: TestApi;
afterEach(() => api.server.close());

async function open(options: SessionServerOptions = {}): Promise<SessionsClient> {
  api = await startApi(options);
  const client = new SessionsClient({ apiUrl: api.server.url, apiKey: api.server.apiKey });
  onTestFinished(async () => client.close());
  return client;
}

/** A step that took 20 ms. */
function step(id: string, atMs: number, rest: object = {}): TestNote {
  const place = 'shop.spec.ts:12';
  return { step: `Click ${id}`, id, at: atMs, duration: 20, place, hasFailed: false, ...rest };
}

test('tests are chapters of the replay, with their steps and what the page said on its console', async () => {
  const client = await open({ recording: 'always' });
  const { session_id: id, page } = await startShown(api);
  const session = await client.connect(id);
  const run = { id: 'r1', name: 'shop #41' };
  await session.noteTests([{ title: 'buys a lamp', run }]);
  await page.evaluate(() => console.error('the card was', 'declined', { code: 51 }));
  await session.noteTests([
    step('early', Date.now() - MINUTE_MS),
    step('late', Date.now() + MINUTE_MS, { duration: null, place: '' }),
  ]);
  await session.noteTests([
    step('late', Date.now() + MINUTE_MS, { hasFailed: true }),
    { outcome: 'failed' },
  ]);
  const wall = (await api.call('GET', '/viewer/sessions')).body as unknown as Wall;
  expect(wall.sessions).toMatchObject([
    { test: { title: 'buys a lamp', outcome: 'failed' }, run, testsDone: 1, testsFailed: 1 },
  ]);
  expect(wall.sessions[0]?.test).not.toHaveProperty('run');
  await session.stop();
  const read = async (): Promise<ViewedStory> =>
    (await api.call('GET', `/sessions/${id}/viewer/story`)).body as unknown as ViewedStory;
  await expect.poll(async () => (await read()).replay?.state, { timeout: 60_000 }).toBe('ready');
  const { session: shown, events } = await read();
  expect(shown.tests).toMatchObject([{ title: 'buys a lamp', outcome: 'failed' }]);
  expect(events).toEqual([
    expect.objectContaining({ title: 'Click early', location: 'shop.spec.ts:12', level: 'info' }),
    expect.objectContaining({
      kind: 'console',
      level: 'error',
      title: expect.stringMatching(/^the card was declined (Object|\{)/) as string,
    }),
    expect.objectContaining({ title: 'Click late', level: 'error' }),
  ]);
}, 120_000);

test('a long story of a replay is read in another process', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'story-'));
  onTestFinished(async () => rm(dataDir, { recursive: true, force: true }));
  const client = await open({ recording: 'always', dataDir });
  const { session_id: id } = await startShown(api);
  await (await client.connect(id)).stop();
  const story = async () => api.call('GET', `/sessions/${id}/viewer/story`);
  const folder = join(dataDir, 'sessions', id, 'network');
  await mkdir(folder, { recursive: true });
  const entry = (at: number) => ({
    startedDateTime: new Date(at).toISOString(),
    time: 1,
    request: { method: 'GET', url: `http://site.test/${at}?${'x'.repeat(5_000)}` },
    response: { status: at % 10 === 0 ? 500 : 200, statusText: '' },
  });
  for (let batch = 1; batch <= 100; batch++) {
    const entries = Array.from({ length: 100 }, (_, at) => entry(batch * 100 + at));
    const name = `batch-${String(batch + 1000).padStart(6, '0')}.har`;
    await writeFile(join(folder, name), JSON.stringify({ log: { entries } }));
  }
  const before = process.cpuUsage();
  await expect
    .poll(async () => ((await story()).body as unknown as ViewedStory).replay?.state, {
      timeout: 60_000,
    })
    .toBe('ready');
  const first = (await story()).body as unknown as ViewedStory;
  const requests = first.events.filter(({ kind }) => kind === 'request');
  expect(requests).toHaveLength(500);
  expect(requests.at(-1)?.title).toBe('GET http://site.test/10090');
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000, 'CPU time of the server, in ms').toBeLessThan(2_000);
}, 120_000);

test('times are those of whoever tells, whose clock may be another', async () => {
  await open();
  const { session_id: id } = await startShown(api);
  const theirMs = Date.now() - 3_600_000;
  const notes = [{ title: 'buys a lamp', at_ms: theirMs - 500 }];
  const sentMs = Date.now();
  const path = `/sessions/${id}/viewer/notes`;
  expect(await api.call('POST', path, { body: { now_ms: theirMs, notes } })).toMatchObject({
    status: 200,
    body: { taken: 1 },
  });
  const { sessions } = (await api.call('GET', '/viewer/sessions')).body as unknown as Wall;
  const startMs = sessions[0]?.test?.startMs ?? 0;
  expect(startMs).toBeGreaterThanOrEqual(sentMs - 500);
  expect(startMs).toBeLessThanOrEqual(Date.now() - 500);
});

test('only whoever may use the session tells of it, as long as it runs, and not without bound', async () => {
  const [one, other] = ['one-0123456789abcdef', 'other-0123456789abcdef'];
  await open({
    keys: [
      { name: 'one', key: one },
      { name: 'other', key: other },
    ],
  });
  const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
  const { body } = await api.call('POST', '/sessions/start', as(one));
  const path = `/sessions/${String(body['session_id'])}/viewer/notes`;
  const note = (key: string, notes: object[] = [{ title: 'a' }]) =>
    api.call('POST', path, { ...as(key), body: { now_ms: Date.now(), notes } });
  expect(await note(one)).toMatchObject({ status: 200 });
  expect(await note(other)).toMatchObject({ status: 404 });
  expect(await note('wrong')).toMatchObject({ status: 401 });
  expect(await note(one, [{ outcome: 'good' }])).toMatchObject({ status: 422 });
  expect(await note(one, Array<object>(1_001).fill({ title: 'a' }))).toMatchObject({ status: 422 });
  await api.call('DELETE', path.replace('viewer/notes', 'stop'), as(one));
  expect(await note(one)).toMatchObject({ status: 410 });
});
