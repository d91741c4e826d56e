/** File storage over HTTP: what is sent comes back, names stay names, and what breaks off leaves nothing. */
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { eventually } from '../../eventually';
import type { ApiAnswer, TestApi } from './api';
import { startApi } from './api';

let api: TestApi;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sessionwright-storage-'));
  api = await startApi({ dataDir });
});
afterEach(async () => {
  await eventually(async () => expect(await readdir(join(dataDir, 'incoming'))).toEqual([]));
  for (const name of await readdir(join(dataDir, 'uploads')))
    await rm(join(dataDir, 'uploads', name));
});
afterAll(async () => {
  await api.server.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function upload(path: string, content: Blob | string, field = 'file'): Promise<ApiAnswer> {
  const form = new FormData();
  form.append('comment', 'ignored');
  form.append(field, new Blob([content]), '../../whatever.txt');
  const response = await fetch(api.server.url + path, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${api.server.apiKey}` },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function startSession(): Promise<string> {
  return (await api.call('POST', '/sessions/start')).body['session_id'] as string;
}

test('an upload is listed, and fetched by a URL that needs no key', async () => {
  expect(await upload('/storage/uploads/r%C3%A9sum%C3%A9%20%231.txt', 'content')).toMatchObject({
    status: 200,
    body: { success: true },
  });
  const listed = await api.call('GET', '/storage/uploads/');
  expect(listed.body).toEqual({
    files: [
      {
        name: 'résumé #1.txt',
        size: 7,
        file_ext: '.txt',
        updated_at: expect.stringMatching(/Z$/) as unknown,
      },
    ],
  });
  const url = (await api.call('GET', '/storage/uploads/r%C3%A9sum%C3%A9%20%231.txt')).body[
    'url'
  ] as string;
  const answer = await fetch(url);
  expect([
    answer.status,
    await answer.text(),
    answer.headers.get('content-disposition'),
    answer.headers.get('x-content-type-options'),
  ]).toEqual([
    200,
    'content',
    "attachment; filename*=UTF-8''r%C3%A9sum%C3%A9%20%231.txt",
    'nosniff',
  ]);
  expect((await fetch(url.replace(/\?.*/, ''))).status).toBe(401);
  expect((await fetch(url.replace(/expires=\d+/, 'expires=99999999999999'))).status).toBe(401);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_001);
  expect((await fetch(url)).status).toBe(401);
  vi.restoreAllMocks();
});

test('uploads beyond 1 GB are refused; one that replaces another is not', async () => {
  const uploads = join(dataDir, 'uploads');
  await writeFile(join(uploads, 'full.bin'), '');
  await truncate(join(uploads, 'full.bin'), 1_000_000_000);
  expect(await upload('/storage/uploads/more.txt', 'more')).toMatchObject({
    status: 413,
    body: { message: expect.stringContaining('1000 files and 1000.0 MB') as unknown },
  });
  expect(await upload('/storage/uploads/full.bin', 'less')).toMatchObject({ status: 200 });
  expect(await upload('/storage/uploads/more.txt', 'more')).toMatchObject({ status: 200 });
});

test('a session keeps 1,000 files, and an upload to it is refused then', async () => {
  const id = await startSession();
  const folder = join(dataDir, 'sessions', id, 'downloads');
  await mkdir(folder, { recursive: true });
  for (let file = 0; file < 1_000; file++) await writeFile(join(folder, `${file}.txt`), '');
  expect(await upload(`/storage/${id}/downloads/more.txt`, 'more')).toMatchObject({ status: 413 });
  await api.call('DELETE', `/sessions/${id}/stop`);
});

test('a key has 200 profiles at most, with 32 MB of cookies, and remembers 200 deleted ones', async () => {
  const create = async (): Promise<ApiAnswer> => api.call('POST', '/profiles/create', { body: {} });
  const ids: string[] = [];
  for (let made = 0; made < 200; made++) ids.push((await create()).body['profile_id'] as string);
  expect(await create()).toMatchObject({
    status: 413,
    body: { message: expect.stringContaining('200 profiles') as unknown },
  });
  const [first = ''] = ids;
  const value = 'x'.repeat(3_000_000);
  const cookies = (name: string) => ({
    body: {
      cookies: [
        { name, value, domain: 'a.test', path: '/', httpOnly: true, secure: true, sameSite: 'Lax' },
      ],
      mode: 'append',
      source_format: 'playwright',
    },
  });
  const statuses: number[] = [];
  for (const id of ids.slice(0, 6))
    statuses.push((await api.call('POST', `/profiles/${id}/cookies`, cookies('one'))).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 413]);
  expect((await api.call('POST', `/profiles/${first}/cookies`, cookies('two'))).status).toBe(413);
  for (const id of ids) await api.call('DELETE', `/profiles/${id}`);
  const last = (await create()).body['profile_id'] as string;
  await api.call('DELETE', `/profiles/${last}`);
  expect(await readdir(join(dataDir, 'profiles'))).toHaveLength(200);
  expect((await api.call('GET', `/profiles/${first}`)).status).toBe(404);
  expect((await api.call('GET', `/profiles/${last}`)).status).toBe(400);
});

test('an upload of the same name takes the place of the one before', async () => {
  await upload('/storage/uploads/a.bin', 'first, and longer');
  await upload('/storage/uploads/a.bin', 'second');
  expect(await readFile(join(dataDir, 'uploads', 'a.bin'), 'utf8')).toBe('second');
});

test('downloads belong to a session, and outlive it and the server', async () => {
  const id = await startSession();
  expect(await api.call('GET', `/storage/${id}/downloads`)).toMatchObject({
    status: 200,
    body: { files: [] },
  });
  expect(await upload(`/storage/${id}/downloads/report.pdf`, '%PDF')).toMatchObject({
    status: 200,
    body: { success: true },
  });
  await api.call('DELETE', `/sessions/${id}/stop`);
  const { body } = await api.call('GET', `/storage/${id}/downloads/report.pdf`);
  const url = new URL(body['url'] as string);
  await api.server.close();
  api = await startApi({ dataDir });
  expect(await api.call('GET', `/storage/${id}/downloads`)).toMatchObject({
    body: { files: [{ name: 'report.pdf', size: 4, file_ext: '.pdf' }] },
  });
  expect(await (await fetch(api.server.url + url.pathname + url.search)).text()).toBe('%PDF');
});

test('what is not there is told as such', async () => {
  expect(await api.call('GET', '/storage/uploads/nothing.txt')).toMatchObject({
    status: 404,
    body: { message: expect.stringContaining('nothing.txt') as unknown },
  });
  expect(await api.call('GET', '/storage/nobody/downloads')).toMatchObject({ status: 404 });
  expect(await upload('/storage/nobody/downloads/a.txt', 'x')).toMatchObject({ status: 404 });
});

const NAMES = [
  '..%2F..%2Fescaped',
  '%2Fetc%2Fescaped',
  '..%5Cescaped',
  'a%00b',
  'CON',
  'NUL.txt',
  'aux.txt',
  'a.',
  'a%20',
  'C%3Aescaped',
  'a%0D%0Ax',
  'a'.repeat(300),
];

test.each(NAMES)('the name %s is refused, whatever is asked of it', async (name) => {
  const refusal = { status: 422, body: { detail: [{ loc: ['path', 'filename'] }] } };
  expect(await upload(`/storage/uploads/${name}`, 'x')).toMatchObject(refusal);
  expect(await api.call('GET', `/storage/uploads/${name}`)).toMatchObject(refusal);
  expect(await readdir(join(dataDir, 'uploads'))).toEqual([]);
});

test('dots that URLs resolve lead nowhere', async () => {
  for (const path of [
    '/storage/uploads/%2e%2e',
    '/storage/uploads/../server.json',
    '/storage/uploads/',
  ])
    expect((await upload(path, 'x')).status, path).toBe(404);
});

test('only a form with a file is taken', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  expect(await api.call('POST', '/storage/uploads/a', { body: {} })).toMatchObject({ status: 415 });
  expect(await api.call('POST', '/storage/uploads/a')).toMatchObject({ status: 415 });
  expect(
    await api.call('POST', '/storage/uploads/a', {
      body: 'x',
      headers: { 'content-type': 'multipart/form-data' },
    }),
  ).toMatchObject({ status: 400 });
  expect(
    await api.call('POST', '/storage/uploads/a', { body: 'no form at all', headers }),
  ).toMatchObject({ status: 400 });
  expect(
    await api.call('POST', '/storage/uploads/a', {
      body: '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
      headers,
    }),
  ).toMatchObject({ status: 400 });
  expect(await upload('/storage/uploads/a', 'x', 'other')).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['body', 'file'] }] },
  });
  expect(await readdir(join(dataDir, 'uploads'))).toEqual([]);
});

test('a file over the limit is refused, announced or not, and leaves nothing', async () => {
  const large = new Blob([Buffer.alloc(100_000_001)]);
  expect(await upload('/storage/uploads/large', large)).toMatchObject({
    status: 413,
    body: { code: 'file_too_large' },
  });
  expect(
    await upload('/storage/uploads/larger', new Blob([Buffer.alloc(102_000_000)])),
  ).toMatchObject({ status: 413 });
  expect(await readdir(join(dataDir, 'uploads'))).toEqual([]);
});

test('an upload that breaks off leaves nothing', async () => {
  await writeFile(join(dataDir, 'uploads', 'a.bin'), 'as it was');
  const { hostname, port } = new URL(api.server.url);
  const socket = connect(Number(port), hostname);
  const head = `POST /storage/uploads/a.bin HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${api.server.apiKey}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 5000000\r\n\r\n`;
  socket.write(
    `${head}--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n${'x'.repeat(200_000)}`,
  );
  await eventually(async () => expect(await readdir(join(dataDir, 'incoming'))).toHaveLength(1));
  socket.destroy();
  await eventually(async () => expect(await readdir(join(dataDir, 'incoming'))).toEqual([]));
  expect(await readFile(join(dataDir, 'uploads', 'a.bin'), 'utf8')).toBe('as it was');
});

test('sessions say whether they have file storage', async () => {
  const { body } = await api.call('POST', '/sessions/start', { body: { use_file_storage: false } });
  expect(body['use_file_storage']).toBe(false);
  expect(
    (await api.call('GET', `/sessions/${await startSession()}`)).body['use_file_storage'],
  ).toBe(true);
});
