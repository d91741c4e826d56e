/** What pages and clients send does not fill the memory of the server: one with a heap of 300 MB goes on. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CdpConnection } from '../../src/cdp/connection';
import { WebSocketTransport } from '../../src/cdp/web-socket-transport';
import { serve, type ServeProcess } from '../e2e/support/serve-process';
import { parseMetrics } from '../integration/server/prometheus-text';

const MB = 1_000_000;
/** Messages of 20 MB, all pages together: nearly three times the heap. */
const SAID = 40;
/** Most that the server's process may take at its highest, in bytes. */
const MAX_RSS_BYTES = 450 * MB;
/** Pages say so much at once, again and again, and tell the site how often they have. */
const FLOOD = `<title>flood</title><script>
  const text = 'x'.repeat(20_000_000);
  let said = 0;
  setInterval(() => {
    if (said % 3 === 0) console.log(text + said);
    if (said % 3 === 1) console.error({ text: text + said });
    said += 1;
    fetch('/said');
    if (said % 3 === 0) throw new Error(text + said);
  }, 100);
</script>`;

let dataDir: string;
let served: ServeProcess;
let site: Server;
let siteUrl: string;
let said = 0;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sw-memory-'));
  served = await serve(['--data-dir', dataDir]);
  said = 0;
  site = createServer((request, response) => {
    if (request.url === '/said') said += 1;
    response.setHeader('content-type', 'text/html').end(request.url === '/flood' ? FLOOD : '');
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await served.end('SIGTERM');
  site.closeAllConnections();
  site.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** The most memory that the server takes while the work goes on, in bytes. */
async function highest(isDone: () => boolean): Promise<number> {
  let most = 0;
  do {
    const { body } = await served.call('GET', '/metrics');
    const bytes = parseMetrics(String(body['text'])).get('process_resident_memory_bytes');
    most = Math.max(most, bytes ?? Infinity);
    await delay(250);
  } while (!isDone());
  return most;
}

test('pages that log and throw 20 MB, in watched and driven sessions', async () => {
  const starts = [0, 1].map(async () => served.call('POST', '/sessions/start', { body: {} }));
  const [driven, watched] = (await Promise.all(starts)).map(({ body }) => body);
  const cdp = new CdpConnection(await WebSocketTransport.connect(String(watched?.['cdp_url'])));
  const live = new WebSocket(
    `${served.url.replace('http', 'ws')}/sessions/${String(watched?.['session_id'])}/viewer/live?token=key`,
  );
  const events: string[] = [];
  live.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) events.push(data.toString());
  });
  await cdp.send('Target.createTarget', { url: `${siteUrl}/flood` });
  await cdp.send('Target.createTarget', { url: `${siteUrl}/flood` });
  const path = `/sessions/${String(driven?.['session_id'])}/page/execute`;
  await served.call('POST', path, { body: { type: 'goto', url: `${siteUrl}/flood` } });
  const rss = await highest(() => said > SAID);
  console.log(`${said} x 20 MB, ${Math.round(rss / MB)} MB`);
  expect(rss).toBeLessThan(MAX_RSS_BYTES);
  expect(await served.call('POST', path, { body: { type: 'wait', time_ms: 1 } })).toMatchObject({
    status: 200,
  });
  const cut = events.filter((it) => /"console".*xxxx.*"cut: the message has 20.0 MB"/.test(it));
  expect(cut.length).toBeGreaterThan(0);
  live.close();
  cdp.close();
});

test('notes about tests, each as large as a request may be', async () => {
  const { body } = await served.call('POST', '/sessions/start', { body: {} });
  const path = `/sessions/${String(body['session_id'])}/viewer/notes`;
  const note = (title: string) => ({ body: { now_ms: Date.now(), notes: [{ title }] } });
  for (let n = 0; n < 120; n++)
    expect(await served.call('POST', path, note(`${n}${'x'.repeat(3_900_000)}`))).toMatchObject({
      status: 422,
    });
  const many = Array.from({ length: 1_000 }, (_, n) => ({ title: `${n}${'x'.repeat(1_900)}` }));
  for (let n = 0; n < 20; n++)
    expect(
      await served.call('POST', path, { body: { now_ms: Date.now(), notes: many } }),
    ).toMatchObject({ status: 200 });
  expect(await highest(() => true)).toBeLessThan(MAX_RSS_BYTES);
});
