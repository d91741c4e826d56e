/** Links to the wall that ask for no key: that of a run shows all sessions to whoever has it, one for a browser opens it once; and they open nothing else. */
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Wall } from '../../../src/contract/viewer';
import { startServer, type HostedServer } from '../../../src/server/session-server';
import { apiCaller, type TestApi } from './api';
import { Looker } from './viewer-browser';

const KEY = 'key-of-a-team-1234567890';
const SLOW = { timeout: 60_000 };

let server: HostedServer;
let team: TestApi['call'];
let sessionId: string;
/** Of the operator. */
let looker: Looker;

beforeAll(async () => {
  server = await startServer({ keys: [{ name: 'team', key: KEY }] });
  team = apiCaller(server.url, KEY);
  sessionId = String((await team('POST', '/sessions/start', { body: {} })).body['session_id']);
  const operators = apiCaller(server.url, server.apiKey);
  const { body } = await operators('POST', '/sessions/start', { body: {} });
  looker = new Looker(await chromium.connectOverCDP(String(body['cdp_url'])));
});
afterAll(() => server.close());

async function ask(path: string, token: string): Promise<Response> {
  return fetch(`${server.url}${path}?token=${encodeURIComponent(token)}`);
}

/** The same, with the token in place of the key, as a page asks that has come by a ticket. */
async function askQuietly(path: string, token: string): Promise<Response> {
  return fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } });
}

async function shownTo(pass: string): Promise<string[]> {
  const [byUrl, byHeader] = await Promise.all(
    [ask, askQuietly].map(async (how) => {
      const wall = (await (await how('/viewer/sessions', pass)).json()) as Wall;
      return wall.sessions.map(({ id }) => id);
    }),
  );
  expect(byHeader).toEqual(byUrl);
  return byUrl ?? [];
}

/** What is given for a ticket. */
async function redeem(ticket: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/viewer/passes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ticket }),
  });
}

async function linkOf(call: TestApi['call']): Promise<string> {
  const { status, body } = await call('POST', '/viewer/tickets');
  expect(status).toBe(200);
  return String(body['url']);
}

async function opensNothingElse(pass: string): Promise<void> {
  for (const how of [ask, askQuietly]) {
    expect((await how('/viewer/sessions', `${pass}x`)).status).toBe(401);
    for (const path of ['', `/${sessionId}`, `/${sessionId}/viewer/story`, `/${sessionId}/cookies`])
      expect((await how(`/sessions${path}`, pass)).status, path).toBe(401);
  }
  const answer = await apiCaller(server.url, pass)('POST', '/viewer/tickets');
  expect(answer.status).toBe(401);
}

test('that of a run shows the sessions of everybody', async () => {
  const pass = new URL(server.wallUrl).searchParams.get('token') ?? '';
  expect(server.wallUrl.startsWith(`${server.url}/?token=`)).toBe(true);
  expect(await shownTo(pass)).toContain(sessionId);
  expect(await shownTo(pass)).toHaveLength(2);
  await opensNothingElse(pass);
  expect(pass).not.toBe(server.apiKey);
});

test('that of a run leads from a session back to the wall, and stands in no link of it', async () => {
  server.noteTest(sessionId, { title: 'comes back' });
  const page = await looker.open(server.wallUrl);
  const card = page.getByRole('link', { name: 'comes back' });
  await card.click(SLOW);
  const back = page.getByRole('link', { name: 'Sessions' });
  await back.waitFor(SLOW);
  const pass = new URL(server.wallUrl).searchParams.get('token') ?? '';
  expect(page.url() + (await page.content())).not.toContain(pass);
  await back.click();
  await card.waitFor(SLOW);
});

test('one for a browser shows once what its key does, to nobody without the key, and to no other site', async () => {
  const link = new URL(await linkOf(team));
  expect(link.href.startsWith(`${server.url}/#ticket=`)).toBe(true);
  expect(link.href).not.toContain(KEY);
  const ticket = link.hash.replace('#ticket=', '');
  expect((await redeem(ticket, { origin: 'https://evil.test' })).status).toBe(403);
  const answer = await redeem(ticket);
  const { pass = '' } = (await answer.json()) as { pass?: string };
  expect(await shownTo(pass)).toEqual([sessionId]);
  expect((await redeem(ticket)).status).toBe(401);
  await opensNothingElse(pass);
  expect((await ask('/viewer/sessions', ticket)).status).toBe(401);
  for (const wrong of [`${ticket}x`, '', pass]) expect((await redeem(wrong)).status).toBe(401);
  for (const wrong of [undefined, 1, null]) expect((await redeem(wrong)).status).toBe(422);
  for (const key of ['', `${KEY}x`])
    expect((await apiCaller(server.url, key)('POST', '/viewer/tickets')).status).toBe(401);
});

test('it opens the wall in a browser without the key, also when that is loaded again, and does not stay in the address', async () => {
  server.noteTest(sessionId, { title: 'buys a lamp' });
  const link = await linkOf(team);
  const page = await looker.open(link);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const heading = page.getByRole('heading', { name: 'Sessions' });
  const card = page.getByRole('link', { name: 'buys a lamp' });
  await heading.waitFor(SLOW);
  await card.waitFor(SLOW);
  expect(page.url()).toBe(`${server.url}/`);
  await expect.poll(() => asked, SLOW).toContain(`${server.url}/viewer/sessions`); // no pass in it
  expect(await page.getByRole('button', { name: 'Forget the key' }).count()).toBe(0);
  await page.reload();
  await card.click(SLOW);
  await page.getByRole('link', { name: 'Sessions' }).click(SLOW); // back from the session
  await card.waitFor(SLOW);

  const late = await looker.open(link); // from the history of the browser, say
  await late.getByText('it has opened the wall before').waitFor(SLOW);
  await late.getByLabel('API key').fill(KEY);
  await late.keyboard.press('Enter');
  await late.getByRole('link', { name: 'buys a lamp' }).waitFor(SLOW);
  await late.getByRole('button', { name: 'Forget the key' }).click();
  await late.getByLabel('API key').waitFor(SLOW);
  expect(looker.errors).toEqual([]);
});
