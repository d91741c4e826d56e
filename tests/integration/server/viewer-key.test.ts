/** The viewer without its token, as reports link to it: it asks for the key, and shows a session to its owner alone. */
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSessionServer, type SessionServer } from '../../../src/server/index';
import { apiCaller } from './api';

const [MINE, OTHER] = ['key-of-mine-1234567890', 'key-of-other-1234567890'];

let server: SessionServer;
let sessionId: string;
let cdpUrl: string;
/** As it stands in a report. */
let link: string;

beforeAll(async () => {
  server = await startSessionServer({
    keys: [
      { name: 'mine', key: MINE },
      { name: 'other', key: OTHER },
    ],
  });
  const { body } = await apiCaller(server.url, MINE)('POST', '/sessions/start', { body: {} });
  sessionId = String(body['session_id']);
  cdpUrl = String(body['cdp_url']);
  link = String(body['viewer_url']).replace(/\?.*/, '');
});
afterAll(() => server.close());

async function open(headers: Record<string, string> = {}, query = ''): Promise<Response> {
  return fetch(link + query, { headers });
}

function basic(key: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}` };
}

test('a client without the key or the token is shown nothing', async () => {
  for (const [headers, query] of [
    [{}],
    [{ authorization: `Bearer ${MINE}x` }],
    [basic(MINE)],
    [{ authorization: `Bearer ${MINE}` }, '?token=wrong'],
  ] as const) {
    const answer = await open(headers, query);
    expect(answer.status, JSON.stringify(headers)).toBe(401);
    expect(answer.headers.get('content-type')).toBe('application/json');
  }
  expect((await open({ authorization: `Bearer ${OTHER}` })).status).toBe(404);
  for (const key of [MINE, server.apiKey]) {
    const answer = await open({ authorization: `Bearer ${key}` });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  }
});

test('what a browser sends by itself permits no call', async () => {
  for (const [method, path] of [
    ['GET', '/sessions'],
    ['GET', `/sessions/${sessionId}`],
    ['GET', `/sessions/${sessionId}/viewer/story`],
    ['POST', '/sessions/start'],
    ['DELETE', `/sessions/${sessionId}/stop`],
  ] as const) {
    const { status } = await fetch(server.url + path, { method, headers: basic(MINE) });
    expect(status, path).toBe(401);
  }
});

test('a web browser whose user types the key sees the session', async () => {
  const browser = await chromium.connectOverCDP(cdpUrl);
  const page = await (await browser.newContext()).newPage();
  await page.goto(link);
  await page.getByLabel('API key').fill(OTHER);
  await page.keyboard.press('Enter');
  await page.getByText('This session is gone').waitFor(); // others are not told that there is one
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await page.getByLabel('API key').fill(MINE);
  const received = new Promise<void>((resolve) =>
    page.on('websocket', (socket) => socket.on('framereceived', () => resolve())),
  );
  await page.keyboard.press('Enter');
  await received;
  await browser.close();
});
