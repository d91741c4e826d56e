/** A data folder of another version, or with damaged files: refused or read by name, never half, and never overwritten. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SessionsClient } from '../../../src/client/index';
import { startApi, type TestApi } from './api';

const KEYS = [
  { name: 'team-a', key: 'the-key-of-team-a' },
  { name: 'team-b', key: 'the-key-of-team-b' },
];
const SIGNING_KEY = 'A'.repeat(43); // 32 bytes

let dataDir: string;
let api: TestApi | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sessionwright-format-'));
});
afterEach(async () => {
  await api?.server.close();
  api = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

async function write(file: string, content: unknown): Promise<string> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await mkdir(dirname(join(dataDir, file)), { recursive: true });
  await writeFile(join(dataDir, file), text);
  return text;
}
const read = async (file: string): Promise<string> => readFile(join(dataDir, file), 'utf8');

/** A call of the operator, or of a team. */
async function call(path: string, key?: string, body?: unknown, method = 'GET') {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return api?.call(method, path, { body, headers });
}

test('a folder without a version is of format 0: it is read, and marked', async () => {
  await write('server.json', { signing_key: SIGNING_KEY });
  api = await startApi({ dataDir });
  expect(JSON.parse(await read('server.json'))).toEqual({ format: 1, signing_key: SIGNING_KEY });
});

test.each([
  [
    { format: 3, signing_key: SIGNING_KEY },
    'was written by a newer sessionwright (format 3); this one reads formats up to 1. Use that version, or name another folder.',
  ],
  [{ format: '1', signing_key: SIGNING_KEY }, 'server.json is damaged: format: '],
  [{ signing_key: '' }, 'server.json is damaged: signing_key: '],
  [{ format: 1, signing_key: SIGNING_KEY.slice(1) }, 'server.json is damaged: signing_key: '],
  [{ format: 1, signing_key: '!'.repeat(43) }, 'server.json is damaged: signing_key: '],
  [{ format: 1 }, 'server.json is damaged: signing_key: '],
  [[], 'server.json is damaged: '],
  ['{"signing_key":', 'server.json is damaged: it is not JSON'],
  ['', 'server.json is damaged: it is empty'],
])('a folder with the server.json %j is refused, and left as it is', async (content, message) => {
  const text = await write('server.json', content);
  await expect(startApi({ dataDir })).rejects.toMatchObject({
    code: 'data_folder_unusable',
    message: expect.stringContaining(message) as unknown,
  });
  expect(await read('server.json')).toBe(text);
});

const PROFILE = {
  name: null,
  created_at: '2026-01-31T00:00:00.000Z',
  updated_at: '2026-01-31T00:00:00.000Z',
  deleted_at: null,
  user_data: null,
  cookies: [],
  owner: 'team-a',
};
const SESSION = {
  status: 'closed',
  created_at: '2026-01-31T00:00:00.000Z',
  last_accessed_at: '2026-01-31T00:00:00.000Z',
  idle_timeout_minutes: 3,
  max_duration_minutes: 15,
  reason: null,
  offset: 0,
  cdp_token: 'token',
  viewer_token: 'token',
  owner: 'team-a',
};

test('damaged profiles and sessions are named to their owners and at the start; all others work', async () => {
  const [whole, session] = [randomUUID(), randomUUID()];
  await write(`profiles/whole/profile.json`, { profile_id: 'whole', ...PROFILE });
  await write(`sessions/${whole}/session.json`, { session_id: whole, ...SESSION });
  const cookies = [{ name: 'a', value: '1', domain: 'a.test', path: '/', httpOnly: 'perhaps' }];
  const damaged = [
    ['profiles/date', { profile_id: 'date', ...PROFILE, created_at: 'soon' }, 'created_at: '],
    ['profiles/cookie', { profile_id: 'cookie', ...PROFILE, cookies }, 'cookies.0.httpOnly: '],
    ['profiles/path', { profile_id: 'path', ...PROFILE, user_data: '../whole' }, 'user_data: '],
    ['profiles/copied', { profile_id: 'whole', ...PROFILE }, 'profile_id: '],
    ['profiles/text', '{"profile_id":', 'it is not JSON'],
    [`sessions/${session}`, { session_id: session, ...SESSION, status: 'new' }, 'status: '],
    ['sessions/copied', { session_id: whole, ...SESSION }, 'session_id: '],
    ['sessions/text', '', 'it is empty'],
  ] as const;
  const texts = await Promise.all(
    damaged.map(async ([path, content]) => write(fileIn(path), content)),
  );
  const retentionMs = 365 * 24 * 60 * 60 * 1000;
  api = await startApi({ dataDir, keys: KEYS, retention: retentionMs });
  for (const [path, , problem] of damaged) {
    const message = `${fileIn(path)} is damaged: ${problem}`;
    for (const key of [undefined, 'the-key-of-team-a'])
      expect(await call(`/${path}`, key), path).toMatchObject({
        status: 500,
        body: { code: 'data_damaged', message: expect.stringContaining(message) as unknown },
      });
    expect(api.server.notices.filter((notice) => notice.includes(message))).toHaveLength(1);
  }
  expect(await call('/profiles/date', 'the-key-of-team-b')).toMatchObject({ status: 404 });
  expect(await call(`/sessions/${session}`, 'the-key-of-team-b')).toMatchObject({ status: 404 });
  const body = { profile: { id: 'date' } };
  expect(await call('/sessions/start', undefined, body, 'POST')).toMatchObject({ status: 500 });
  expect(await call('/profiles/whole', 'the-key-of-team-a')).toMatchObject({ status: 200 });
  expect(await call(`/sessions/${whole}`, 'the-key-of-team-a')).toMatchObject({ status: 200 });

  const client = new SessionsClient({ apiUrl: api.server.url, apiKey: api.server.apiKey });
  await expect(client.profiles.get('date')).rejects.toMatchObject({ code: 'data_damaged' });
  await client.close();
  for (const [at, [path]] of damaged.entries()) expect(await read(fileIn(path))).toBe(texts[at]);
});

function fileIn(path: string): string {
  return `${path}/${path.startsWith('profiles') ? 'profile' : 'session'}.json`;
}
