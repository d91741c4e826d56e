/** The cloud's official npm client, unmodified, against `sessionwright serve`: every session feature that it has. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  fileListUploads,
  getSessionScript,
  healthCheck,
  listSessions,
  NotteClient,
  pageScreenshot,
  profileCreate,
  profileDelete,
  profileGet,
  profileList,
  sessionDebugInfo,
  sessionNetworkLogs,
  sessionOffset,
} from 'notte-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { eventually } from '../eventually';
import { SessionsClient } from '../../src/client/index';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
const KEY = 'key-of-this-test';
const SHOP = `<!doctype html><title>Shop</title><h1>Books</h1><a href="/cart">Cart</a>
  <label>Name <input id="name"></label><button onclick="document.querySelector('h1').textContent = 'Bought by ' + document.querySelector('#name').value">Buy</button>
  <p>A long story about books.</p>`;

let server: ChildProcess;
let site: Server;
let siteUrl: string;
let folder: string;
let notte: NotteClient;
let own: SessionsClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-official-'));
  site = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(SHOP),
  ).listen(0, '127.0.0.1');
  await once(site, 'listening');
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  server = spawn(
    process.execPath,
    [CLI, 'serve', '--port', '0', '--data-dir', join(folder, 'data'), '--json'],
    {
      env: { ...process.env, NOTTE_API_KEY: KEY, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(server.stdout ?? process.stdin, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  notte = new NotteClient({ apiKey: KEY, baseUrl: url });
  own = new SessionsClient({ apiUrl: url, apiKey: KEY });
});

afterAll(async () => {
  await own.close();
  server.kill('SIGINT');
  await once(server, 'exit');
  site.close();
  await rm(folder, { recursive: true, force: true });
});

test('use() starts a session, drives it, and stops it', async () => {
  let id: string | null = null;
  await notte.Session({ max_duration_minutes: 5 }).use(async (session) => {
    id = session.getId();
    expect(session.isSessionActive()).toBe(true);
    expect(await session.status()).toMatchObject({
      session_id: id,
      status: 'active',
      max_duration_minutes: 5,
    });

    await session.execute({ type: 'goto', url: siteUrl });
    const seen = await session.observe();
    expect(seen.metadata).toMatchObject({ title: 'Shop', url: siteUrl });
    expect(seen.space.interaction_actions.map((it) => [it.type, it.id])).toEqual([
      ['click', 'L1'],
      ['fill', 'I1'],
      ['click', 'B1'],
    ]);
    await session.execute({ type: 'fill', id: 'I1', value: 'Ada' });
    await session.execute({ type: 'click', id: 'B1' });
    expect(await session.scrape()).toContain('Bought by Ada');
    await expect(session.execute({ type: 'click', id: 'X1' })).rejects.toThrow(
      "Action with id 'X1' is invalid",
    );
    expect((await session.execute({ type: 'help', reason: 'stuck' }, false)).success).toBe(false);
    expect(
      (await session.execute({ type: 'evaluate_js', code: 'document.title' })).data?.markdown,
    ).toBe('Shop');
  });
  expect((await own.status(String(id))).status).toBe('closed');
});

test('cookies, from memory and from a file', async () => {
  await notte.Session().use(async (session) => {
    const cookie = { name: 'a', value: '1', domain: '127.0.0.1', path: '/', httpOnly: false };
    expect(await session.setCookies([cookie])).toMatchObject({ success: true });
    await writeFile(
      join(folder, 'cookies.json'),
      JSON.stringify([{ ...cookie, name: 'b', expires: 4_000_000_000 }]),
    );
    await session.setCookiesFromFile(join(folder, 'cookies.json'));
    expect((await session.getCookies()).map(({ name }) => name).sort()).toEqual(['a', 'b']);
  });
});

test('scraping: images; features that need a language model report that', async () => {
  await notte.Session().use(async (session) => {
    await session.execute({ type: 'goto', url: siteUrl });
    expect(await session.scrape({ only_images: true })).toEqual(
      expect.arrayContaining([expect.objectContaining({ category: 'favicon' })]),
    );
    const structured: unknown = await session.scrape({
      response_format: z.object({ books: z.array(z.string()) }),
      instructions: 'all books',
    });
    expect(structured).toMatchObject({
      success: false,
      data: null,
      error: expect.stringContaining('language model') as string,
    });
    expect(
      await session.scrape({
        response_format: z.object({ books: z.array(z.string()) }),
        json_schema: { type: 'object' },
      }),
    ).toMatchObject({ success: false });
  });
});

test('replay, of a session that was stopped elsewhere', async () => {
  const session = notte.Session();
  await session.start();
  await session.execute({ type: 'goto', url: siteUrl });
  await expect(session.replay()).rejects.toThrow('still active');
  await own.stop(session.getId() ?? '');
  const replay = await eventually(async () => (await session.replay()) as { mp4_url: string }, {
    timeout: 30_000,
    interval: 500,
  });
  const film = await fetch(replay.mp4_url);
  expect(film.headers.get('content-type')).toBe('video/mp4');
  expect((await film.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
});

test('scrape() of a page needs no session', async () => {
  expect(await notte.scrape(siteUrl)).toContain('A long story about books');
  expect((await own.list()).items).toEqual([]);
});

test('its low-level calls', async () => {
  const client = notte.getClient();
  expect((await healthCheck({ client })).response.status).toBe(200);
  await notte.Session().use(async (session) => {
    const path = { session_id: session.getId() ?? '' };
    await session.execute({ type: 'goto', url: siteUrl });
    expect(
      (await listSessions({ client, query: { only_active: true } })).data?.items.map(
        (it) => it.session_id,
      ),
    ).toEqual([path.session_id]);
    expect((await sessionDebugInfo({ client, path })).data?.ws.cdp).toMatch(/^ws:/);
    expect((await sessionOffset({ client, path })).data?.offset).toBe(1);
    expect((await pageScreenshot({ client, path })).response.headers.get('content-type')).toBe(
      'image/jpeg',
    );
    expect(
      (await getSessionScript({ client, path, query: { as_workflow: false } })).data?.python_script,
    ).toContain(siteUrl);
    const logs = await eventually(async () => {
      const { data } = await sessionNetworkLogs({ client, path, query: { download: true } });
      expect(data?.total_batch_count).toBeGreaterThan(0);
      return data;
    });
    expect(await (await fetch(logs?.batches[0]?.download_url ?? '')).text()).toContain(siteUrl);
  });
  const form = new FormData();
  form.set('file', new File(['a note'], 'note.txt'));
  await fetch(`${own.apiUrl}/storage/uploads/note.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: form,
  }); // its own `fileUpload` leaves the name out of the URL
  expect((await fileListUploads({ client })).data?.files).toEqual([
    expect.objectContaining({ name: 'note.txt', size: 6 }),
  ]);
  const profile = (await profileCreate({ client, body: { name: 'ada' } })).data;
  const path = { profile_id: profile?.profile_id ?? '' };
  expect((await profileGet({ client, path })).data).toEqual(profile);
  expect((await profileList({ client })).data?.items).toHaveLength(1);
  expect((await profileDelete({ client, path })).data).toMatchObject({ success: true });
});

test("errors arrive as the client's own errors", async () => {
  await expect(
    notte.Session({ max_duration_minutes: 1, idle_timeout_minutes: 20 }).start(),
  ).rejects.toThrow(/idle_timeout_minutes/);
});
