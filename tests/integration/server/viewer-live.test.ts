/** What somebody who looks at sessions goes on seeing when connections are lost, lists are full and contexts are prepared. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { LiveMessage } from '../../../src/contract/viewer';
import type { TestApi } from './api';
import { startApi } from './api';
import { CutLine } from './cut-line';
import { firstPicture, Looker, picturesOf, startShown } from './viewer-browser';

/** Two or three browsers at once, which a busy machine may be slow with. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const SLOW = { timeout: 60_000 };

let api: TestApi;
let looker: Looker;
let line: CutLine;

beforeAll(async () => {
  api = await startApi();
  looker = await Looker.start(api);
});
afterAll(() => api.server.close());
beforeEach(async () => void (line = await CutLine.open(api.server.url)));
afterEach(async () => {
  await looker.lookAway();
  await line.cut();
});

const button = (page: Page, name: string) => page.getByRole('button', { name });

test('what a page said and failed to load is listed once, also when the connection was lost meanwhile', async () => {
  const { page: shown, viewer_url: url } = await startShown(api);
  const page = await looker.open(line.through(url));
  await firstPicture(page);
  await shown.evaluate(async (lost) => {
    console.error('the card was declined');
    await fetch(lost, { mode: 'no-cors' });
  }, `${api.server.url}/lost`);
  const events = page.getByRole('group', { name: 'Events' }).locator('.event');
  const listed = async (): Promise<number[]> =>
    Promise.all(
      ['the card was declined', '/lost', 'it is back'].map((hasText) =>
        events.filter({ hasText }).count(),
      ),
    );
  await expect.poll(listed, SLOW).toEqual([1, 1, 0]);
  await line.cut();
  await page.getByText('Connection lost.').waitFor(SLOW);
  await line.mend();
  await page.getByText('Connection lost.').waitFor({ ...SLOW, state: 'hidden' });
  await shown.evaluate(() => console.error('it is back'));
  await expect.poll(listed, SLOW).toEqual([1, 1, 1]);
});

test('requests for pages and data are listed as they are answered, and pictures only when they fail', async () => {
  const { page: shown, viewer_url: url } = await startShown(api);
  const page = await looker.open(url);
  await firstPicture(page);
  await shown.route(/png|ico$/, (route) =>
    route.fulfill({ status: route.request().url().endsWith('lost.png') ? 404 : 200, body: '' }),
  );
  await shown.goto(`${api.server.url}/health?secret=1`);
  await shown.evaluate(async () => {
    const load = async (path: string): Promise<void> =>
      new Promise((done) => {
        const image = new Image();
        image.onload = image.onerror = () => done();
        image.src = path;
      });
    await load('/there.png');
    await fetch('/health#data');
    await load('/lost.png');
  });
  const requests = page.locator('.event .event-text:has(.event-title.code)');
  const texts = async (): Promise<string[]> => requests.allInnerTexts();
  await button(page, 'Requests').click();
  await expect
    .poll(async () => (await texts()).some((it) => it.includes('/lost.png')), SLOW)
    .toBe(true);
  expect((await texts()).map((it) => it.replace(api.server.url, '').replace(/\s+/g, ' '))).toEqual([
    'GET /health 200 OK',
    'GET /health 200 OK',
    'Error: GET /lost.png 404 Not Found',
  ]);
});

test('the user and password of a URL are shown nowhere', async () => {
  const { page: shown, viewer_url: url } = await startShown(api);
  const page = await looker.open(url);
  const wall = await looker.open(api.server.wallUrl);
  await firstPicture(page);
  const site = new URL(api.server.url);
  Object.assign(site, { username: 'ada', password: 'very-private' });
  await shown.goto(`${site.href}health`);
  await shown.goto(`${site.href}lost`);
  await page.locator('.event', { hasText: '/lost' }).first().waitFor(SLOW);
  await expect
    .poll(() => wall.locator('.card-url').allTextContents(), SLOW)
    .toContainEqual(expect.stringMatching(/\/lost$/));
  for (const it of [page, wall]) expect(await it.content()).not.toMatch(/ada:|very-private/);
});

test('a card of the wall shows where the session is', async () => {
  const { page: shown, session_id: id } = await startShown(api);
  api.server.noteTest(id, { title: 'reads the health' });
  await shown.goto(`${api.server.url}/health`);
  const page = await looker.open(api.server.wallUrl);
  const card = page.getByRole('link', { name: 'reads the health' });
  await expect.poll(() => card.locator('.card-url').textContent(), SLOW).toMatch(/\/health$/);
});

test('tabs that were there before anybody looked are listed as they were opened, and the newest is shown', async () => {
  const { page: shown, viewer_url: url } = await startShown(api);
  const names = ['One', 'Two', 'Three', 'Four'];
  for (const name of names) {
    const tab = await shown.context().newPage();
    await tab.setContent(`<title>${name}</title>${name}`);
  }
  const page = await looker.open(url);
  const titles = page.locator('.tab');
  await expect.poll(() => titles.allInnerTexts(), SLOW).toEqual(['Shown', ...names]);
  await page.locator('.tab[aria-current="true"]', { hasText: 'Four' }).waitFor(SLOW);
});

test('the list of a live page follows what happens, however much there was', async () => {
  const { viewer_url: url, session_id: id } = await startShown(api);
  const page = await looker.open(url);
  await firstPicture(page);
  const tell = (title: string, count: number): void =>
    Array.from({ length: count }).forEach((_, index) =>
      api.server.noteTest(id, {
        ...{ id: `${title} ${index}`, at: Date.now(), place: '', hasFailed: false },
        ...{ step: `${title} ${index}`, duration: 1 },
      }),
    );
  const list = page.getByRole('group', { name: 'Events' });
  tell('Click', 500);
  await list.getByText('Click 499', { exact: true }).waitFor(SLOW);
  expect(await list.locator('.event').count()).toBe(500); // as many as it holds
  tell('Fill a form that has a long name, so that it takes more than one line of the list', 5);
  await list.getByText('list 4').waitFor(SLOW);
  const below = (): Promise<number> =>
    list.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight);
  await expect.poll(below, { timeout: 10_000 }).toBeLessThan(2);
  await button(page, 'Steps').click();
  await expect.poll(below, { timeout: 10_000 }).toBeLessThan(2);
});

test('a live page counts all tests of a session, and lists the newest', async () => {
  const { viewer_url: url, session_id: id } = await startShown(api);
  const tests = Array.from({ length: 60 }, (_, index) => ({ title: `test ${index + 1}` }));
  api.server.noteTest(id, ...tests);
  const page = await looker.open(url);
  await page.locator('header').getByText('60 tests').waitFor(SLOW);
  await page.getByRole('heading', { name: 'test 60' }).waitFor(SLOW);
  api.server.noteTest(id, { title: 'test 61' });
  await page.locator('header').getByText('61 tests').waitFor(SLOW);
});

test('taking over without a connection does not blame the key, which is tried again', async () => {
  const { viewer_url: url } = await startShown(api);
  const page = await looker.open(`${line.through(url)}&interactive=1`);
  await firstPicture(page);
  await button(page, 'Take over').click();
  await page.getByLabel('API key').fill(api.server.apiKey);
  await line.cut();
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor(SLOW);
  await line.mend();
  await page.keyboard.press('Enter');
  await page.getByRole('application').waitFor(SLOW);
});

test('a wrong key takes nothing away from whoever may see the wall', async () => {
  const { viewer_url: url } = await startShown(api);
  const page = await looker.open(String((await api.call('POST', '/viewer/tickets')).body['url']));
  const wall = page.getByRole('heading', { name: 'Sessions' });
  const cards = page.getByRole('list', { name: 'Sessions' });
  await cards.waitFor(SLOW);
  await page.goto(`${url}&interactive=1`);
  await button(page, 'Take over').click();
  await page.getByLabel('API key').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'not the key of this server' }).waitFor(SLOW);
  await page.goto(url.replace(/\?.*/, '')); // asks for the key by itself
  await page.getByLabel('API key').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor(SLOW);
  await page.goto(`${api.server.url}/`);
  await wall.waitFor(SLOW);
  await cards.waitFor(SLOW);
});

test('the page of a prepared context is no tab until its test has it', async () => {
  const { page: shown, viewer_url: url, session_id: id } = await startShown(api);
  await shown.goto(`${api.server.url}/health`);
  const page = await looker.open(url);
  await firstPicture(page);
  const context = await shown.context().browser()?.newContext();
  const first = await context?.newPage();
  const cdp = first && (await context?.newCDPSession(first));
  const contextId = (await cdp?.send('Target.getTargetInfo'))?.targetInfo.browserContextId ?? '';
  api.server.noteTest(id, { preparedContext: contextId });
  await first?.evaluate(() => (document.title = 'Prepared'));
  await shown.evaluate(() => (document.title = 'Still here'));
  await page.locator('.tab', { hasText: 'Still here' }).waitFor(SLOW);
  await expect.poll(() => page.locator('.tab').count(), SLOW).toBe(1);
  api.server.noteTest(id, { preparedContext: null });
  await page.locator('.tab[aria-current="true"]', { hasText: 'Prepared' }).waitFor(SLOW);
  expect(await page.locator('.tab').count()).toBe(2);
});

test('a popup stays in front of the page that opened it before it had painted anything', async () => {
  const { page: shown, viewer_url: url } = await startShown(api);
  const page = await looker.open(url);
  await firstPicture(page);
  const opener = await shown.context().newPage();
  await opener.evaluate(async () => {
    document.body.style.background = 'gold';
    const popup = window.open('');
    if (popup) popup.document.title = 'Popup';
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    document.title = 'Painted';
  });
  await page.locator('.tab', { hasText: 'Painted' }).waitFor(SLOW);
  expect(await page.locator('.tab[aria-current="true"]').textContent()).toContain('Popup');
});

test('a connection that nobody ended and nothing comes through is lost, and made anew', async () => {
  const { page: shown, viewer_url: url } = await startShown(api);
  const page = await looker.open('about:blank');
  await page.clock.install();
  await page.goto(line.through(url));
  await firstPicture(page);
  line.hush();
  const before = await picturesOf(page);
  await page.clock.fastForward(61_000);
  await shown.setContent('<h1 style="background: gold">Back</h1>');
  await expect.poll(() => picturesOf(page), SLOW).toBeGreaterThan(before);
});

test('a session in which nothing happens says so often enough that nobody takes its connection for lost', async () => {
  const { viewer_url: url } = await startShown(api);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { pathname, search } = new URL(url);
  const socket = new WebSocket(`${api.server.url.replace('http', 'ws')}${pathname}/live${search}`);
  try {
    const heard: string[] = [];
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) heard.push((JSON.parse(data.toString()) as LiveMessage).kind);
    });
    const beats = () => heard.filter((kind) => kind === 'beat').length;
    await expect.poll(() => heard, SLOW).toContain('tabs');
    for (let passedMs = 0; passedMs < 60_000; passedMs += 20_000) vi.advanceTimersByTime(20_000);
    await expect.poll(beats, { timeout: 10_000 }).toBe(3);
  } finally {
    vi.useRealTimers();
    socket.close();
  }
});

test('the smallest form takes mouse and keyboard from the beginning where its link allows it', async () => {
  const {
    page: shown,
    viewer_url: url,
    cdp_url: cdpUrl,
  } = await startShown(
    api,
    '<input style="position: absolute; inset: 0; width: 100%; height: 100vh">',
  );
  const token = String(new URL(cdpUrl).searchParams.get('token'));
  const embedded = `${url}&mode=embed-minimal&interactive=1`;
  const page = await looker.open(`${embedded}#drive=${token}`);
  const screen = page.getByRole('application');
  await screen.click(SLOW);
  await page.keyboard.type('Ada');
  await expect.poll(() => shown.locator('input').inputValue(), SLOW).toBe('Ada');
  await page.keyboard.press('Control+Alt+Enter');
  await expect.poll(() => screen.count(), SLOW).toBe(0);
  await page.locator('canvas').click(); // takes them again
  await screen.click(SLOW);
  await page.keyboard.type('!');
  await expect.poll(() => shown.locator('input').inputValue(), SLOW).toContain('!');
  const watching = await looker.open(embedded);
  await firstPicture(watching);
  await watching.locator('canvas').click();
  expect(await watching.getByRole('application').count()).toBe(0);
});
