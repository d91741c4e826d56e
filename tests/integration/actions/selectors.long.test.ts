/** Every element of an observation is found again by each of its selectors, on pages that make it hard; and what was done is replayed by them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  chromium,
  type Browser,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { observePage } from '../../../src/actions/observe/observe-page';
import type { ObservedElement } from '../../../src/contract/observation';
import { startApi, type TestApi } from '../server/api';
import { startDriven } from '../server/driven-session';

const buttons = (count: number): string =>
  Array.from({ length: count }, () => '<li><a href="#">Buy</a> <button></button></li>').join('');
const html = (body: string): string => `<!doctype html><meta charset="utf-8"><body>${body}`;
const PAGES: Record<string, string> = {
  '/twins': html(
    `<ul>${buttons(5)}</ul><button id="same">A</button><button id="same">B</button><button id="a:b 'c">Odd id</button><button id="1st">Digit</button>
     <button>Say "hi" \\ bye</button><button>  much   space </button><input><input><textarea></textarea><select><option>1</option><option>1</option></select>
     <table><tr><td><button>Buy</button></td><td><a href="#">Buy</a></td></tr></table><div contenteditable>One</div><div contenteditable>Two</div>
     <details><summary>More</summary><button>Buy</button></details><div role="checkbox" tabindex="0">Buy</div><button aria-label="Buy">x</button>`,
  ),
  '/pointers': html(
    `<style>.p { cursor: pointer }</style><div class="p"><div class="p"><span>Same place</span></div></div><div class="p">Same place</div>
     <a href="#"><img alt="Same place" width="30" height="30" src="/x.png"></a><a href="#" style="display: block"><button style="width: 100%">Inner</button></a>
     <svg width="90" height="40"><g class="p"><rect width="40" height="40"/><title>First</title></g><a href="#two"><rect x="45" width="40" height="40"/></a></svg>
     <svg class="p" width="40" height="40"><linearGradient id="g"></linearGradient><circle class="p" cx="20" cy="20" r="20"/></svg>
     <div style="position: relative; height: 40px"><button style="position: absolute; inset: 0">Below</button><button style="position: absolute; inset: 0">Above</button></div>
     <div style="zoom: 1.37; padding: 3.3px"><button>Fraction</button><button>Fraction</button></div><p class="p">Plain <b>bold</b> text</p>`,
  ),
  '/shadows': html(
    `<script>
       customElements.define('my-card', class extends HTMLElement { connectedCallback() {
         this.attachShadow({ mode: 'open' }).innerHTML = '<button id="buy">Buy</button><slot></slot><my-icon></my-icon>' } });
       customElements.define('my-icon', class extends HTMLElement { connectedCallback() {
         this.attachShadow({ mode: 'open' }).innerHTML = '<div><button></button><a href="#">Buy</a></div>' } });
     </script><my-card></my-card><my-card><a href="#">Slotted</a></my-card><div id="host"><my-card></my-card></div><button id="buy">Buy</button>`,
  ),
  '/frames': html(
    `<iframe src="/inner" width="300" height="150"></iframe><iframe src="/inner" width="300" height="150"></iframe><button>Count</button>
     <iframe id="other" src="http://localhost:PORT/outer" width="400" height="250" style="border: 5px solid; padding: 3px"></iframe>`,
  ),
  '/outer': html(
    '<div><iframe name="in" src="/inner" width="300" height="150"></iframe></div><button>Count</button>',
  ),
  '/inner': html(
    `<button onclick="this.textContent = Number(this.textContent) + 1">0</button><button></button><button>Count</button><a href="#">Count</a>
     <iframe srcdoc="<button>Deep</button><button>Deep</button>" width="150" height="60"></iframe>`,
  ),
  '/many': html(
    Array.from(
      { length: 1_000 },
      (_, row) => `<div class="row"><a href="#${row}">Open</a><button>Buy</button></div>`,
    ).join(''),
  ),
};

let api: TestApi;
let site: Server;
let base: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  site = createServer(({ url = '' }, response) => {
    const { port } = site.address() as AddressInfo;
    response.writeHead(PAGES[url] === undefined ? 404 : 200, { 'content-type': 'text/html' });
    response.end(PAGES[url]?.replaceAll('PORT', String(port)));
  });
  await new Promise<void>((resolve) => site.listen(0, resolve)); // both 127.0.0.1 and localhost, which are different sites
  base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  api = await startApi();
  const { body } = await api.call('POST', '/sessions/start', { body: {} });
  browser = await chromium.connectOverCDP(body['cdp_url'] as string);
  page = browser.contexts()[0]?.pages()[0] as Page;
});
afterAll(async () => {
  await browser.close();
  await api.server.close();
  await new Promise((resolve) => site.close(resolve));
});

/** Each way to find an element, by its name. */
function waysTo({ selector, selectors }: ObservedElement): Record<string, Locator> {
  const scope = (selectors?.iframeParentCssSelectors ?? []).reduce<Page | FrameLocator>(
    (outer, frame) => outer.frameLocator(frame),
    page,
  );
  return {
    playwright: page.locator(selector ?? 'none'),
    css: scope.locator(`css=${selectors?.cssSelector}`),
    ...(selectors?.inShadowRoot !== true && {
      xpath: scope.locator(`xpath=${selectors?.xpathSelector}`),
    }),
  };
}

interface Marked extends Element {
  observedId?: string;
}

test.each([
  ['/twins', 1, 25],
  ['/shadows', 1, 10],
  ['/pointers', 1, 10],
  ['/frames', 1, 20],
  ['/many', 25, 2_000],
])('on %s every selector finds its element, and only that', async (path, step, atLeast) => {
  await page.goto(base + path);
  const { observation, snapshot } = await observePage(page, [page], null);
  const { elements } = observation;
  expect(elements.length).toBeGreaterThanOrEqual(atLeast);
  const wrong: object[] = [];
  for (const element of elements.filter((_, index) => index % step === 0)) {
    await snapshot
      .get(element.id)
      ?.locator.evaluate((it: Marked, id) => (it.observedId = id), element.id);
    for (const [way, locator] of Object.entries(waysTo(element))) {
      const found = await locator.evaluateAll((all: Marked[]) =>
        all.map((it) => it.observedId ?? it.outerHTML.slice(0, 80)),
      );
      if (found.join() !== element.id)
        wrong.push({
          id: element.id,
          name: element.name,
          way,
          found,
          selectors: element.selectors,
        });
    }
  }
  expect(wrong).toEqual([]);
  expect(elements.some(({ selectors }) => selectors?.inIframe === true)).toBe(path === '/frames');
  expect(elements.some(({ selectors }) => selectors?.inShadowRoot === true)).toBe(
    path === '/shadows',
  );
});

test('what was done by ids is done again by the code of the session, in frames too', async () => {
  const counters =
    'frames[1].document.querySelector("button").textContent + frames[0].document.querySelector("button").textContent';
  const first = await startDriven(api);
  await first.succeed({ type: 'goto', url: `${base}/frames` });
  const { body } = await api.call('POST', `/sessions/${first.id}/page/observe`, { body: {} });
  const actions = (
    body['space'] as {
      interaction_actions: { id: string; text_label: string; selector: object | null }[];
    }
  ).interaction_actions;
  const [, second] = actions.filter(({ text_label: label }) => label === '0');
  expect(actions.every(({ selector }) => selector !== null)).toBe(true);
  await first.succeed({ type: 'click', id: second?.id });
  expect(await first.look(counters)).toBe('10');
  const code = await api.call('GET', `/sessions/${first.id}/workflow/code?as_workflow=false`);
  const again = await startDriven(api);
  const saved = code.body['json_actions'] as object[];
  for (const action of saved.slice(0, 2)) await again.succeed(action);
  expect(await again.look(counters)).toBe('10');
  await again.succeed({
    type: 'click',
    selector: { ...second?.selector, playwright_selector: null },
  }); // its name is another one now
  expect(await again.look(counters)).toBe('20');
  await Promise.all([first.stop(), again.stop()]);
});
