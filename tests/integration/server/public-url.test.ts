/** A server behind a proxy: whatever URL it gives out, the proxy is what it names, and it leads to the right place. */
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSessionServer, type SessionServer } from '../../../src/server/index';
import { collectUrls } from './given-urls';

const KEY = 'k'.repeat(16);
let proxy: Server;
let origin: string;
/** Where requests go, and what their path is there. */
let upstream: { port: number; rewrite: (path: string) => string };
let server: SessionServer;
let sockets: Set<Socket>;

beforeEach(async () => {
  sockets = new Set();
  proxy = createServer((incoming, answer) => {
    const { port, rewrite } = upstream;
    const { method, headers } = incoming;
    const passed = request(
      { port, host: '127.0.0.1', method, headers, path: rewrite(incoming.url ?? '') },
      (response) => {
        answer.writeHead(response.statusCode ?? 0, response.headers);
        response.pipe(answer);
      },
    );
    incoming.pipe(passed);
  });
  proxy.on('upgrade', passUpgrade);
  proxy.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await server.close();
  for (const socket of sockets) socket.destroy();
  proxy.close();
});

function passUpgrade(incoming: IncomingMessage, client: Socket): void {
  const { port, rewrite } = upstream;
  const passed = connect(port, '127.0.0.1');
  sockets.add(passed);
  const headers = incoming.rawHeaders.flatMap((text, index) =>
    index % 2 === 0 ? [`${text}: ${incoming.rawHeaders[index + 1] ?? ''}`] : [],
  );
  passed.write([`GET ${rewrite(incoming.url ?? '')} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
  passed.pipe(client).pipe(passed);
  for (const socket of [passed, client]) socket.on('error', () => socket.destroy());
  client.once('close', () => passed.destroy());
}

async function open(prefix: string, rewrite: (path: string) => string): Promise<string> {
  server = await startSessionServer({ apiKey: KEY, publicUrl: `${origin}${prefix}` });
  upstream = { port: Number(new URL(server.url).port), rewrite };
  return `${origin}${prefix}`;
}

test.each([
  ['the root of a host', '', (path: string) => path],
  ['a path that the proxy passes on', '/browsers', (path: string) => path],
  ['a path that the proxy takes away', '/a/b', (path: string) => path.replace('/a/b', '')],
])('every URL begins with the public one, and leads there: %s', async (_, prefix, rewrite) => {
  const base = await open(prefix, rewrite);
  const given = await collectUrls(base, KEY);
  const sockets = base.replace('http', 'ws');
  expect(given.all.length).toBeGreaterThan(10);
  for (const url of given.all)
    expect(url.startsWith(`${base}/`) || url.startsWith(`${sockets}/`), url).toBe(true);
  for (const url of [given.upload, given.replay, given.networkLog])
    expect((await fetch(url)).status, url).toBe(200);
  const description = (await (await fetch(`${base}/openapi.json`)).json()) as object;
  expect(description).toMatchObject({ servers: [{ url: base }] });
});

test('the viewer shows pictures and the replay behind a path', { timeout: 180_000 }, async () => {
  const base = await open('/browsers', (path) => path);
  const started = await fetch(`${base}/sessions/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  });
  const session = (await started.json()) as Record<'session_id' | 'viewer_url' | 'cdp_url', string>;
  const browser = await chromium.connectOverCDP(session.cdp_url);
  const watcher = await browser.newContext();
  const page = await watcher.newPage();
  await page.goto(session.viewer_url);
  await page.locator('canvas').waitFor({ timeout: 60_000 });
  await browser.close();
  await fetch(`${base}/sessions/${session.session_id}/stop`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${KEY}` },
  });
  const story = new URL(session.viewer_url);
  story.pathname += '/story';
  const film = async (): Promise<string> => {
    const { replay } = (await (await fetch(story)).json()) as { replay: { path?: string } };
    return replay.path ?? '';
  };
  await expect.poll(film, { timeout: 90_000 }).toMatch(/^\/browsers\/sessions\//);
  expect((await fetch(origin + (await film()))).status).toBe(200);
});

test('a public URL that cannot be is refused before anything starts', async () => {
  await expect(startSessionServer({ publicUrl: 'https://example.com/sessions' })).rejects.toThrow(
    'has the path /sessions, which is a path of the session API',
  );
  await expect(
    startSessionServer({ publicUrl: 'https://sessions.example', apiKey: 'short' }),
  ).rejects.toThrow('The key is too short for a server on sessions.example');
  await open('', (path) => path);
});
