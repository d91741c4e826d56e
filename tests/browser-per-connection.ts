/** A CDP endpoint as browser clouds have it: each WebSocket gets a new Chromium, which ends with the connection. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { launchChromium, type BrowserProcess } from '../src/browser/chromium';
import { removeProfile } from '../src/browser/profile-folder';

/** A running endpoint. */
export interface BrowserPerConnection {
  url: string;
  /** Browsers that run now. */
  readonly running: readonly BrowserProcess[];
  /** How many browsers it has started. */
  readonly started: number;
  /** Connects directly to the newest browser: `ws://127.0.0.1:PORT/...`. */
  readonly newestUrl: string;
  /** Ends all browsers. */
  close(): Promise<void>;
}

/**
 * Starts the endpoint on a free port.
 * @param headers - required from each client; others get 401
 */
export async function startBrowserPerConnection(
  headers: Record<string, string> = {},
): Promise<BrowserPerConnection> {
  const folder = await mkdtemp(join(tmpdir(), 'per-connection-'));
  const running = new Map<Duplex, BrowserProcess>();
  const work = new Set<Promise<void>>();
  let started = 0;
  const server = createServer((_, response) => response.writeHead(404).end());
  const serve = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    client.on('error', () => {});
    const isAllowed = Object.entries(headers).every(
      ([name, value]) => request.headers[name.toLowerCase()] === value,
    );
    if (!isAllowed)
      return void client.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
    const userDataDir = join(folder, randomUUID());
    const browser = await launchChromium({ userDataDir });
    running.set(client, browser);
    started += 1;
    splice({ request, client, head }, browser.cdpUrl ?? '');
    void browser.exited.then(() => client.destroy());
    await new Promise((resolve) =>
      client.destroyed ? resolve(null) : client.once('close', resolve),
    );
    await browser.close();
    running.delete(client);
    await removeProfile(userDataDir);
  };
  server.on('upgrade', (request, socket, head) => {
    const serving = serve(request, socket, head).finally(() => work.delete(serving));
    work.add(serving);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/?token=hunter2`,
    get running() {
      return [...running.values()];
    },
    get started() {
      return started;
    },
    get newestUrl() {
      return [...running.values()].at(-1)?.cdpUrl ?? '';
    },
    close: async () => {
      server.close();
      for (const client of running.keys()) client.destroy();
      await Promise.all(work);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Passes the handshake on, then joins the sockets. */
function splice(
  { request, client, head }: { request: IncomingMessage; client: Duplex; head: Buffer },
  cdpUrl: string,
): void {
  const { host, hostname, port, pathname } = new URL(cdpUrl);
  const upstream = connect(Number(port), hostname);
  const names = ['upgrade', 'connection', 'sec-websocket-key', 'sec-websocket-version'];
  const lines = names.map((name) => `${name}: ${String(request.headers[name])}`);
  upstream.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('\r\n')}\r\n\r\n`);
  upstream.write(head);
  upstream.on('error', () => {}).on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
  client.pipe(upstream).pipe(client);
}
