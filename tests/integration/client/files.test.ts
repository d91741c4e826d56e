/** Files and profiles through the client, against a real server. */
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { SessionsClient } from '../../../src/client/index';
import { startSessionServer, type SessionServer } from '../../../src/server/index';

let server: SessionServer;
let client: SessionsClient;
let folder: string;

beforeAll(async () => {
  server = await startSessionServer({ recording: 'on-demand' });
  client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
});
afterAll(async () => {
  await client.close();
  await server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('an account uploads from a path and from memory, lists, and saves', async () => {
  const bytes = Buffer.alloc(3_000_000, 'abc');
  await writeFile(join(folder, 'big "1".bin'), bytes);
  await expect(client.files.upload(join(folder, 'big "1".bin'))).rejects.toMatchObject({
    code: 'invalid_options',
  });
  await writeFile(join(folder, 'big #1.bin'), bytes);
  expect(await client.files.upload(join(folder, 'big #1.bin'))).toBe('big #1.bin');
  expect(await client.files.upload({ name: 'note.txt', content: 'héllo' })).toBe('note.txt');
  expect(await client.files.upload({ name: 'empty', content: new Uint8Array() })).toBe('empty');
  expect(
    (await client.files.list()).map(({ name, size, extension }) => [name, size, extension]),
  ).toEqual([
    ['big #1.bin', bytes.length, '.bin'],
    ['empty', 0, ''],
    ['note.txt', 6, '.txt'],
  ]);
  expect(await client.files.download('big #1.bin', join(folder, 'deep', 'copy.bin'))).toBe(
    join(folder, 'deep', 'copy.bin'),
  );
  expect((await readFile(join(folder, 'deep', 'copy.bin'))).equals(bytes)).toBe(true);
  expect(await client.files.download('note.txt', folder)).toBe(join(folder, 'note.txt'));
});

test('a file that is there is replaced only when that is asked for', async () => {
  await client.files.upload({ name: 'note.txt', content: 'new' });
  await writeFile(join(folder, 'mine.txt'), 'old');
  await expect(client.files.download('note.txt', join(folder, 'mine.txt'))).rejects.toMatchObject({
    code: 'file_exists',
    message: expect.stringContaining('mine.txt') as unknown,
  });
  expect(await readFile(join(folder, 'mine.txt'), 'utf8')).toBe('old');
  await client.files.download('note.txt', join(folder, 'mine.txt'), { force: true });
  expect(await readFile(join(folder, 'mine.txt'), 'utf8')).toBe('new');
  expect(await readdir(folder)).toEqual(['mine.txt']);
});

test.each(['../a.txt', 'a/b', 'NUL', ''])(
  'the name %j is refused before any request',
  async (name) => {
    const session = await client.start();
    try {
      await expect(client.files.upload({ name, content: 'x' })).rejects.toMatchObject({
        code: 'invalid_options',
        path: 'name',
      });
      await expect(client.files.download(name, folder)).rejects.toMatchObject({
        code: 'invalid_options',
      });
      await expect(session.files.download(name, folder)).rejects.toMatchObject({
        code: 'invalid_options',
      });
    } finally {
      await session.stop();
    }
  },
);

test('what cannot be done is told', async () => {
  await expect(client.files.upload(join(folder, 'nothing'))).rejects.toMatchObject({
    code: 'file_not_read',
    message: expect.stringContaining('nothing') as unknown,
  });
  await expect(client.files.upload(folder)).rejects.toMatchObject({ code: 'file_not_read' });
  await expect(client.files.download('never-uploaded', folder)).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('never-uploaded') as unknown,
  });
  await client.files.upload({ name: 'note.txt', content: 'x' });
  await writeFile(join(folder, 'file'), '');
  await expect(
    client.files.download('note.txt', join(folder, 'file', 'note.txt')),
  ).rejects.toMatchObject({ code: 'file_not_saved' });
  await expect(
    client.files.upload({ name: 'large', content: new Uint8Array(100_000_001) }),
  ).rejects.toMatchObject({ status: 413 });
  expect((await client.files.list()).map(({ name }) => name)).not.toContain('large');
});

test.runIf(process.platform === 'linux')(
  'an upload that never began leaves its file closed',
  async () => {
    const path = join(folder, 'note.txt');
    await writeFile(path, 'x');
    await using elsewhere = new SessionsClient({
      apiUrl: 'http://127.0.0.1:1',
      apiKey: 'key',
      retries: 2,
      retryDelay: 1,
    });
    await expect(elsewhere.files.upload(path)).rejects.toMatchObject({ code: 'api_unreachable' });
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map(async (fd) =>
        readlink(join('/proc/self/fd', fd)).catch(() => ''),
      ),
    );
    expect(open).not.toContain(path);
  },
);

test('a session sees the uploads, and its downloads outlive it', async () => {
  const session = await client.start();
  await session.files.upload({ name: 'for-the-page.txt', content: '1' });
  expect((await session.files.uploads()).map(({ name }) => name)).toContain('for-the-page.txt');
  expect(await session.files.downloads()).toEqual([]);
  const form = new FormData();
  form.append('file', new Blob(['%PDF']));
  await fetch(`${server.url}/storage/${session.id}/downloads/report.pdf`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${server.apiKey}` },
  });
  await session.stop();
  expect(await session.files.downloads()).toMatchObject([
    { name: 'report.pdf', size: 4, extension: '.pdf', updatedAt: expect.any(Date) as unknown },
  ]);
  await mkdir(join(folder, 'in'));
  expect(
    await readFile(await session.files.download('report.pdf', join(folder, 'in')), 'utf8'),
  ).toBe('%PDF');
});

test('profiles are made, found, filled, copied and deleted', async () => {
  const profile = await client.profiles.create({ name: 'Shop' });
  expect(profile).toMatchObject({
    name: 'Shop',
    persistedDomains: [],
    createdAt: expect.any(Date) as unknown,
  });
  const cookie = { name: 'a', value: '1', domain: 'shop.test', path: '/', httpOnly: true };
  await client.profiles.setCookies(profile.id, [cookie]);
  await client.profiles.setCookies(
    profile.id,
    [
      {
        name: 'b',
        value: '2',
        domain: 'shop.test',
        path: '/',
        sameSite: 'no_restriction',
        secure: true,
      },
    ],
    { sourceFormat: 'chrome' },
  );
  expect(
    (await client.profiles.cookies(profile.id)).map(({ name, sameSite }) => [name, sameSite]),
  ).toEqual([
    ['a', undefined],
    ['b', 'None'],
  ]);
  expect((await client.profiles.get(profile.id)).persistedDomains).toEqual(['shop.test']);
  const copy = await client.profiles.duplicate(profile.id, { name: 'Copy' });
  expect((await client.profiles.list({ name: 'co' })).items).toEqual([copy]);
  expect(await client.profiles.list({ pageSize: 1 })).toMatchObject({
    page: 1,
    pageSize: 1,
    hasNext: true,
    hasPrevious: false,
  });
  await client.profiles.delete(profile.id);
  await expect(client.profiles.get(profile.id)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('deleted') as unknown,
  });
  const session = await client.start({ profile: { id: copy.id, persist: true } });
  expect((await session.cookies()).map(({ name }) => name).sort()).toEqual(['a', 'b']);
  await session.setCookies([{ ...cookie, name: 'c' }]);
  await session.stop();
  expect((await client.profiles.cookies(copy.id)).map(({ name }) => name).sort()).toEqual([
    'a',
    'b',
    'c',
  ]);
  await expect(
    client.start({ profile: { id: 'notte-profile-0000000000000000' } }),
  ).rejects.toMatchObject({ code: 'not_found' });
});
