/** Pages that hang, hide, flood or fight: every call gives a result or the contract's error in its time, and the next one works. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findChromium } from '../../../src/browser/find-chromium';
import { startApi, type TestApi } from '../server/api';
import { startDriven, type DrivenSession } from '../server/driven-session';

/** The time that a click is given on a page where it may be in vain, in milliseconds. */
const CLICK_MS = 1_500;
/** What may come on top of the limit of a call before its answer, in milliseconds: the script of a page that hangs is ended before, for which it is given five seconds; and a machine may be slow. */
const GRACE_MS = 20_000;
/** All calls on a page may take their time. */
vi.setConfig({ testTimeout: 240_000 });
/** A page as any other, to go on with. */
const PLAIN =
  'data:text/html,<title>plain</title><button onclick="document.title=1">Go on</button>';

const PAGES: Record<string, string> = {
  'alerts without end': '<button>b</button><script>setInterval(() => alert(1), 1)</script>',
  'an alert loop on a click': '<button onclick="for (;;) alert(1)">b</button>',
  'a loop on a click': '<button onclick="for (;;);">b</button>',
  'a question before it is left':
    '<button>b</button><script>onbeforeunload = (event) => { event.preventDefault(); return "stay"; }</script>',
  'its own JSON, Promise and Element':
    '<button>b</button><script>JSON.stringify = () => { throw 1; }; JSON.parse = () => ({}); Promise = null; Array.prototype.toJSON = Object.prototype.toJSON = () => 5; Element.prototype.matches = Element.prototype.getAttribute = Element.prototype.getBoundingClientRect = () => { throw 2; };</script>',
  'everything overwritten':
    '<button>b</button><script>for (const name of ["JSON", "Promise", "Map", "Set", "Array", "Object", "setTimeout", "requestAnimationFrame", "performance", "eval"]) window[name] = () => { throw new Error(name); };</script>',
  'names of all kinds': `<title>"'\\ 💥 \u202E</title><button aria-label="&quot;'\n\r\u2028\u2029💥\u202Eאב \\ \${x} \`">b</button><input value="\n&quot;💥"><script>document.body.append(Object.assign(document.createElement('button'), { textContent: '\\ud800' }))</script>`,
  'a tab that closes itself':
    '<button>b</button><script>setTimeout(() => window.close(), 200)</script>',
  'navigation without end':
    '<button>b</button><script>setInterval(() => (location.hash = Math.random()), 50); setInterval(() => history.pushState(0, "", "#" + Math.random()), 50)</script>',
  'frames in frames, twenty deep': '<button>b</button><iframe src="/frame?20"></iframe>',
  printing: '<button onclick="print(); print()">b</button><script>print()</script>',
  'a download that never ends':
    '<a id="link" href="/endless" download>d</a><button onclick="link.click()">b</button>',
  'downloads without end':
    '<button>b</button><script>setInterval(() => Object.assign(document.createElement("a"), { href: "data:text/plain,x", download: "x" }).click(), 50)</script>',
  'tabs without end':
    '<button onclick="for (let i = 0; i < 20; i++) open(location.href)">b</button><script>setInterval(() => open("about:blank"), 100)</script>',
  'a service worker that never answers':
    '<button>b</button><script>navigator.serviceWorker.register("/worker.js"); fetch("/hang").catch(() => {})</script>',
  'elements that change all the time':
    '<button>b</button><div id="all"></div><script>setInterval(() => (all.innerHTML = "<button>x</button>".repeat(200)), 1)</script>',
  'a blob':
    '<button>b</button><script>if (!location.href.startsWith("blob:")) location.href = URL.createObjectURL(new Blob(["<button>b</button>"], { type: "text/html" }))</script>',
  'a file that is no page': '',
};

let site: Server;
let base: string;
let api: TestApi;
/** For scripts that are not to leave a trace. */
let scripted: DrivenSession;

beforeAll(async () => {
  site = createServer(({ url = '' }, response) => answer(new URL(url, 'http://site'), response));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  // On the headless shell nothing keeps a page from opening tabs: one that opens itself has hundreds within seconds.
  const { executablePath } = await findChromium({ headless: false });
  vi.stubEnv('SESSIONWRIGHT_EXECUTABLE_PATH', executablePath);
  api = await startApi();
  scripted = await startDriven(api, { idle_timeout_minutes: 30, max_duration_minutes: 60 }); // used last
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await api.server.close();
  site.closeAllConnections();
  site.close();
});

test.each(Object.keys(PAGES))('%s', async (name) => {
  const session = await startDriven(api);
  expect(
    await session.execute({ type: 'goto', url: `${base}/?${encodeURIComponent(name)}` }),
  ).toMatchObject({ success: true });
  await answersInTime(session, 'observe', 20_000);
  await answersInTime(session, 'execute', CLICK_MS, {
    type: 'click',
    selector: 'button >> nth=0',
    timeout: CLICK_MS,
  });
  await answersInTime(session, 'execute', 8_000, { type: 'scroll_down' });
  await answersInTime(session, 'scrape', 20_000);
  await answersInTime(session, 'screenshot', 20_000);
  await goesOn(session);
});

test.concurrent('a page whose frames and pictures never come is told without them', async () => {
  const session = await startDriven(api);
  const parts = `<iframe src="${base.replace('127.0.0.1', 'localhost')}/never"></iframe><iframe src="/never"></iframe><img src="/never">`;
  const page = `<button>b</button><div id="late"></div><script>onload = () => setTimeout(() => (late.innerHTML = ${JSON.stringify(parts)}))</script>`; // a page that loads for ever takes ten seconds
  PAGES['silent'] = page;
  await session.execute({ type: 'goto', url: `${base}/?silent` });
  const { status, body } = await call(session, 'observe');
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { space: { interaction_actions: [{ id: 'B1' }] } },
  });
  expect(await call(session, 'scrape')).toMatchObject({ status: 200 });
  await session.succeed({ type: 'click', id: 'B1' });
  await goesOn(session);
});

test.concurrent('an address that never answers is no success', async () => {
  const session = await startDriven(api);
  await session.succeed({ type: 'goto', url: PLAIN });
  expect(await session.execute({ type: 'goto', url: `${base}/never` })).toMatchObject({
    success: false,
    message: expect.stringContaining('Timeout') as unknown,
  });
  await goesOn(session);
});

test('10,000 elements', async () => {
  const session = await startDriven(api);
  PAGES['many'] =
    '<body><script>for (let i = 0; i < 10000; i++) document.body.append(Object.assign(document.createElement("button"), { textContent: "b" + i }))</script>';
  await session.succeed({ type: 'goto', url: `${base}/?many` });
  await answersInTime(session, 'observe', 20_000);
  await answersInTime(session, 'scrape', 20_000);
  await session.succeed({ type: 'click', selector: 'text="b9999"' });
  await goesOn(session);
});

test.each([
  ['a cycle', 'const a = {}; a.a = a; a'],
  [
    'what is nested 20,000 deep',
    'let deep = {}; for (let i = 0; i < 20000; i++) deep = { deep }; deep',
  ],
  ['half a character', '"\\ud800"'],
  ['what throws when it is read', 'new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; } })'],
  ['nothing thrown', 'throw null'],
  ['a symbol', 'Symbol("x")'],
  ['20 MB', '"x".repeat(20_000_000)'],
  ['the window', 'window'],
])('a script whose result is %s', async (_, code) => {
  await scripted.execute({ type: 'evaluate_js', code });
  expect(await scripted.look('1 + 1')).toBe('2');
});

/** Anything but a page that is loaded well may fail, by its own words and not before its time. */
async function answersInTime(
  session: DrivenSession,
  path: string,
  limitMs: number,
  body: object = {},
): Promise<void> {
  const beganMs = performance.now();
  const { status, body: told } = await call(session, path, body);
  expect(performance.now() - beganMs, path).toBeLessThan(limitMs + GRACE_MS);
  if (status === 200) return;
  expect(told, path).toMatchObject({
    status,
    message: expect.stringMatching(/^Could not /) as unknown,
  });
}

/** The browser is as good as new. */
async function goesOn(session: DrivenSession): Promise<void> {
  await session.succeed({ type: 'goto', url: PLAIN });
  expect(await call(session, 'observe')).toMatchObject({
    status: 200,
    body: { metadata: { title: 'plain' } },
  });
  await session.succeed({ type: 'click', id: 'B1' });
  expect(await session.look('document.title')).toBe('1');
  expect(await session.stop()).toMatchObject({ status: 200, body: { status: 'closed' } });
}

function call({ id }: DrivenSession, path: string, body: object = {}): ReturnType<TestApi['call']> {
  return api.call('POST', `/sessions/${id}/page/${path}`, { body });
}

function answer({ pathname, search }: URL, response: ServerResponse): void {
  const query = decodeURIComponent(search.slice(1));
  const html = { 'content-type': 'text/html; charset=utf-8' };
  if (pathname === '/never' || pathname === '/hang') return;
  if (pathname === '/worker.js')
    response
      .writeHead(200, { 'content-type': 'text/javascript' })
      .end('onfetch = (event) => event.respondWith(new Promise(() => {}))');
  else if (pathname === '/endless')
    response
      .writeHead(200, { 'content-type': 'application/octet-stream' })
      .write('x'.repeat(1_000));
  else if (pathname === '/frame')
    response
      .writeHead(200, html)
      .end(
        `<button>b</button>${Number(query) > 0 ? `<iframe src="/frame?${Number(query) - 1}"></iframe>` : ''}`,
      );
  else if (query === 'a file that is no page')
    response.writeHead(200, { 'content-type': 'application/xml' }).end('<x/>');
  else response.writeHead(200, html).end(PAGES[query]);
}
