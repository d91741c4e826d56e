/** A session that would end while the next test runs is not good for it, whatever the clock of its API says; a fresh one always is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HeldSession } from '../../../src/host/held-session';
import { Sources } from '../../../src/host/sources';
import type { SessionOptions } from '../../../src/options/types';
import { json, KEY, sessionBody, startScriptedApi, type ScriptedApi } from '../client/scripted-api';

const HOUR_MS = 3_600_000;

let folder: string;
let sources: Sources;
let api: ScriptedApi | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-lasting-'));
  sources = new Sources(folder, () => undefined);
});
afterEach(async () => {
  await sources.close();
  await api?.close();
  api = undefined;
  await rm(folder, { recursive: true });
});

async function open(options: SessionOptions): Promise<HeldSession> {
  const source = await sources.for(options, {});
  const watch = { onFull: () => undefined, signal: new AbortController().signal };
  return source.open({ parallelIndex: 0, options, browser: {} }, watch);
}

/** One that lasts a minute. */
function expectAMinute(held: HeldSession): void {
  expect(held.isGood(120_000)).toBe(true);
  held.usage = 'used';
  expect(held.isGood(120_000)).toBe(false);
  expect(held.isGood(15_000)).toBe(true);
}

test.each([-HOUR_MS, 0, HOUR_MS])('at an API whose clock is %d ms from ours', async (offMs) => {
  const fields = {
    created_at: new Date(Date.now() + offMs).toISOString(),
    max_duration_minutes: 1,
    idle_timeout_minutes: 1,
  };
  api = await startScriptedApi((request, response) => {
    const status = request.method === 'DELETE' ? 'closed' : 'active';
    json(response, 200, sessionBody('one', { ...fields, status }));
  });
  expectAMinute(await open({ apiUrl: api.url, apiKey: KEY }));
});

test('on this machine', async () => {
  expectAMinute(await open({ maxDuration: 60_000 }));
});
