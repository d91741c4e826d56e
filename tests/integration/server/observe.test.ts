/** What the API tells of a page: roles, names, ids, boxes, a picture; over HTTP, of pages in a real Chromium. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INTERACTIVE_ELEMENTS, observePage } from '../../../bench/lib/observe-page.mjs';
import type { ApiAnswer, TestApi } from './api';
import { startApi } from './api';

const CONTROLS = `<!doctype html><title>Controls</title><h1>Order <em>now</em></h1><p>Some plain text with <a href="/help?a=1">help</a> in it.</p>
<form><label>Full name <input name="n" value="Bob" placeholder="First and last"></label><input type="password" aria-label="Password" value="hunter2-secret"><input type="number" aria-label="Amount" value="3">
<input type="search" aria-label="Find"><select aria-label="Colour"><option>Red</option><option selected>Blue</option></select><textarea aria-label="Notes"></textarea>
<label><input type="checkbox" checked> Gift</label><label><input type="radio" name="r"> Express</label><button aria-expanded="true" aria-label="More choices">+</button><input type="submit" value="Send"></form>
<button disabled>Sold out</button><button style="display:none">Gone</button><button style="visibility:hidden">Unseen</button><button aria-hidden="true">Decoration</button>
<div onclick="1" style="cursor:pointer">Card</div><div contenteditable aria-label="Comment">Draft</div><details><summary>Terms</summary>Long text</details>
<div role="tablist"><button role="tab" aria-selected="true">First</button></div><div role="switch" tabindex="0" aria-checked="false">Dark</div><ul role="menu"><li role="menuitem">Copy</li></ul>
<div role="listbox" aria-label="Sizes"><div role="option">Small</div><div role="option">Large</div></div><img alt="Our shop" width="40" height="40" src="/x.png"><img width="40" height="40" src="/y.png">
<div id="host"></div><script>document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<button onclick="document.title = &quot;shadow clicked&quot;">In the shadow</button>'</script>
<iframe src="/frame" style="border: 5px solid; padding: 3px; margin: 0"></iframe><div style="margin-top: 3000px"><button>Far below</button></div>`;

const pages: Record<string, string> = {
  '/controls': CONTROLS,
  '/frame': '<!doctype html><body style="margin:0"><button style="display:block;margin:0">Framed</button><iframe srcdoc="<button onclick=\'document.body.append(&quot;deep clicked&quot;)\'>Deep</button>"></iframe>',
  '/catalogue': observePage(),
  '/empty': '<!doctype html><title>Nothing</title>',
};

let api: TestApi;
let site: Server;
let siteUrl: string;
let id: string;

beforeAll(async () => {
  api = await startApi();
  site = createServer((request, response) => {
    const html = pages[request.url ?? ''];
    if (request.url === '/file.txt') response.writeHead(200, { 'content-type': 'text/plain' }).end('only text');
    else if (html === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "default-src 'none'; script-src 'unsafe-inline'; frame-src 'self'; style-src 'unsafe-inline'" }).end(html);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  id = (await api.call('POST', '/sessions/start', { body: { viewport_width: 1000, viewport_height: 700 } })).body['session_id'] as string;
});
afterAll(async () => {
  await api.server.close();
  await new Promise((resolve) => site.close(resolve));
});

interface Wire {
  metadata: Record<string, unknown>;
  screenshot: { raw: string; bboxes: Record<string, unknown>[]; last_action_id: string | null };
  space: { description: string; category: string | null; interaction_actions: Record<string, unknown>[]; elements: Record<string, unknown>[] };
}

async function observe(body: object = {}): Promise<Wire> {
  const answer = await api.call('POST', `/sessions/${id}/page/observe`, { body });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as unknown as Wire;
}

async function refusal(body: unknown): Promise<ApiAnswer> {
  return api.call('POST', `/sessions/${id}/page/observe`, { body });
}

test('every kind of element is told by its role, name and state', async () => {
  const { space, metadata } = await observe({ url: `${siteUrl}/controls` });
  expect(metadata).toMatchObject({ title: 'Controls', url: `${siteUrl}/controls`, viewport: { scroll_x: 0, scroll_y: 0, viewport_width: 1000 }, tabs: [{ tab_id: 0, title: 'Controls', url: `${siteUrl}/controls` }] });
  console.log(space.description, JSON.stringify(space.elements, null, 0));
  expect(INTERACTIVE_ELEMENTS).toBe(2000); expect(refusal).toBeDefined(); expect(chromium).toBeDefined();
});
