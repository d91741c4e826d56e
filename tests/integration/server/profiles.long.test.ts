/** Profiles: browser state from one session to the next, and through restarts of the server. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import { processesWith } from '../processes';
import type { TestApi } from './api';
import { startApi } from './api';

let api: TestApi;
let dataDir: string;
let site: { url: string; server: Server };
let browsers: Browser[] = [];

beforeAll(async () => {
  const server = createServer((_, response) =>
    response
      .writeHead(200, {
        'content-type': 'text/html',
        'set-cookie': ['visit=session; Path=/', 'login=kept; Path=/; Max-Age=600; HttpOnly'],
      })
      .end('<title>Site</title>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
});
afterAll(() => {
  site.server.closeAllConnections();
  site.server.close();
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sessionwright-profiles-'));
  api = await startApi({ dataDir });
});
afterEach(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  browsers = [];
  await api.server.close();
  await eventually(async () => expect(await processesWith(dataDir)).toEqual([]));
  await rm(dataDir, { recursive: true, force: true });
});

async function create(body: object = {}): Promise<string> {
  const answer = await api.call('POST', '/profiles/create', { body });
  expect(answer.status).toBe(200);
  return answer.body['profile_id'] as string;
}

/** A session on a profile, and its first page. */
async function open(id: string, persist: boolean): Promise<{ id: string; page: Page }> {
  const { status, body } = await api.call('POST', '/sessions/start', {
    body: { profile: { id, persist } },
  });
  expect(status).toBe(200);
  const browser = await chromium.connectOverCDP(body['cdp_url'] as string);
  browsers.push(browser);
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error('A session has a page.');
  return { id: body['session_id'] as string, page };
}

async function stop(id: string): Promise<Record<string, unknown>> {
  const { status, body } = await api.call('DELETE', `/sessions/${id}/stop`);
  expect(status).toBe(200);
  return body;
}

async function note(page: Page, text: string): Promise<void> {
  await page.goto(site.url);
  await page.evaluate(
    `localStorage.setItem('note', '${text}'); new Promise((resolve) => { const request = indexedDB.open('notes'); request.onupgradeneeded = () => request.result.createObjectStore('store'); request.onsuccess = () => { const put = request.result.transaction('store', 'readwrite'); put.objectStore('store').put('${text}', 'note'); put.oncomplete = resolve; }; })`,
  );
}

const READ = `new Promise((resolve) => { const request = indexedDB.open('notes'); request.onupgradeneeded = () => resolve([localStorage.getItem('note'), null]); request.onsuccess = () => { const get = request.result.transaction('store').objectStore('store').get('note'); get.onsuccess = () => resolve([localStorage.getItem('note'), get.result]); }; })`;

async function notes(page: Page): Promise<unknown> {
  await page.route('**/*', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>Site</title>' }),
  ); // sets no cookies
  await page.goto(site.url);
  return page.evaluate(READ);
}

test('what a session stored is there in the next one, session cookies too, and after a restart of the server', async () => {
  const profile = await create({ name: 'Shop' });
  const first = await open(profile, true);
  await note(first.page, 'one');
  expect((await stop(first.id))['error']).toBeNull();
  expect(await api.call('GET', `/profiles/${profile}`)).toMatchObject({
    body: { profile_id: profile, name: 'Shop', persisted_domains: ['127.0.0.1'] },
  });
  await api.server.close();
  api = await startApi({ dataDir });
  const second = await open(profile, false);
  expect(await notes(second.page)).toEqual(['one', 'one']);
  expect(await second.page.context().cookies()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'visit', value: 'session', expires: -1 }),
      expect.objectContaining({ name: 'login', value: 'kept', httpOnly: true }),
    ]),
  );
});

test('without persist a session leaves its profile as it is', async () => {
  const profile = await create();
  const first = await open(profile, true);
  await note(first.page, 'one');
  await stop(first.id);
  const before = await api.call('GET', `/profiles/${profile}`);
  const second = await open(profile, false);
  await note(second.page, 'two');
  await stop(second.id);
  expect((await api.call('GET', `/profiles/${profile}`)).body).toEqual(before.body);
  const third = await open(profile, false);
  expect(await notes(third.page)).toEqual(['one', 'one']);
});

test('of two sessions that save, the last to end wins whole; two stops at once save once', async () => {
  const profile = await create();
  const [one, two] = await Promise.all([open(profile, true), open(profile, true)]);
  await note(one.page, 'one');
  await note(two.page, 'two');
  await one.page.context().addCookies([{ name: 'only-one', value: '1', url: site.url }]);
  await stop(one.id);
  await Promise.all([stop(two.id), stop(two.id)]);
  const third = await open(profile, false);
  expect(await notes(third.page)).toEqual(['two', 'two']);
  expect((await third.page.context().cookies()).map(({ name }) => name).sort()).toEqual([
    'login',
    'visit',
  ]);
  expect(await readdir(join(dataDir, 'profiles', profile))).toHaveLength(2); // one state, and what names it
});

test('a browser that was killed does not touch its profile, and the session says so', async () => {
  const profile = await create();
  const first = await open(profile, true);
  await note(first.page, 'one');
  await stop(first.id);
  const second = await open(profile, true);
  await note(second.page, 'broken');
  const [line] = (await processesWith(join(dataDir, 'sessions', second.id))).filter(
    (it) => !it.includes('--type='),
  );
  process.kill(Number(line?.trim().split(' ')[0]), 'SIGKILL');
  await expect
    .poll(async () => (await api.call('GET', `/sessions/${second.id}`)).body['status'])
    .toBe('error');
  await stop(second.id);
  const third = await open(profile, false);
  expect(await notes(third.page)).toEqual(['one', 'one']);
});

test('a folder that no profile names is what a crash left, and goes at the next start', async () => {
  const profile = await create();
  const first = await open(profile, true);
  await note(first.page, 'one');
  await stop(first.id);
  await api.server.close();
  await mkdir(join(dataDir, 'profiles', profile, 'user-data-half', 'Default'), { recursive: true });
  api = await startApi({ dataDir });
  expect(await readdir(join(dataDir, 'profiles', profile))).not.toContain('user-data-half');
  expect(await notes((await open(profile, false)).page)).toEqual(['one', 'one']);
});

test('profiles are listed by page and by name', async () => {
  const ids = [
    await create({ name: 'Alpha' }),
    await create({ name: 'alphabet' }),
    await create({}),
  ];
  expect(ids.every((id) => /^notte-profile-[0-9a-f]{16}$/.test(id))).toBe(true);
  const { body } = await api.call('GET', '/profiles/?page=1&page_size=2');
  expect(body).toMatchObject({
    page: 1,
    page_size: 2,
    has_next: true,
    has_previous: false,
    items: [{ name: null, persisted_domains: [] }, { name: 'alphabet' }],
  });
  expect(
    (await api.call('GET', '/profiles?only_active=true&name=ALPHA')).body['items'],
  ).toHaveLength(2);
  expect((await api.call('GET', '/profiles?page=2&page_size=2')).body).toMatchObject({
    has_next: false,
    has_previous: true,
    items: [{ name: 'Alpha' }],
  });
  expect(await api.call('GET', '/profiles?page_size=101')).toMatchObject({ status: 422 });
});

test('a deleted profile is told from one that never was', async () => {
  const profile = await create();
  const running = await open(profile, true);
  expect(await api.call('DELETE', `/profiles/${profile}`)).toMatchObject({
    status: 200,
    body: { success: true, message: expect.any(String) as unknown },
  });
  for (const [id, status] of [
    [profile, 400],
    ['notte-profile-0123456789abcdef', 404],
    ['..%2F..', 404],
  ] as const) {
    expect(await api.call('GET', `/profiles/${id}`)).toMatchObject({ status, body: { status } });
    expect(await api.call('DELETE', `/profiles/${id}`)).toMatchObject({ status });
    expect(await api.call('GET', `/profiles/${id}/cookies`)).toMatchObject({ status });
    expect(
      await api.call('POST', `/profiles/${id}/cookies`, { body: { cookies: [] } }),
    ).toMatchObject({ status });
    expect(await api.call('POST', `/profiles/${id}/duplicate`, { body: {} })).toMatchObject({
      status,
    });
    expect(
      await api.call('POST', '/sessions/start', {
        body: { profile: { id: decodeURIComponent(id) } },
      }),
    ).toMatchObject({ status });
  }
  expect((await api.call('GET', '/profiles')).body['items']).toEqual([]);
  expect(await stop(running.id)).toMatchObject({
    status: 'closed',
    error: expect.stringContaining('was not saved') as unknown,
  });
  await api.server.close();
  api = await startApi({ dataDir });
  expect(await api.call('GET', `/profiles/${profile}`)).toMatchObject({ status: 400 });
});

test('cookies are added and replaced, from Chrome and from Playwright', async () => {
  const profile = await create();
  const set = async (body: object): Promise<unknown> =>
    (await api.call('POST', `/profiles/${profile}/cookies`, { body })).body;
  const chrome = {
    name: 'a',
    value: '1',
    domain: '.shop.test',
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'no_restriction',
    hostOnly: false,
    session: false,
    expirationDate: 4_000_000_000.5,
    storeId: '0',
  };
  expect(await set({ cookies: [chrome], source_format: 'chrome' })).toMatchObject({
    success: true,
    mode: 'append',
    cookies_count: 1,
  });
  const playwright = {
    name: 'b',
    value: '2',
    domain: 'other.test',
    path: '/',
    expires: -1,
    httpOnly: false,
    secure: false,
    sameSite: 'Lax',
  };
  expect(
    await set({
      cookies: [playwright, { ...chrome, value: '3', sameSite: 'None' }],
      source_format: 'playwright',
    }),
  ).toMatchObject({ cookies_count: 2 });
  const { body } = await api.call('GET', `/profiles/${profile}/cookies`);
  expect(body['cookies']).toMatchObject([
    {
      name: 'a',
      value: '3',
      sameSite: 'None',
      expires: 4_000_000_000.5,
      expirationDate: 4_000_000_000.5,
    },
    { name: 'b', sameSite: 'Lax', expires: -1, expirationDate: -1 },
  ]);
  expect((await api.call('GET', `/profiles/${profile}`)).body['persisted_domains']).toEqual([
    'other.test',
    'shop.test',
  ]);
  const session = await open(profile, false);
  expect(
    (await session.page.context().cookies())
      .map(({ name, value, sameSite }) => [name, value, sameSite])
      .sort(),
  ).toEqual([
    ['a', '3', 'None'],
    ['b', '2', 'Lax'],
  ]);
  expect(await set({ cookies: [playwright], mode: 'replace' })).toMatchObject({
    mode: 'replace',
    cookies_count: 1,
  });
  for (const wrong of [
    {},
    { cookies: [{ name: 'a' }] },
    { cookies: 'a=1' },
    { cookies: [], mode: 'merge' },
    { cookies: [], source_format: 'netscape' },
    { cookies: [], more: 1 },
    [],
  ]) {
    expect(await set(wrong), JSON.stringify(wrong)).toMatchObject({ status: 422 });
  }
  expect((await api.call('GET', `/profiles/${profile}/cookies`)).body['cookies']).toHaveLength(1);
});

test('a copy has the same state, and goes its own way', async () => {
  const profile = await create({ name: 'Shop' });
  const first = await open(profile, true);
  await note(first.page, 'one');
  await stop(first.id);
  const { body: copy } = await api.call('POST', `/profiles/${profile}/duplicate`, { body: {} });
  expect(copy).toMatchObject({ name: 'Shop (copy)', persisted_domains: ['127.0.0.1'] });
  await api.call('DELETE', `/profiles/${profile}`);
  expect(await notes((await open(copy['profile_id'] as string, false)).page)).toEqual([
    'one',
    'one',
  ]);
  expect(
    (
      await api.call('POST', `/profiles/${String(copy['profile_id'])}/duplicate`, {
        body: { name: 'Other' },
      })
    ).body,
  ).toMatchObject({ name: 'Other' });
});

test('a name that cannot be one is refused', async () => {
  for (const name of ['', 7, 'x'.repeat(257)])
    expect(await api.call('POST', '/profiles/create', { body: { name } })).toMatchObject({
      status: 422,
    });
  expect(await api.call('POST', '/profiles/create', { body: { nam: 'x' } })).toMatchObject({
    status: 422,
  });
  expect(
    await api.call('POST', '/sessions/start', {
      body: { profile: { id: await create() }, cdp_url: 'ws://127.0.0.1:1' },
    }),
  ).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', 'profile'] }] } });
});

test('a copy that was broken off is removed by the next server, and nothing that cannot be read', async () => {
  await api.server.close();
  const profiles = join(dataDir, 'profiles');
  await mkdir(join(profiles, 'broken-off/user-data-1/Default'), { recursive: true });
  await mkdir(join(profiles, 'unreadable/user-data-1'), { recursive: true });
  await writeFile(join(profiles, 'unreadable/profile.json'), '{');
  api = await startApi({ dataDir });
  expect(await readdir(profiles)).toEqual(['unreadable']);
});
