/** What a server itself holds for a hundred sessions: each recorded, logged, looked at and acted in, all on one browser, which is not the server's memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { parseMetrics } from '../integration/server/prometheus-text';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

const SESSIONS = 100;
/** Starts at once: more only wait for the processor. */
const AT_ONCE = 2;
const PAGE = `<h1>Shop</h1>${Array.from({ length: 300 }, (_, n) => `<p><a href="#${n}">Article ${n}</a> <button>Buy ${n}</button></p>`).join('')}`;

let dataDir: string;
let served: ServeProcess;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sw-hundred-'));
  served = await serve(['--data-dir', dataDir, '--max-sessions', String(SESSIONS + 1)]);
});
afterEach(async () => {
  await served.end('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

async function call(path: string, body: object = {}): Promise<Record<string, unknown>> {
  const answer = await served.call('POST', path, { body });
  expect(answer, path).toMatchObject({ status: 200 });
  return answer.body;
}

/** The browser answers to all of them: on a busy machine it may take longer than a start waits for it. */
async function start(body: object): Promise<Record<string, unknown>> {
  return eventually(async () => call('/sessions/start', body), { timeout: 120_000, interval: 500 });
}

async function residentBytes(): Promise<number> {
  const { body } = await served.call('GET', '/metrics');
  return parseMetrics(String(body['text'])).get('process_resident_memory_bytes') ?? Infinity;
}

test('fits into a gigabyte', { timeout: 1_800_000 }, async () => {
  const { cdp_url: cdpUrl } = await call('/sessions/start');
  const browser = await chromium.connectOverCDP(String(cdpUrl));
  const [page] = browser.contexts()[0]?.pages() ?? [];
  await page?.setContent(PAGE);
  const emptyBytes = await residentBytes();
  for (let n = 0; n < SESSIONS; n += AT_ONCE)
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const { session_id: id } = await start({ cdp_url: cdpUrl });
        await call(`/sessions/${String(id)}/page/observe`);
        await call(`/sessions/${String(id)}/page/execute`, { type: 'press_key', key: 'End' });
        await call(`/sessions/${String(id)}/page/observe`);
      }),
    );
  const bytes = await residentBytes();
  console.log(
    `${Math.round(emptyBytes / 2 ** 20)} MiB with one session, ${Math.round(bytes / 2 ** 20)} MiB with ${SESSIONS + 1}`,
  );
  expect(bytes).toBeLessThan(2 ** 30);
  await browser.close();
});
