/** A session that nobody uses idles out, unless a worker holds it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import { SessionsClient } from '../../../src/client/index';
import { keepAwake } from '../../../src/host/remote-session';
import { startSessionServer, type SessionServer } from '../../../src/server/index';

/** Length of the server's minute: the sessions' idle time. Longer than a call takes on a busy machine. */
const MINUTE_MS = 6_000;
/** How long is waited for what the idle time brings. */
const WAIT = { timeout: 60_000 };
/** Longer than its three waits. */
const TEST_MS = 240_000;

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

test(
  'the session lives as long as it is kept awake, and no longer',
  { timeout: TEST_MS },
  async () => {
    const start = async () => client.start({ idleTimeout: 60_000, maxDuration: 3_600_000 });
    const held = await start();
    const sleep = keepAwake(held, MINUTE_MS);
    const left = await start();
    const ended = async (id: string): Promise<void> =>
      eventually(async () => expect((await client.status(id)).status).toBe('timed_out'), WAIT);
    await ended(left.id);
    await eventually(async () => {
      const { createdAt, lastAccessedAt, status } = await held.status();
      expect(status).toBe('active');
      expect(lastAccessedAt.getTime()).toBeGreaterThan(createdAt.getTime() + MINUTE_MS);
    }, WAIT);
    sleep();
    await ended(held.id);
  },
);
