/** Steps that tests of what outlives a server have in common. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect } from 'vitest';
import type { TestApi } from './api';

type Caller = Pick<TestApi, 'call'>;

/** Starts a session. */
export async function start({
  call,
}: Caller): Promise<{ id: string; body: Record<string, unknown> }> {
  const { status, body } = await call('POST', '/sessions/start', { body: {} });
  expect(status).toBe(200);
  return { id: body['session_id'] as string, body };
}

/** Sessions of any status, newest first. */
export async function list({ call }: Caller, query: string): Promise<Record<string, unknown>[]> {
  return (await call('GET', `/sessions?only_active=false&${query}`)).body['items'] as Record<
    string,
    unknown
  >[];
}

/** Shows something until pictures of it, half a second apart, are on the disk. */
export async function show(id: string, cdpUrl: string, dataDir: string): Promise<void> {
  const browser = await chromium.connectOverCDP(cdpUrl);
  const [page] = browser.contexts()[0]?.pages() ?? [];
  const index = join(dataDir, 'sessions', id, 'recording', '000001.index');
  const span = async (): Promise<number> => {
    await page?.setContent(`<h1 style="background: teal">${Date.now()}</h1>`);
    const times = (await readFile(index, 'utf8').catch(() => ''))
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { atMs: number }).atMs);
    return (times.at(-1) ?? 0) - (times[0] ?? 0);
  };
  await expect.poll(span, { timeout: 20_000 }).toBeGreaterThan(500);
  await browser.close();
}

/** The replay of a session, and its URL. */
export async function replay(
  { call }: Caller,
  id: string,
): Promise<{ url: string; bytes: Buffer }> {
  await expect
    .poll(async () => (await call('GET', `/sessions/${id}/replay`)).status, { timeout: 40_000 })
    .toBe(200);
  const { body } = await call('GET', `/sessions/${id}/replay`);
  const url = body['mp4_url'] as string;
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  return { url, bytes };
}
