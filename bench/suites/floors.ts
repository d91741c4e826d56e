/**
 * Plain Playwright with the least that a feature of ours needs of the browser, and nothing of ours: no session of this kind can cost
 * less than that.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { test as base, type Browser, type BrowserContext, type Page } from '@playwright/test';
import type { ConnectOverCDPTransport } from 'playwright-core';
import { WebSocket } from 'ws';
import { read } from './settings';

export { expect } from '@playwright/test';

/**
 * A browser for each worker, started by hand and connected over CDP, as that of every session is: over a WebSocket that goes straight to
 * it, and without compression, which `connectOverCDP` of a URL would pay for too.
 */
export const cdpTest = base.extend<object, { browser: Browser }>({
  browser: [
    async ({ playwright }, use) => {
      const profile = mkdtempSync(join(tmpdir(), 'floor-'));
      const flags = [`--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'];
      const child = spawn(read('BENCH_CHROMIUM'), [...read('BENCH_FLAGS').split('\n'), ...flags], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const endpoint = await endpointOf(child.stderr);
      const tcp = connect(Number(new URL(endpoint).port), '127.0.0.1');
      const socket = new WebSocket(endpoint, {
        perMessageDeflate: false,
        createConnection: () => tcp,
      });
      await once(socket, 'open');
      await use(await playwright.chromium.connectOverCDP(transportOf(socket, tcp)));
      socket.send(JSON.stringify({ id: 1e9, method: 'Browser.close' }));
      await once(child, 'exit');
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    },
    { scope: 'worker' },
  ],
});

async function endpointOf(stderr: Readable): Promise<string> {
  let said = '';
  for await (const text of stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += text as string;
    const [, url] = /^DevTools listening on (\S+)/m.exec(said) ?? [];
    if (url === undefined) continue;
    stderr.resume();
    return url;
  }
  throw new Error(`The browser printed no endpoint:\n${said}`);
}

/** What is sent in one turn leaves in one system call. */
function transportOf(socket: WebSocket, tcp: Socket): ConnectOverCDPTransport {
  const transport: ConnectOverCDPTransport = {
    send: (message) => {
      if (tcp.writableCorked === 0) {
        tcp.cork();
        process.nextTick(() => tcp.uncork());
      }
      socket.send(JSON.stringify(message));
    },
    close: () => socket.close(),
  };
  socket.on('message', (data: Buffer) =>
    setImmediate(() => transport.onmessage?.(JSON.parse(data.toString('utf8')) as object)),
  );
  socket.on('close', () => transport.onclose?.());
  return transport;
}

/** Every page is cast, as Playwright's own recorder casts it, and the pictures are dropped: nothing is written, nothing is encoded. */
export const castTest = base.extend({
  page: async ({ page }, use) => {
    const cdp = await page.context().newCDPSession(page);
    const acknowledge = (sessionId: number) =>
      void cdp.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined); // the page has closed
    cdp.on('Page.screencastFrame', ({ sessionId }) => acknowledge(sessionId));
    await cdp.send('Page.startScreencast', {
      format: 'jpeg',
      quality: 90,
      maxWidth: 800,
      maxHeight: 800,
    });
    await use(page);
  },
});

/** One default context for all tests of a worker, as a session has it: a page for each test, and what the browser keeps is cleared after it. */
export const ownContextTest = base.extend<{ page: Page }, { own: BrowserContext; idle: Page }>({
  own: [
    async ({ playwright, launchOptions, headless }, use) => {
      const own = await playwright.chromium.launchPersistentContext('', {
        ...launchOptions,
        headless,
        baseURL: read('BENCH_URL'),
      });
      await use(own);
      await own.close();
    },
    { scope: 'worker' },
  ],
  /** What is there between two tests: a browser without a page may end. */
  idle: [async ({ own }, use) => use(own.pages()[0] ?? (await own.newPage())), { scope: 'worker' }],
  page: async ({ own, idle }, use) => {
    const page = await own.newPage();
    await use(page);
    const cdp = await own.newCDPSession(idle);
    await Promise.all([
      page.close(),
      cdp.send('Network.clearBrowserCookies'),
      cdp.send('Network.clearBrowserCache'),
      cdp.send('Storage.clearDataForOrigin', { origin: '*', storageTypes: 'all' }),
    ]);
    await cdp.detach();
  },
});

/** Each worker connects to a browser that somebody else keeps, the one of its slot. */
export const keptTest = base.extend<object, { browser: Browser }>({
  browser: [
    async ({ playwright }, use, { parallelIndex }) => {
      const url = read('BENCH_CDP_URLS').split('\n')[parallelIndex] ?? '';
      const browser = await playwright.chromium.connectOverCDP(url);
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});
