/** A session that nobody uses idles out, unless a worker holds it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import { SessionsClient } from '../../../src/client/index';
import { keepAwake } from '../../../src/host/keep-awake';
import { startSessionServer, type SessionServer } from '../../../src/server/index';

/** Length of the server's minute: the sessions' idle time. */
const MINUTE_MS = 2_000;

let server: SessionServer;
let client: SessionsClient;

beforeAll(async () => {
  server = await startSessionServer({ minuteMs: MINUTE_MS, recording: 'on-demand' });
  client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
});

afterAll(async () => {
  await client.close();
  await server.close();
});

test('the session lives as long as it is kept awake, and no longer', async () => {
  const [held, left] = await Promise.all([
    client.start({ idleTimeoutMinutes: 1, maxDurationMinutes: 60 }),
    client.start({ idleTimeoutMinutes: 1, maxDurationMinutes: 60 }),
  ]);
  const sleep = keepAwake(held, MINUTE_MS);
  const ended = async (id: string): Promise<void> =>
    eventually(async () => expect((await client.status(id)).status).toBe('timed_out'));
  await ended(left.id);
  await eventually(async () => {
    const { createdAt, lastAccessedAt, status } = await held.status();
    expect(status).toBe('active');
    expect(lastAccessedAt.getTime()).toBeGreaterThan(createdAt.getTime() + MINUTE_MS);
  });
  sleep();
  await ended(held.id);
});
