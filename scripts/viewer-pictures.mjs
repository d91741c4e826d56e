/** Pictures of the viewer, taken of a real server with real sessions: `npm run build && node scripts/viewer-pictures.mjs FOLDER [--crowd]`. */
import { createServer } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { findChromium, startSessionServer } from '../dist/server.js';

const [, , FOLDER = join(import.meta.dirname, '../.cache/pictures'), ...OPTIONS] = process.argv;
/** How long pages are given to show what has changed, in milliseconds. */
const SETTLE_MS = 1_500;
/** Browsers behind the forty sessions of the crowded wall: each is attached to by several. */
const CROWD_BROWSERS = 5;
const CROWD = 40;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const GOODS = ['Desk lamp', 'Oak chair', 'Wool blanket', 'Teapot', 'Wall clock', 'Bookshelf'];
/** Two runs that the server has at once. */
const RUNS = [
  { id: 'run-41', name: 'lamp-and-chair #41' },
  { id: 'run-42', name: 'lamp-and-chair #42' },
];
const HUES = [14, 32, 200, 150, 262, 95];

/** A shop to be looked at. */
function shopPage(path) {
  const name = decodeURIComponent(path.split('/')[2] ?? '');
  const card = (good, index) =>
    `<a class="good" href="/goods/${good}"><i style="background: linear-gradient(150deg, hsl(${HUES[index]} 60% 82%), hsl(${HUES[index]} 50% 66%))"></i><b>${good}</b><span>${29 + index * 17} €</span></a>`;
  const main =
    path === '/cart'
      ? `<h1>Your cart</h1><form><p>Desk lamp <b>29 €</b></p><label>Email <input id="email"></label><button type="button" id="pay" onclick="fetch('/api/pay').then((r) => { if (!r.ok) console.error('Payment failed: the card was declined'); document.querySelector('#said').textContent = 'The card was declined. Try another one.' })">Pay 29 €</button><p id="said"></p></form>`
      : name
        ? `<h1>${name}</h1><div class="goods">${card(name, GOODS.indexOf(name))}</div>`
        : `<h1>Things for a home</h1><div class="goods">${GOODS.map(card).join('')}</div>`;
  return `<!doctype html><title>${name || (path === '/cart' ? 'Cart' : 'Lamp & Chair')}</title><style>
    body { margin: 0; font: 17px/1.5 system-ui; color: #222; background: #fbfaf8 }
    header { display: flex; justify-content: space-between; padding: 18px 48px; background: #26322e; color: #fff }
    header a { color: #fff; text-decoration: none } main { max-width: 1080px; margin: 32px auto; padding: 0 32px }
    .goods { display: grid; grid-template-columns: repeat(3, 1fr); gap: 24px }
    .good { display: grid; gap: 6px; padding: 16px; border-radius: 14px; background: #fff; box-shadow: 0 2px 10px #0001; color: inherit; text-decoration: none }
    .good i { height: 150px; border-radius: 10px } form { display: grid; gap: 16px; max-width: 420px }
    input, button { font: inherit; padding: 10px 14px; border: 1px solid #bbb; border-radius: 8px } button { border: 0; background: #26322e; color: #fff } #said { color: #b3261e }
  </style><header><a href="/"><b>Lamp &amp; Chair</b></a><a href="/cart">Cart (1)</a></header><main>${main}</main>`;
}

const shop = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://shop');
  if (pathname.startsWith('/api')) response.writeHead(402, 'Payment Required').end();
  else response.setHeader('content-type', 'text/html; charset=utf-8').end(shopPage(pathname));
});
await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
const shopUrl = `http://127.0.0.1:${shop.address().port}`;

const server = await startSessionServer({ recording: 'always' });
const viewer = await chromium.launch({ executablePath: (await findChromium()).executablePath });
await mkdir(FOLDER, { recursive: true });

async function call(method, path, body) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  return response.json();
}

/** Starts a session at a page of the shop, and begins a test in it, in either run. */
async function begin(title, path, { worker = 0, ...options } = {}) {
  const session = await call('POST', '/sessions/start', options);
  if (title) server.noteTest(session.session_id, { title, worker, run: RUNS[worker % 2] });
  if (!options.cdp_url) await step(session, { type: 'goto', url: shopUrl + path });
  return session;
}

async function step(session, action) {
  await call('POST', `/sessions/${session.session_id}/page/execute`, action);
}

/** Reports a step of a test as a run does. Resolves when the step is done; a step whose promise never settles stays open. */
async function does(session, line, what, work) {
  const note = { step: what, id: `${line}`, at: Date.now(), place: `shop.spec.ts:${line}` };
  server.noteTest(session.session_id, { ...note, duration: null, hasFailed: false });
  const hasFailed = await work().then(
    () => false,
    () => true,
  );
  const duration = Date.now() - note.at;
  server.noteTest(session.session_id, { ...note, duration, hasFailed });
}

/** A page of the viewer, for somebody who has the key. */
async function look(url, { viewport = DESKTOP, colorScheme = 'light', key = server.apiKey } = {}) {
  const context = await viewer.newContext({ viewport, colorScheme });
  if (key)
    await context.addInitScript((it) => sessionStorage.setItem('sessionwright-key', it), key);
  const page = await context.newPage();
  await page.goto(url);
  await sleep(SETTLE_MS);
  return page;
}

async function take(page, name) {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  console.log(`${name}.png`);
}

const wallUrl = `${server.url}/`;
await take(await look(wallUrl, { key: null }), 'wall-key');
await take(await look(wallUrl), 'wall-empty');

const pay = await call('POST', '/sessions/start');
const test = await chromium.connectOverCDP(pay.cdp_url);
const [page] = test.contexts()[0].pages();
const { 0: run } = RUNS;
server.noteTest(pay.session_id, { title: 'a guest finds a lamp', worker: 0, run });
await does(pay, 6, 'Navigate to "/"', () => page.goto(shopUrl));
await does(pay, 7, "Click getByText('Desk lamp')", () => page.click('text=Desk lamp'));
await sleep(700);
server.noteTest(pay.session_id, { outcome: 'passed' });
server.noteTest(pay.session_id, {
  title: 'a guest pays by card, and sees when the card is declined',
  worker: 0,
  run,
});
await does(pay, 12, 'Navigate to "/cart"', () => page.goto(`${shopUrl}/cart`));
const live = await look(`${pay.viewer_url}&interactive=1`);
await does(pay, 13, 'Fill "…" getByLabel(\'Email\')', () => page.fill('#email', 'ada@example.com'));
await does(pay, 14, "Click getByRole('button', { name: 'Pay' })", () => page.click('#pay'));
const thanked = does(pay, 15, 'Expect "toBeVisible" getByText(\'Thank you\')', () =>
  page.waitForSelector('text=Thank you', { timeout: 8 * SETTLE_MS }),
);
await sleep(SETTLE_MS);
await take(live, 'live');
await take(await look(pay.viewer_url, { colorScheme: 'dark' }), 'live-dark');
await take(await look(pay.viewer_url, { viewport: PHONE }), 'live-narrow');
await live.getByRole('button', { name: 'Take over' }).click();
await sleep(SETTLE_MS);
await take(live, 'live-taken-over');
await live.getByRole('button', { name: 'Give back' }).click();
await live.getByRole('button', { name: 'Stop' }).click();
await take(live, 'live-stop');
await live.getByRole('button', { name: 'Keep it running' }).click();

const one = await look(wallUrl);
await take(one, 'wall-one');
const others = [];
for (const [index, title] of [
  'sorts by price',
  'shows what is in stock',
  'keeps the cart of a guest who signs in later, on another device and after a very long while',
  '',
].entries())
  others.push(
    await begin(title, index === 0 ? '/' : `/goods/${GOODS[index]}`, { worker: index + 1 }),
  );
server.noteTest(others[1].session_id, { outcome: 'passed' });
server.noteTest(others[1].session_id, { title: 'adds it to the cart', worker: 2, run });
await thanked;
server.noteTest(pay.session_id, { outcome: 'failed' });
server.noteTest(pay.session_id, { title: 'a guest pays by invoice', worker: 0, run });
await does(pay, 21, 'Navigate to "/goods/Teapot"', () => page.goto(`${shopUrl}/goods/Teapot`));
await sleep(900);
server.noteTest(pay.session_id, { outcome: 'passed' });
await call('DELETE', `/sessions/${pay.session_id}/stop`);
await sleep(SETTLE_MS);
await take(live, 'live-ended');
await sleep(SETTLE_MS);
await take(one, 'wall');
await take(await look(wallUrl, { colorScheme: 'dark' }), 'wall-dark');
await take(await look(wallUrl, { viewport: PHONE }), 'wall-narrow');
await take(await look(`${wallUrl}?run=${run.id}`), 'wall-run');
await take(await look(`${wallUrl}?run=run-43`), 'wall-run-unknown');

await live.getByRole('button', { name: 'Watch the replay' }).click();
await live.locator('video').waitFor({ timeout: 60_000 });
await live.locator('.event', { hasText: 'Payment failed' }).click();
for (let n = 0; n < 3; n++) await live.keyboard.press('.'); // until the page shows it too
await sleep(SETTLE_MS);
await take(live, 'replay');
for (const [name, options] of [
  ['replay-dark', { colorScheme: 'dark' }],
  ['replay-narrow', { viewport: PHONE }],
])
  await take(await look(`${pay.viewer_url}#t=3`, options), name);

for (const [name, options] of [
  ['replay-download', {}],
  ['replay-download-dark', { colorScheme: 'dark' }],
  ['replay-download-narrow', { viewport: PHONE }],
]) {
  const page = await look(`${pay.viewer_url}#t=3`, options);
  await page.getByRole('button', { name: 'Download' }).click();
  await take(page, name);
}

if (OPTIONS.includes('--crowd')) {
  const browsers = others.slice(0, CROWD_BROWSERS);
  for (let index = others.length; index < CROWD; index++)
    await begin(`crowd test ${index}`, '/', {
      worker: index,
      cdp_url: browsers[index % browsers.length].cdp_url,
    });
  const crowd = await look(wallUrl);
  await sleep(3 * SETTLE_MS);
  await take(crowd, 'wall-crowd');
}

await viewer.close();
await server.close();
shop.close();
