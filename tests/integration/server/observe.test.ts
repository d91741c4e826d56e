/** What the API tells of a page: roles, names, ids, boxes, a picture; over HTTP, of pages in a real Chromium. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../eventually';
import {
  INTERACTIVE_ELEMENTS,
  observePage as catalogue,
} from '../../../bench/lib/observe-page.mjs';
import { observePage as observeHere } from '../../../src/actions/observe/observe-page';
import type { TestApi } from './api';
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
  '/frame':
    '<!doctype html><body style="margin:0"><button style="display:block;margin:0">Framed</button><iframe srcdoc="<button onclick=\'document.body.append(&quot;deep clicked&quot;)\'>Deep</button>"></iframe>',
  '/catalogue': catalogue(),
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
    if (request.url === '/file.txt')
      response.writeHead(200, { 'content-type': 'text/plain' }).end('only text');
    else if (html === undefined) response.writeHead(404).end();
    else
      response
        .writeHead(200, {
          'content-type': 'text/html',
          'content-security-policy':
            "default-src 'none'; script-src 'unsafe-inline'; frame-src *; style-src 'unsafe-inline'",
        })
        .end(html);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  id = (
    await api.call('POST', '/sessions/start', {
      body: { viewport_width: 1000, viewport_height: 700 },
    })
  ).body['session_id'] as string;
});
afterAll(async () => {
  await api.server.close();
  await new Promise((resolve) => site.close(resolve));
});

interface Wire {
  metadata: Record<string, unknown>;
  screenshot: { raw: string; bboxes: Record<string, unknown>[]; last_action_id: string | null };
  space: {
    description: string;
    category: string | null;
    interaction_actions: Record<string, unknown>[];
    elements: Record<string, unknown>[];
  };
}

async function observe(body: object = {}): Promise<Wire> {
  const answer = await api.call('POST', `/sessions/${id}/page/observe`, { body });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as unknown as Wire;
}

test('every kind of element is told by its role, name and state; what cannot be used is not', async () => {
  const { space, metadata } = await observe({ url: `${siteUrl}/controls` });
  expect(metadata).toMatchObject({
    title: 'Controls',
    url: `${siteUrl}/controls`,
    viewport: { scroll_x: 0, scroll_y: 0, viewport_width: 1000 },
    tabs: [{ tab_id: 0, title: 'Controls', url: `${siteUrl}/controls` }],
  });
  expect(space.elements).toEqual([
    { id: 'L1', role: 'link', name: 'help', url: '/help?a=1' },
    { id: 'I1', role: 'textbox', name: 'Full name', placeholder: 'First and last', value: 'Bob' },
    { id: 'I2', role: 'textbox', name: 'Password' },
    { id: 'I3', role: 'spinbutton', name: 'Amount', value: '3' },
    { id: 'I4', role: 'searchbox', name: 'Find' },
    { id: 'I5', role: 'combobox', name: 'Colour', value: 'Blue', options: ['Red', 'Blue'] },
    { id: 'I6', role: 'textbox', name: 'Notes' },
    { id: 'B1', role: 'checkbox', name: 'Gift', checked: true },
    { id: 'B2', role: 'radio', name: 'Express' },
    { id: 'B3', role: 'button', name: 'More choices', expanded: true },
    { id: 'B4', role: 'button', name: 'Send' },
    { id: 'M1', role: 'generic', name: 'Card' },
    { id: 'I7', role: 'textbox', name: 'Comment', value: 'Draft' },
    { id: 'B5', role: 'button', name: 'Terms' },
    { id: 'B6', role: 'tab', name: 'First', selected: true },
    { id: 'B7', role: 'switch', name: 'Dark' },
    { id: 'B8', role: 'menuitem', name: 'Copy' },
    { id: 'I8', role: 'listbox', name: 'Sizes', options: ['Small', 'Large'] },
    { id: 'O1', role: 'option', name: 'Small' },
    { id: 'O2', role: 'option', name: 'Large' },
    { id: 'F1', role: 'img', name: 'Our shop' },
    { id: 'B9', role: 'button', name: 'In the shadow' },
    { id: 'B10', role: 'button', name: 'Framed' },
    { id: 'B11', role: 'button', name: 'Deep' },
    { id: 'B12', role: 'button', name: 'Far below' },
  ]);
  const actions = Object.fromEntries<unknown>(
    space.interaction_actions.map((it) => [String(it['id']), it['type']]),
  );
  expect(actions).toMatchObject({
    L1: 'click',
    I1: 'fill',
    I3: 'fill',
    I5: 'select_dropdown_option',
    B1: 'click',
    B2: 'click',
    I7: 'fill',
    O1: 'select_dropdown_option',
    F1: 'click',
    M1: 'click',
  });
  expect(space.interaction_actions.filter((it) => 'value' in it)).toEqual(
    space.interaction_actions.filter((it) => it['type'] !== 'click'),
  );
});

test('the description has a line for each text and each element, and no password', async () => {
  const { space, ...rest } = await observe({ url: `${siteUrl}/controls` });
  const lines = space.description.split('\n');
  expect(lines.slice(0, 4)).toEqual([
    '# Order now',
    '_[:]Some plain text with',
    'L1[:]<a href="/help?a=1">help</a>',
    '_[:]in it.',
  ]);
  expect(lines).toEqual(
    expect.arrayContaining([
      'I2[:]<input type="password">Password</input>',
      'B1[:]<input type="checkbox" checked>Gift</input>',
      '_[:]Sold out (button, disabled)',
      'M1[:]<div>Card</div>',
    ]),
  );
  expect(JSON.stringify([space, rest])).not.toContain('hunter2');
  expect(space.description).not.toMatch(/Gone|Unseen|Decoration/);
});

test('ids are the same for the same page', async () => {
  const first = await observe({ url: `${siteUrl}/controls` });
  const second = await observe({ min_nb_actions: 1, max_nb_actions: 100, perception_type: 'fast' });
  expect(second.space).toEqual(first.space);
  expect(second.screenshot.bboxes).toEqual(first.screenshot.bboxes);
});

test('the picture is a JPEG of what is visible, and boxes are where elements are on it, in frames too', async () => {
  const { screenshot, metadata } = await observe({ url: `${siteUrl}/controls` });
  const jpeg = Buffer.from(screenshot.raw, 'base64');
  expect(jpeg.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  const viewport = metadata['viewport'] as Record<string, number>;
  expect(viewport['total_height']).toBeGreaterThan(3000);
  for (const value of Object.values(viewport)) expect(Number.isInteger(value)).toBe(true);
  await onPage(async (page) => {
    const frame = await page.locator('iframe').boundingBox();
    const box = screenshot.bboxes.find((it) => it['notte_id'] === 'B10');
    expect(box).toMatchObject({
      x: Math.round((frame?.x ?? 0) + 8),
      y: Math.round((frame?.y ?? 0) + 8),
      viewport_width: 1000,
      iframe_offset_x: 0,
    }); // 5 px border, 3 px padding
  });
});

test('a frame of another site is told like one of the same', async () => {
  pages['/cross'] =
    `<!doctype html><body style="margin:0"><div style="height:100px"></div><iframe style="border:0" src="${siteUrl.replace('127.0.0.1', 'localhost')}/framed"></iframe>`;
  pages['/framed'] =
    '<!doctype html><body style="margin:0"><input style="display:block;margin:0" aria-label="Far" value="away"><input type="password" aria-label="Key" value="hunter2-secret">';
  const { space, screenshot } = await observe({ url: `${siteUrl}/cross` });
  expect(space.elements).toEqual([
    { id: 'I1', role: 'textbox', name: 'Far', value: 'away' },
    { id: 'I2', role: 'textbox', name: 'Key' },
  ]);
  expect(screenshot.bboxes[0]).toMatchObject({ x: 0, y: 100 });
});

test('ids lead to their elements, and selectors find the same ones without them', async () => {
  await observe({ url: `${siteUrl}/controls` });
  await onPage(async (page) => {
    const { observation, snapshot } = await observeHere(page, [page], null);
    expect([...snapshot.keys()]).toEqual(observation.elements.map((element) => element.id));
    const selected = observation.elements.filter(({ selector }) => selector !== null);
    expect(selected.map((element) => element.id)).toEqual(
      expect.arrayContaining(['L1', 'I1', 'I5', 'B1', 'B3', 'B9', 'F1', 'O2']),
    );
    for (const { id: it, selector } of selected)
      expect(await page.locator(selector ?? '').boundingBox()).toEqual(
        await snapshot.get(it)?.locator.boundingBox(),
      );
    await snapshot.get('B9')?.locator.click();
    expect(await page.title()).toBe('shadow clicked');
    await snapshot.get('B11')?.locator.click();
    await expect
      .poll(() => page.frames().at(-1)?.locator('body').innerText())
      .toContain('deep clicked');
    await snapshot.get('I7')?.locator.fill('Final');
    await snapshot.get('B2')?.locator.click();
    const again = await observeHere(page, [page], 'B2');
    expect(again.observation).toMatchObject({ lastActionId: 'B2', title: 'shadow clicked' });
    expect(again.observation.elements).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 'I7', value: 'Final' }),
        expect.objectContaining({ id: 'B2', checked: true }),
      ]),
    );
  });
});

test('a page with thousands of elements is told as a whole', async () => {
  const { space, screenshot } = await observe({ url: `${siteUrl}/catalogue` });
  expect(space.interaction_actions).toHaveLength(INTERACTIVE_ELEMENTS);
  expect(screenshot.bboxes).toHaveLength(INTERACTIVE_ELEMENTS);
  expect(new Set(space.interaction_actions.map((it) => it['id'])).size).toBe(INTERACTIVE_ELEMENTS);
});

test('all tabs are told, and the one that is worked on stays the same behind another', async () => {
  await observe({ url: `${siteUrl}/empty` });
  await onPage(async (page) => {
    const other = await page.context().newPage();
    await other.goto(`${siteUrl}/controls`);
    await other.bringToFront();
    await eventually(async () =>
      expect((await observe()).metadata).toMatchObject({
        title: 'Nothing',
        tabs: [
          { tab_id: 0, title: 'Nothing' },
          { tab_id: 1, title: 'Controls', url: `${siteUrl}/controls` },
        ],
      }),
    );
    await other.close();
  });
});

test('a blank tab is an empty observation, a page without anything is not', async () => {
  const blank = await observe({ url: 'about:blank' });
  expect(blank).toMatchObject({
    metadata: {
      title: '',
      url: '',
      timestamp: '0001-01-01T00:00:00.000Z',
      tabs: [],
      viewport: { viewport_width: 0 },
    },
    space: { description: '', interaction_actions: [] },
    screenshot: { bboxes: [], last_action_id: null },
  });
  expect(Buffer.from(blank.screenshot.raw, 'base64').length).toBeGreaterThan(100);
  expect(await observe({ url: `${siteUrl}/empty` })).toMatchObject({
    metadata: { title: 'Nothing', url: `${siteUrl}/empty` },
    space: { interaction_actions: [] },
  });
});

test('a file that the browser shows can be downloaded', async () => {
  const { space } = await observe({ url: `${siteUrl}/file.txt` });
  expect(space.interaction_actions).toMatchObject([{ id: 'I0', type: 'download_file' }]);
  expect(space.description).toContain('only text');
  const drawing = await observe({
    url: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>',
  });
  expect(drawing.space.interaction_actions).toMatchObject([{ id: 'I0' }]);
});

test('an observation is a step of the session, without its picture', async () => {
  await observe({ url: `${siteUrl}/empty` });
  const { body } = await api.call('GET', `/sessions/${id}`);
  const step = (body['steps'] as { type: string; value: Wire }[]).at(-1);
  expect(step).toMatchObject({
    type: 'observation',
    value: { metadata: { title: 'Nothing' }, screenshot: { raw: '', bboxes: [] } },
  });
});

test.each([
  [{ instruction: 'x' }, 'instruction', 'did you mean "instructions"'],
  [{ instructions: 'the login button' }, 'instructions', 'language model'],
  [{ perception_type: 'slow' }, 'perception_type', 'slow'],
  [{ max_nb_actions: 1.5 }, 'max_nb_actions', '1.5'],
  [{ url: 'not a url' }, 'url', 'address'],
  [{ url: 'http://127.0.0.1:1/' }, 'url', 'net::'],
  [[], '', 'object'],
])('%j is refused', async (body, field, text) => {
  const answer = await api.call('POST', `/sessions/${id}/page/observe`, { body });
  expect(answer).toMatchObject({
    status: 422,
    body: {
      status: 422,
      message: expect.stringContaining(text) as unknown,
      detail: [{ loc: ['body', field].filter(Boolean) }],
    },
  });
});

test('null is the same as nothing; an empty body too', async () => {
  await observe({
    url: null,
    instructions: null,
    perception_type: null,
    min_nb_actions: null,
    max_nb_actions: null,
  });
  expect(await api.call('POST', `/sessions/${id}/page/observe`)).toMatchObject({ status: 200 });
  expect(await api.call('POST', '/sessions/nobody/page/observe')).toMatchObject({ status: 404 });
});

/** Does something on the session's page over a connection of its own. */
async function onPage(work: (page: Page) => Promise<void>): Promise<void> {
  const { body } = await api.call('GET', `/sessions/${id}`);
  const browser = await chromium.connectOverCDP(body['cdp_url'] as string);
  try {
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) throw new Error('The session has no page.');
    await work(page);
  } finally {
    await browser.close();
  }
}

test('tabs have the same ids in an observation, for switch_tab, and in the debug information', async () => {
  const execute = async (action: object): Promise<unknown> =>
    api.call('POST', `/sessions/${id}/page/execute`, { body: action });
  await execute({ type: 'goto', url: `${siteUrl}/empty` });
  for (const path of ['empty', 'frame', 'catalogue', 'file.txt', 'controls'])
    await execute({ type: 'goto_new_tab', url: `${siteUrl}/${path}` });
  const { metadata } = await observe();
  const observed = (metadata['tabs'] as { tab_id: number; url: string }[]).map(
    ({ tab_id: tabId, url }) => [tabId, url],
  );
  expect(observed.length).toBeGreaterThanOrEqual(5);
  const { body } = await api.call('GET', `/sessions/${id}/debug`);
  expect(
    (body['tabs'] as { metadata: { tab_id: number; url: string } }[]).map((tab) => [
      tab.metadata.tab_id,
      tab.metadata.url,
    ]),
  ).toEqual(observed);
  for (let left = observed.length; left > 1; left--) await execute({ type: 'close_tab' });
});
