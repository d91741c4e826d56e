/** `sessionwright serve` on its data folder: what it finished outlives `kill -9`. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { startSessionServer } from '../../src/server/index';
import { processesWith } from '../integration/processes';
import { replay, list, show, start } from '../integration/server/kept-sessions';
import type { ServeProcess } from './support/serve-process';
import { serve } from './support/serve-process';

let dataDir: string;
let served: ServeProcess;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sessionwright-data-'));
});
afterEach(async () => {
  await served.end('SIGTERM');
  await eventually(async () => expect(await processesWith(dataDir)).toEqual([]));
  await rm(dataDir, { recursive: true, force: true });
});

test('a killed server keeps ended sessions; running ones end with an error and keep their recording', async () => {
  served = await serve(['--data-dir', dataDir]);
  const done = await start(served);
  await show(done.id, done.body['cdp_url'] as string, dataDir);
  expect((await served.call('POST', `/sessions/${done.id}/page/screenshot`)).status).toBe(200);
  await served.call('DELETE', `/sessions/${done.id}/stop`);
  const { bytes } = await replay(served, done.id);
  const running = await start(served);
  await show(running.id, running.body['cdp_url'] as string, dataDir);
  expect((await served.call('POST', `/sessions/${running.id}/page/screenshot`)).status).toBe(200);
  const before = (await served.call('GET', `/sessions/${done.id}`)).body;
  await served.end('SIGKILL');
  await eventually(async () => expect(await processesWith(dataDir)).toEqual([])); // Chromium ends by itself

  served = await serve(['--data-dir', dataDir]);
  expect((await served.call('GET', `/sessions/${done.id}`)).body).toEqual(before);
  expect(before).toMatchObject({ status: 'closed', steps: [{ type: 'screenshot' }] });
  expect((await replay(served, done.id)).bytes.equals(bytes)).toBe(true);
  const { body: killed } = await served.call('GET', `/sessions/${running.id}`);
  expect(killed).toMatchObject({
    status: 'error',
    error: expect.stringContaining('killed') as unknown,
    steps: [{ type: 'screenshot' }],
    cdp_url: null,
    closed_at: expect.any(String) as unknown,
  });
  expect(await served.call('GET', `/sessions/${running.id}/offset`)).toMatchObject({
    status: 200,
    body: { offset: 1 },
  });
  await replay(served, running.id);
  expect(await served.call('GET', `/sessions/${running.id}/cookies`)).toMatchObject({
    status: 410,
    body: { code: 'session_ended', session: { status: 'error' } },
  });
  expect(await served.call('DELETE', `/sessions/${running.id}/stop`)).toMatchObject({
    status: 200,
    body: { status: 'closed' },
  });
  expect(
    (await list(served, '')).map((item) => [item['session_id'], item['status'], item['steps']]),
  ).toEqual([
    [running.id, 'error', []],
    [done.id, 'closed', []],
  ]);
  expect(await readdir(join(dataDir, 'sessions', running.id))).not.toContain('profile');
});

test('two servers cannot share a folder, and a killed one releases it', async () => {
  served = await serve(['--data-dir', dataDir]);
  await expect(startSessionServer({ dataDir })).rejects.toMatchObject({
    code: 'data_folder_in_use',
    message: expect.stringContaining(`${served.child.pid ?? 0} on`) as unknown,
  });
  await expect(serve(['--data-dir', dataDir])).rejects.toThrow(
    `Cannot use the data folder ${dataDir}`,
  );
  await served.end('SIGKILL');
  served = await serve(['--data-dir', dataDir]);
});
