/** The link to the wall of a run: it shows all sessions to whoever has it, and opens nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Wall } from '../../../src/contract/viewer';
import { startSessionServer, type SessionServer } from '../../../src/server/index';
import { apiCaller } from './api';

let server: SessionServer;
let sessionId: string;

beforeAll(async () => {
  const key = 'key-of-a-team-1234567890';
  server = await startSessionServer({ keys: [{ name: 'team', key }] });
  const { body } = await apiCaller(server.url, key)('POST', '/sessions/start', { body: {} });
  sessionId = String(body['session_id']);
});
afterAll(() => server.close());

async function ask(path: string, token: string): Promise<Response> {
  return fetch(`${server.url}${path}?token=${encodeURIComponent(token)}`);
}

test('it shows the sessions of everybody', async () => {
  const token = new URL(server.wallUrl).searchParams.get('token') ?? '';
  expect(server.wallUrl.startsWith(`${server.url}/?token=`)).toBe(true);
  const wall = (await (await ask('/viewer/sessions', token)).json()) as Wall;
  expect(wall.sessions.map(({ id }) => id)).toEqual([sessionId]);
  expect((await ask('/viewer/sessions', `${token}x`)).status).toBe(401);
  for (const path of ['/sessions', `/sessions/${sessionId}`, `/sessions/${sessionId}/viewer/story`])
    expect((await ask(path, token)).status, path).toBe(401);
  expect(token).not.toBe(server.apiKey);
});
