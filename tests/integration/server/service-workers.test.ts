/** Service workers of a session outlive the client that has started them, and serve the next one. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from './api';
import { startDriven } from './driven-session';

const WORKER = `
  oninstall = () => skipWaiting();
  onactivate = (event) => event.waitUntil(clients.claim());
  onfetch = (event) => { if (event.request.url.endsWith('/who')) event.respondWith(new Response('worker')); };`;

let api: TestApi;
let site: Server;

beforeAll(async () => {
  site = createServer(({ url }, response) => {
    const isWorker = url === '/worker.js';
    response
      .writeHead(200, { 'content-type': isWorker ? 'text/javascript' : 'text/html' })
      .end(isWorker ? WORKER : '<!doctype html><title>Site</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  api = await startApi();
});
afterAll(async () => {
  await api.server.close();
  site.close();
});

test.each([
  ['a session', {}],
  ['a session with headers of its own', { extra_http_headers: { 'x-own': '1' } }],
])(
  'one of %s that was stopped while no client was there starts again for the next',
  async (_, body) => {
    const session = await startDriven(api, body);
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    const first = await chromium.connectOverCDP(session.cdpUrl);
    const page = first.contexts()[0]?.pages()[0] as Page;
    await page.goto(url);
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
    });
    await page.goto('about:blank');
    const cdp = await first.newBrowserCDPSession();
    const { targetInfos } = await cdp.send('Target.getTargets');
    const worker = targetInfos.find(({ type }) => type === 'service_worker');
    await first.close();
    const between = await chromium.connectOverCDP(session.cdpUrl);
    await (
      await between.newBrowserCDPSession()
    ).send('Target.closeTarget', {
      targetId: worker?.targetId ?? '',
    });
    await between.close();

    const second = await chromium.connectOverCDP(session.cdpUrl);
    const next = await (second.contexts()[0] as ReturnType<typeof second.contexts>[0]).newPage();
    await next.goto(url, { timeout: 40_000 });
    expect(await next.evaluate(async () => (await fetch('/who')).text())).toBe('worker');
    await second.close();
    await session.stop();
  },
);
