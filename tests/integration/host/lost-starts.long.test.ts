/** A session whose start's answer nobody got is found by what the ledger knew before the start, and nothing else is stopped. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeJson } from '../../../src/base/json';
import { Ledger, type LedgerEntry } from '../../../src/host/ledger';
import { claimRunFolder, listRunFolders } from '../../../src/host/run-folder';
import { Sources } from '../../../src/host/sources';
import { sweep } from '../../../src/host/sweep';
import {
  json,
  KEY,
  listBody,
  sessionBody,
  startScriptedApi,
  type Handler,
} from '../client/scripted-api';
import { startApi, type TestApi } from '../server/api';

/** No process has it: Linux gives out less than four million. */
const DEAD_PID = 2 ** 30;
const MINUTE_MS = 60_000;
/** How long a session may come after its start was given up. */
const LAST_LOOK_MS = 5_000;

let temp: string;
const closings: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'sw-lost-'));
  vi.stubEnv('TMPDIR', temp);
  vi.stubEnv('TEMP', temp);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closings.splice(0)) await close();
  await rm(temp, { recursive: true });
});

/** What a run leaves that was killed after this was written down; started `agoMs` ago, with a minute for its start. */
async function killedRun(api: { url: string; key: string }, agoMs = 0): Promise<LedgerEntry> {
  const folder = await claimRunFolder(DEAD_PID, (await readdir(temp)).length + 1);
  if (!folder) throw new Error('not claimed');
  await writeJson(join(folder.path, 'endpoint.json'), { pid: DEAD_PID, port: 1, token: '' });
  const startedAt = Date.now() - agoMs;
  const entry = {
    sessionId: 'key-of-the-killed',
    apiUrl: api.url,
    kind: 'start',
    startedAt,
    startsUntil: startedAt + MINUTE_MS,
  } as const;
  await new Ledger(folder.path).started(entry);
  vi.stubEnv('NOTTE_API_URL', api.url);
  vi.stubEnv('NOTTE_API_KEY', api.key);
  return entry;
}

async function scripted(
  handler: Handler,
): Promise<{ url: string; key: string; stops: () => string[]; lists: () => number }> {
  const api = await startScriptedApi(handler);
  closings.push(async () => api.close());
  const stops = (): string[] =>
    api.requests.flatMap((request) => (request.method === 'DELETE' ? [request.url] : []));
  const lists = (): number => api.requests.filter(({ method }) => method === 'GET').length;
  return { url: api.url, key: KEY, stops, lists };
}

async function realServer(): Promise<TestApi> {
  const api = await startApi();
  closings.push(async () => api.server.close());
  return api;
}

async function startBy(api: TestApi, key: string | undefined): Promise<string> {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const { body } = await api.call('POST', '/sessions/start', { body: {}, headers });
  return body['session_id'] as string;
}

async function running(api: TestApi): Promise<string[]> {
  const { body } = await api.call('GET', '/sessions?page_size=100');
  return (body['items'] as { session_id: string }[]).map((it) => it.session_id);
}

test(
  'on a server of ours it is stopped, by its key, and no other',
  { timeout: 60_000 },
  async () => {
    const api = await realServer();
    const { url, apiKey: key } = api.server;
    const others = [await startBy(api, 'key-of-another'), await startBy(api, undefined)];
    const lost = await startBy(api, 'key-of-the-killed');
    const entry = await killedRun({ url, key });
    expect(await sweep({ dryRun: true })).toMatchObject({ stopped: [entry] });
    expect(await running(api)).toContain(lost);
    expect(await sweep()).toMatchObject({ stopped: [{ sessionId: lost }], left: [] });
    expect(await running(api)).toEqual(expect.arrayContaining(others));
    expect(await running(api)).not.toContain(lost);
    expect(await listRunFolders()).toEqual([]);
  },
);

test('as long as it may still come it is waited for', async () => {
  let sessions: object[] = [];
  const api = await scripted((_, response) => json(response, 200, listBody(...sessions)));
  await killedRun(api);
  const reason = expect.stringContaining('may still be starting it') as unknown;
  expect(await sweep()).toMatchObject({ stopped: [], left: [{ reason }] });
  sessions = [sessionBody('of-somebody', { idempotency_key: 'another-key' })];
  expect(await sweep()).toMatchObject({ stopped: [], left: [{ reason }] });
});

test('an API that tells no keys is asked whether there is one that could be it; those are named, and none is stopped', async () => {
  const at = (agoMs: number): object => ({
    created_at: new Date(Date.now() - agoMs).toISOString(),
  });
  let sessions = [
    sessionBody('before', at(60 * MINUTE_MS)),
    sessionBody('maybe', at(9.5 * MINUTE_MS)),
    sessionBody('long-after', at(0)),
  ];
  const api = await scripted((_, response) => json(response, 200, listBody(...sessions)));
  await killedRun(api, 10 * MINUTE_MS);
  const { left } = await sweep();
  expect(left).toHaveLength(1);
  expect(left[0]?.reason).toContain('it may be one of maybe, or there is none');
  sessions = [];
  expect(await sweep()).toMatchObject({ stopped: [], left: [] });
  expect(await readdir(temp)).toEqual([]);
  expect(api.stops()).toEqual([]);
});

test('an API that is gone is asked again for an hour', async () => {
  const api = { url: 'http://127.0.0.1:1', key: KEY };
  await killedRun(api, 59 * MINUTE_MS);
  const reason = expect.stringContaining('not reachable') as unknown;
  expect(await sweep()).toMatchObject({ left: [{ reason }] });
  await rm(join(temp, (await readdir(temp))[0] ?? ''), { recursive: true });
  await killedRun(api, 61 * MINUTE_MS);
  expect(await sweep()).toMatchObject({ stopped: [], left: [] });
});

test(
  'the ledger knows of a start while it is under way, and of its session afterwards',
  { timeout: 60_000 },
  async () => {
    const ledger = new Ledger(temp);
    let during: LedgerEntry[] = [];
    const api = await scripted(async (request, response) => {
      if (request.method === 'POST') during = await ledger.open();
      const key = request.headers['idempotency-key'];
      const status = request.method === 'DELETE' ? 'closed' : 'active';
      json(response, 200, sessionBody('of-ours', { idempotency_key: key, status }));
    });
    const sources = new Sources(temp, () => undefined);
    const options = { apiUrl: api.url, apiKey: api.key };
    const source = await sources.for(options, {});
    const watch = { onFull: () => undefined, signal: new AbortController().signal };
    const held = await source.open({ parallelIndex: 0, options, browser: {} }, watch);
    expect(during).toMatchObject([{ kind: 'start', apiUrl: api.url }]);
    const { startedAt } = during[0] ?? {};
    expect(await ledger.open()).toEqual([{ sessionId: 'of-ours', apiUrl: api.url, startedAt }]);
    expect(held.session.id).toBe('of-ours');
    await sources.close();
  },
);

test(
  'what was refused is struck out, and what has no clear answer is ended at the end of the run',
  { timeout: 60_000 },
  async () => {
    const ledger = new Ledger(temp);
    let key: unknown;
    let isRefusing = true;
    const api = await scripted((request, response, count) => {
      if (request.method === 'DELETE')
        return json(response, 200, sessionBody('late', { status: 'closed' }));
      const late = sessionBody('late', { idempotency_key: key });
      if (request.method === 'GET')
        return json(response, 200, listBody(...(count > 2 ? [late] : [])));
      if (isRefusing) return json(response, 403, { status: 403, message: 'no' });
      key = request.headers['idempotency-key'];
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Not you</h1>');
    });
    const sources = new Sources(temp, () => undefined);
    const options = { apiUrl: api.url, apiKey: api.key };
    const source = await sources.for(options, {});
    const watch = { onFull: () => undefined, signal: new AbortController().signal };
    const open = async (): Promise<unknown> =>
      source.open({ parallelIndex: 0, options, browser: {} }, watch);
    await expect(open()).rejects.toThrow('answered 403');
    expect(await ledger.open()).toEqual([]);
    isRefusing = false;
    await expect(open()).rejects.toThrow('not JSON');
    const [lost] = await ledger.open();
    expect(lost).toMatchObject({ kind: 'start' });
    expect(lost?.startsUntil).toBeLessThan(Date.now() + LAST_LOOK_MS + 1); // nobody asks for it any more
    await sources.close();
    expect(api.stops()).toEqual(['/sessions/late/stop']);
    expect(await ledger.open()).toEqual([]);
  },
);

test(
  'those of which nothing comes are struck out at the end of the run, by one question a second for all of them',
  { timeout: 60_000 },
  async () => {
    const ledger = new Ledger(temp);
    const api = await scripted((request, response) => {
      if (request.method === 'GET') return json(response, 200, listBody());
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Not you</h1>');
    });
    const sources = new Sources(temp, () => undefined);
    const options = { apiUrl: api.url, apiKey: api.key };
    const source = await sources.for(options, {});
    const watch = { onFull: () => undefined, signal: new AbortController().signal };
    const open = async (): Promise<unknown> =>
      source.open({ parallelIndex: 0, options, browser: {} }, watch);
    const failed = await Promise.allSettled([open(), open(), open()]);
    expect(failed.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    expect(await ledger.open()).toHaveLength(3);
    const before = api.lists();
    await sources.close();
    expect(await ledger.open()).toEqual([]);
    expect(api.lists() - before).toBeLessThanOrEqual(8);
  },
);
