/** Reading a session's page with the client: on a real session server, and on answers as other servers give them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SessionsClient } from '../../../src/client/index';
import { startSessionServer, type SessionServer } from '../../../src/server/index';
import {
  clientOf,
  errorOf,
  json,
  sessionBody,
  startScriptedApi,
  type Handler,
  type ScriptedApi,
} from './scripted-api';

const PAGE =
  '<title>Shop</title><h1>Books</h1><p>All of them.</p><label>Title <input placeholder="Any"></label><button>Find</button><a href="/cart">Cart</a>';

let server: SessionServer;
let site: Server;
let siteUrl: string;
let scripted: ScriptedApi | undefined;

beforeAll(async () => {
  server = await startSessionServer({ recording: 'on-demand' });
  site = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE),
  );
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await scripted?.close();
  scripted = undefined;
});
afterAll(async () => {
  await server.close();
  await new Promise((resolve) => site.close(resolve));
});

test('a page is observed, scraped and photographed', async () => {
  await using client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  await using session = await client.start();
  const observation = await session.observe({ url: siteUrl });
  expect(observation).toMatchObject({
    title: 'Shop',
    url: `${siteUrl}/`,
    lastActionId: null,
    category: null,
    tabs: [{ tabId: 0, title: 'Shop' }],
  });
  expect(observation.viewport.viewportWidth).toBeGreaterThan(0);
  expect(observation.elements).toMatchObject([
    { id: 'I1', role: 'textbox', name: 'Title', action: 'fill', placeholder: 'Any' },
    {
      id: 'B1',
      role: 'button',
      name: 'Find',
      action: 'click',
      box: { height: expect.any(Number) as unknown },
    },
    { id: 'L1', role: 'link', name: 'Cart', action: 'click', url: '/cart' },
  ]);
  const page = await session.page();
  const [button] = observation.elements.filter(({ role }) => role === 'button');
  expect(await page.locator(button?.selector ?? '').boundingBox()).toMatchObject({
    width: expect.closeTo(button?.box?.width ?? 0, 0) as unknown,
  });
  expect(await session.scrape()).toEqual({
    markdown: `# Books\n\nAll of them.\n\nTitle Find [Cart](${siteUrl}/cart)`,
    images: null,
    structured: null,
  });
  for (const picture of [observation.screenshot, await session.screenshot()])
    expect(picture.subarray(0, 3).toString('hex')).toBe('ffd8ff');
});

test('what is refused, by the API or before it is asked, is told by the name that the caller used', async () => {
  await using client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  await using session = await client.start();
  expect(await errorOf(session.scrape({ selector: 'p' }))).toMatchObject({
    code: 'invalid_request',
    issues: [{ path: 'selector', message: expect.stringContaining('matches 0') as unknown }],
  });
  expect(await errorOf(session.scrape({ ignoredTags: ['a b'] }))).toMatchObject({
    code: 'invalid_options',
    path: 'ignoredTags.0',
  });
  await session.stop();
  for (const call of [session.observe(), session.scrape(), session.screenshot()])
    expect(await errorOf(call)).toMatchObject({ code: 'session_ended' });
});

async function scriptedSession(handler: Handler) {
  scripted = await startScriptedApi((request, response, count) => {
    if (request.url.includes('/page/')) return handler(request, response, count);
    return json(
      response,
      200,
      sessionBody('session-1', request.method === 'DELETE' ? { status: 'closed' } : {}),
    );
  });
  const { client } = clientOf(scripted.url);
  return { client, session: await client.start() };
}

test('an observation that holds only what the contract asks for is read', async () => {
  const now = '2026-01-02T03:04:05.123456Z';
  const { client, session } = await scriptedSession((_, response) =>
    json(response, 200, {
      started_at: now,
      ended_at: now,
      metadata: {
        title: 'T',
        url: 'https://a.test/',
        viewport: {
          scroll_x: 0,
          scroll_y: 0,
          viewport_width: 1,
          viewport_height: 1,
          total_width: 1,
          total_height: 1,
        },
        tabs: [],
      },
      screenshot: '/9j/',
      space: {
        description: 'B1[:]<button class="x">Buy</button>',
        interaction_actions: [{ type: 'click', id: 'B1', description: 'Buys' }],
        browser_actions: [],
        markdown: '',
      },
    }),
  );
  expect((await session.observe()).elements).toEqual([
    {
      id: 'B1',
      role: 'button',
      name: 'Buy',
      action: 'click',
      description: 'Buys',
      selector: null,
      selectors: null,
      box: null,
    },
  ]);
  expect(scripted?.requests.find(({ url }) => url.endsWith('/observe'))?.body).toEqual({
    perception_type: 'fast',
    max_nb_actions: 100,
  });
  await client.close();
});

test('an answer that is no picture is no screenshot', async () => {
  const { client, session } = await scriptedSession((_, response) =>
    json(response, 200, { url: 'elsewhere' }),
  );
  expect(await errorOf(session.screenshot())).toMatchObject({
    code: 'contract_violation',
    message: expect.stringContaining('no picture') as unknown,
  });
  const request = scripted?.requests.find(({ url }) => url.endsWith('/screenshot'));
  expect(request?.body).toBeUndefined();
  expect(request?.headers['content-type']).toBeUndefined();
  await client.close();
});
