/** A start that waits in a Grid's queue ends with whoever wanted it: the server that drains, and the time that it may take. */
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import { json, startScriptedApi, type ScriptedApi } from '../client/scripted-api';
import { startApi, type TestApi } from './api';

let hub: ScriptedApi;
let api: TestApi;
/** What the Grid was about to start when the one who waited has left. */
let sessions: object[];
/** Resolves then. */
let left: Promise<unknown>;

beforeEach(async () => {
  sessions = [];
  hub = await startScriptedApi(({ method, body }, response) => {
    if (method === 'POST') {
      const { capabilities } = body as { capabilities: { alwaysMatch: object } };
      const session = { sessionId: 'late', capabilities: capabilities.alwaysMatch };
      left = once(response, 'close').then(() => (sessions = [session])); // until then it waits in the queue
      return;
    }
    if (method === 'DELETE') sessions = [];
    const slots = sessions.map((session) => ({ session }));
    json(response, 200, { value: { nodes: [{ slots }] } });
  });
});
afterEach(async () => {
  await api.server.close();
  await hub.close();
});

const start = async () => api.call('POST', '/sessions/start');
const waits = async (): Promise<void> => {
  await eventually(() => expect(hub.requests.some(({ method }) => method === 'POST')).toBe(true));
};

test('a server that drains refuses it, and waits for it no longer', async () => {
  api = await startApi({ grid: { url: hub.url } });
  const asked = start();
  await waits();
  await api.server.drain();
  const refused = await asked;
  expect(refused).toMatchObject({
    status: 503,
    body: { message: expect.stringContaining('starts no more sessions') as unknown },
  });
  expect(refused.headers.get('retry-after')).toBe('5');
  await left;
  await eventually(() => expect(sessions).toEqual([]));
});

test('a start that takes too long is refused, and may be repeated', async () => {
  api = await startApi({ grid: { url: hub.url }, maxGridWait: 1_000 });
  const refused = await start();
  expect(refused).toMatchObject({
    status: 429,
    body: {
      message: expect.stringMatching(/the Selenium Grid at http:\S+ had none to give/) as unknown,
    },
  });
  expect(refused.headers.get('retry-after')).toBe('1');
  await left;
  await eventually(() => expect(sessions).toEqual([]));
});

test('whoever comes again in time still has its turn, and waits on a Grid no longer than elsewhere', async () => {
  api = await startApi({ grid: { url: hub.url }, maxGridWait: 1_000, maxSessions: 1 });
  const headers = { 'idempotency-key': 'mine' };
  for (const status of [429, 429])
    expect((await api.call('POST', '/sessions/start', { headers })).status).toBe(status);
  expect(hub.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  await api.server.drain(); // ends what would be kept for another 15 seconds
  await left;
  await eventually(() => expect(sessions).toEqual([]));
});
