/** A server behind nginx, as docs/server.md sets it up: TLS, WebSockets, big files. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { documentedNginx, makeCertificate, missingForNginx } from '../documented-nginx';
import { eventually } from '../eventually';
import { freePort } from '../free-port';
import { serve, type ServeProcess } from '../e2e/support/serve-process';
import { collectUrls } from '../integration/server/given-urls';

const KEY = 'k'.repeat(16);
/** In bytes: what the API takes at most, but for what surrounds it in the form. */
const BIG = 99_000_000;

const onNginx = test.skipIf(missingForNginx.length > 0);
const title = (what: string): string =>
  missingForNginx.length === 0
    ? what
    : `${what} (NOT RUN: there is no ${missingForNginx.join(', ')} here)`;

let folder: string;
let nginx: ChildProcess;
let server: ServeProcess;
/** Where nginx finds it. */
let upstream: string;
let base: string;
let said: string;

beforeEach(async () => {
  if (missingForNginx.length > 0) return;
  folder = await mkdtemp(join(tmpdir(), 'sw-nginx-'));
  const port = await freePort();
  base = `https://localhost:${port}`;
  const ownPort = await freePort();
  upstream = `http://127.0.0.1:${ownPort}`;
  const args = [
    '--port',
    String(ownPort),
    '--public-url',
    base,
    '--data-dir',
    join(folder, 'data'),
  ];
  server = await serve(args, { NOTTE_API_KEY: KEY });
  expect(server.url).toBe(base);
  makeCertificate(folder);
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0'); // the certificate is its own authority
  const configuration = await documentedNginx('server.md', folder, {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    'server_name sessions.example': 'server_name localhost',
    '/etc/ssl/sessions.example': join(folder, 'tls'),
    '/var/log/nginx': folder,
    'http://127.0.0.1:8484': upstream,
  });
  await writeFile(join(folder, 'nginx.conf'), configuration);
  nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
  said = '';
  nginx.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually(async () => {
    expect(nginx.exitCode, said).toBeNull();
    expect((await fetch(`${base}/health`)).status).toBe(200);
  });
});
afterEach(async () => {
  if (missingForNginx.length > 0) return;
  const ended = once(nginx, 'exit');
  nginx.kill('SIGTERM');
  await ended;
  await server.end('SIGTERM');
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

onNginx(title('every URL leads through it, sockets too, and its log holds no token'), async () => {
  const given = await collectUrls(base, KEY, `${upstream}/health`);
  for (const url of given.all) expect(url).toMatch(/^(https|wss):\/\/localhost:/);
  expect(new URL(given.recording).protocol).toBe('wss:');
  for (const url of [given.upload, given.replay, given.networkLog])
    expect((await fetch(url)).status, url).toBe(200);
  const log = await readFile(join(folder, 'sessionwright.log'), 'utf8');
  expect(log).toMatch(/"GET \/sessions\/[0-9a-f-]{36}\/cdp" 101/);
  expect(log).not.toMatch(/token|signature|\?/);
});

onNginx(title("Playwright's own protocol and the viewer work through it"), async () => {
  const session = await call('POST', '/sessions/start');
  const browser = await chromium.connect(String(session['playwright_url']));
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.goto(String(session['viewer_url']));
  await page.locator('canvas').waitFor();
  await browser.close();
});

onNginx(title('a file of nearly 100 MB goes up and comes back'), async () => {
  const form = new FormData();
  form.append('file', new Blob([Buffer.alloc(BIG, 'x')]), 'big.bin');
  expect(await call('POST', '/storage/uploads/big.bin', form)).toEqual({ success: true });
  const { url } = await call('GET', '/storage/uploads/big.bin');
  const content = await (await fetch(String(url))).arrayBuffer();
  expect(content.byteLength).toBe(BIG);
});

async function call(method: string, path: string, body?: FormData) {
  const headers = { authorization: `Bearer ${KEY}` };
  const answer = await fetch(base + path, { method, headers, ...(body && { body }) });
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}
