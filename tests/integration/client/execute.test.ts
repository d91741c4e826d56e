/** Actions by the client, next to Playwright's page. */
import { afterAll, beforeAll, expect, test } from 'vitest';

import { SessionsClient, type Action, type Session } from '../../../src/client/index';
import { startSessionServer, type SessionServer } from '../../../src/server/index';
import { startSite, type Site } from '../server/site';
import { clientOf, errorOf, json, sessionBody, startScriptedApi } from './scripted-api';

let server: SessionServer;
let site: Site;
let client: SessionsClient;
let session: Session;

beforeAll(async () => {
  [server, site] = await Promise.all([startSessionServer({ recording: 'on-demand' }), startSite()]);
  client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  session = await client.start({ viewport: { width: 800, height: 500 } });
});
afterAll(async () => {
  await client.close();
  await Promise.all([server.close(), site.close()]);
});

test('an action and Playwright work on the same page', async () => {
  expect(await session.execute({ type: 'goto', url: `${site.url}/form` })).toMatchObject({
    success: true,
    action: { type: 'goto' },
    exception: null,
    data: null,
    startedAt: expect.any(Date) as unknown,
    endedAt: expect.any(Date) as unknown,
  });
  const page = await session.page();
  expect(page.url()).toBe(`${site.url}/form`);
  expect(await page.evaluate('[innerWidth, innerHeight]')).toEqual([800, 500]);
  await session.execute({ type: 'fill', selector: '#name', value: 'Ada' });
  expect(await page.inputValue('#name')).toBe('Ada');
  expect(await session.execute({ type: 'click', selector: '#off' })).toMatchObject({
    success: false,
    exception: expect.stringContaining('disabled') as unknown,
    action: { selector: { playwrightSelector: '#off' } },
  });
  expect((await session.execute({ type: 'evaluate_js', code: 'document.title' })).data).toEqual({
    markdown: 'Form',
    images: null,
    structured: null,
  });
});

test('a malformed action is refused before it is sent', async () => {
  expect(await errorOf(session.execute({ type: 'wait', time: 31_000 }))).toMatchObject({
    code: 'invalid_options',
    path: 'time',
  });
  expect(await errorOf(session.execute({ type: 'dance' } as unknown as Action))).toMatchObject({
    code: 'invalid_options',
    path: 'type',
  });
});

test('an id without an observation is an error of the call', async () => {
  const fresh = await client.start();
  expect(await errorOf(fresh.execute({ type: 'click', id: 'B1' }))).toMatchObject({
    status: 409,
    message: expect.stringContaining('observe') as unknown,
  });
  await fresh.stop();
  expect(await errorOf(fresh.execute({ type: 'reload' }))).toMatchObject({ code: 'session_ended' });
});

test("an action has its own time, on top of the client's", async () => {
  const now = new Date().toISOString();
  const result = {
    action: { type: 'wait', time_ms: 4_000 },
    success: true,
    message: 'm',
    started_at: now,
    ended_at: now,
  };
  const api = await startScriptedApi(({ url }, response) =>
    url.endsWith('/execute')
      ? setTimeout(() => json(response, 200, result), 2_000)
      : json(response, 200, sessionBody('a')),
  );
  const { client: impatient } = clientOf(api.url, { timeout: 1_000 });
  const waiting = await impatient.connect('a');
  expect(await waiting.execute({ type: 'wait', time: 4_000 })).toMatchObject({ success: true });
  await impatient.close();
  await api.close();
});
