/** A shared server under load: as many sessions at once as people may start, and then whole teams that ask for status and lists. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SessionsClient } from '../../src/client/index';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

const SESSIONS = 32;
/** Requests a second, and for how long, in seconds. */
const LOAD = { perSecond: 200, seconds: 60 };
/** How long all starts may take, in milliseconds: they share the processors of the machine. */
const START_MS = 600_000;

let dataDir: string;
let served: ServeProcess;
let client: SessionsClient;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sw-load-'));
  served = await serve(['--data-dir', dataDir, '--max-sessions', String(SESSIONS)]);
  client = new SessionsClient({ apiUrl: served.url, apiKey: 'key', handleSignals: false });
});
afterEach(async () => {
  await client.close();
  await served.end('SIGTERM');
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

async function activeIds(): Promise<string[]> {
  const { body } = await served.call('GET', `/sessions?only_active=true&page_size=${2 * SESSIONS}`);
  return (body['items'] as { session_id: string }[]).map(({ session_id: id }) => id).sort();
}

test(
  '32 sessions started at once, and 200 requests a second for a minute: no error, and no session lost',
  { timeout: 1_200_000 },
  async () => {
    const sinceMs = performance.now();
    const sessions = await Promise.all(
      Array.from({ length: SESSIONS }, async () => client.start({ startTimeout: START_MS })),
    );
    const startedMs = performance.now() - sinceMs;
    const ids = sessions.map(({ id }) => id).sort();
    expect(await activeIds()).toEqual(ids);

    const paths = ids.flatMap((id) => [`/sessions/${id}`, '/sessions']);
    const workerData = { url: served.url, apiKey: 'key', paths, ...LOAD };
    const worker = new Worker(new URL('../../bench/lib/serve-load.mjs', import.meta.url), {
      workerData,
    });
    const [times] = (await once(worker, 'message')) as [number[]]; // an answer that is not 200 ends the worker by its error
    await worker.terminate();
    expect(times).toHaveLength(LOAD.perSecond * LOAD.seconds);
    expect(await activeIds()).toEqual(ids);
    for (const session of sessions) expect(await session.cookies()).toEqual([]); // its browser answers

    times.sort((a, b) => a - b);
    const at = (share: number): string =>
      (times[Math.floor((times.length - 1) * share)] ?? NaN).toFixed(0);
    console.log(
      `${SESSIONS} sessions started after ${(startedMs / 1000).toFixed(1)} s; ${times.length} answers: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
    );
  },
);
