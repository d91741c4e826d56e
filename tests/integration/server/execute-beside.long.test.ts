/** Actions beside another client on the same browser, and at the end of the session. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestApi } from './api';
import { startApi } from './api';
import type { DrivenSession } from './driven-session';
import { startDriven } from './driven-session';
import type { Site } from './site';
import { startSite } from './site';

let api: TestApi;
let site: Site;
let session: DrivenSession;
let browser: Browser | undefined;

beforeAll(async () => {
  [api, site] = await Promise.all([startApi(), startSite()]);
});
afterAll(() => Promise.all([api.server.close(), site.close()]));
beforeEach(async () => (session = await startDriven(api)));
afterEach(async () => {
  await browser?.close();
  browser = undefined;
  await session.stop();
});

/** A test's own page, in a context of its own, as the fixtures make it. */
async function ownPage(viewport = { width: 700, height: 400 }): Promise<Page> {
  browser = await chromium.connectOverCDP(`${session.cdpUrl}&startup_page=false`);
  return (await browser.newContext({ viewport })).newPage();
}

test("what one does, the other sees; the test's page stays as it is", async () => {
  const page = await ownPage();
  await page.goto(`${site.url}/form`);
  await session.succeed({ type: 'fill', selector: '#name', value: 'Ada' });
  expect(await page.inputValue('#name')).toBe('Ada');
  await page.fill('#name', 'Grace');
  expect(await session.look('document.getElementById("name").value')).toBe('Grace');
  await session.succeed({ type: 'goto', url: `${site.url}/next` });
  await expect.poll(() => page.url()).toBe(`${site.url}/next`);
  expect(await page.title()).toBe('Next');
  expect(await page.evaluate('[innerWidth, innerHeight]')).toEqual([700, 400]);
  expect(await page.evaluate('document.hasFocus()')).toBe(true);
});

test("calls work on the test's page, not on a blank one that was left over", async () => {
  const plain = await chromium.connectOverCDP(session.cdpUrl); // leaves its startup page
  await plain.close();
  const page = await ownPage();
  await session.succeed({ type: 'goto', url: `${site.url}/next` });
  await expect.poll(() => page.url()).toBe(`${site.url}/next`);
  const second = await page.context().newPage();
  await second.goto(`${site.url}/form`);
  expect(await session.look('document.title')).toBe('Next');
  await page.close();
  expect(await session.look('document.title')).toBe('Form');
});

test('tabs are in the order of their opening, also those from before the first call', async () => {
  const page = await ownPage();
  const titles = ['next', 'form', 'long', 'sent', 'person'];
  await page.goto(`${site.url}/${titles[0] ?? ''}`);
  for (const path of titles.slice(1))
    await (await page.context().newPage()).goto(`${site.url}/${path}`);
  const seen: (string | undefined)[] = [];
  for (const index of titles.keys()) {
    await session.succeed({ type: 'switch_tab', tab_index: index });
    seen.push(await session.look('location.pathname.slice(1)'));
  }
  expect(seen).toEqual(titles);
});

test('the tabs are those of this moment, however late another client opened or closed one', async () => {
  const page = await ownPage();
  await session.succeed({ type: 'switch_tab', tab_index: 0 });
  for (let round = 0; round < 10; round += 1) {
    const context = await page.context().browser()?.newContext();
    await context?.newPage();
    await session.succeed({ type: 'switch_tab', tab_index: 1 });
    await context?.close();
    await session.succeed({ type: 'switch_tab', tab_index: -1 });
    expect(await session.execute({ type: 'switch_tab', tab_index: 1 })).toMatchObject({
      message: 'There is no tab 1: this session has 1, from 0; -1 is the last.',
    });
  }
});

test('a tab behind another one is worked on as if it were in front, and stays behind', async () => {
  await session.succeed({ type: 'goto', url: `${site.url}/form` });
  const other = (browser = await chromium.connectOverCDP(session.cdpUrl, { noDefaults: true }));
  const front = await other.contexts()[0]?.newPage();
  await front?.bringToFront();
  const { started_at: from, ended_at: to } = await session.succeed({
    type: 'click',
    selector: '#count',
  });
  expect(Date.parse(to) - Date.parse(from)).toBeLessThan(8_000); // a click that waits for a picture gives up after 8 seconds
  await session.succeed({ type: 'goto', url: `${site.url}/long` });
  await session.succeed({ type: 'scroll_down' });
  expect(await front?.evaluate('document.visibilityState')).toBe('visible');
});

test('dialogs are left to the other client, and dismissed when there is none', async () => {
  const page = await ownPage();
  await page.goto(`${site.url}/dialogs`);
  page.once('dialog', (dialog) => void dialog.accept());
  await session.succeed({ type: 'click', selector: '#ask' });
  expect(await page.textContent('#ask')).toBe('true');
  const seen = new Promise<string>((resolve) =>
    page.once('dialog', (dialog) => resolve(dialog.message())),
  ); // and never answers
  const result = await session.execute({ type: 'click', selector: '#ask', timeout: 3_000 });
  expect(await seen).toBe('Sure?');
  expect(result).toMatchObject({
    success: false,
    message: expect.stringContaining('confirm "Sure?"') as unknown,
  });
  await browser?.close();
  await expect
    .poll(
      async () =>
        (await session.execute({ type: 'evaluate_js', code: 'location.href' })).data?.markdown,
    )
    .toBe('about:blank'); // its page goes a moment later
  await session.succeed({ type: 'goto', url: `${site.url}/dialogs` });
  await session.succeed({ type: 'click', selector: '#ask' });
  expect(await session.look('document.getElementById("ask").textContent')).toBe('false');
});

test('downloads of the test go on to where it wants them', async () => {
  const page = await ownPage();
  await page.goto(`${site.url}/files`);
  await session.succeed({ type: 'click', selector: '#chooser' });
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#get')]);
  expect(download.suggestedFilename()).toBe('report.txt');
  expect(await download.failure()).toBeNull();
});

test.each([
  { type: 'wait', time_ms: 30_000 },
  { type: 'evaluate_js', code: 'new Promise(() => {})' },
  { type: 'evaluate_js', code: 'while (true) {}' },
  { type: 'click', selector: '#nothing' },
  { type: 'goto', url: 'SITE/never' },
])('a stop in the middle of $type is answered at once, and so is the call', async (action) => {
  const opened = await session.succeed({ type: 'goto', url: `${site.url}/form` });
  const running = session.post('url' in action ? { ...action, url: `${site.url}/never` } : action);
  const queued = session.post({ type: 'wait', time_ms: 1 });
  await expect
    .poll(async () => (await api.call('GET', `/sessions/${session.id}`)).body['last_accessed_at'])
    .not.toBe(opened.ended_at);
  const from = performance.now();
  const stopped = session.stop();
  for (const answer of await Promise.all([running, queued]))
    expect(answer).toMatchObject({
      status: 410,
      body: { code: 'session_ended', session: { status: 'closed' } },
    });
  expect(performance.now() - from).toBeLessThan(14_000); // each of them would take 15 s
  expect(await stopped).toMatchObject({ status: 200, body: { status: 'closed' } });
  expect(await session.post({ type: 'wait', time_ms: 1 })).toMatchObject({ status: 410 });
});

test('a session that never was is not found', async () => {
  expect(
    await api.call('POST', '/sessions/nobody/page/execute', { body: { type: 'reload' } }),
  ).toMatchObject({ status: 404 });
});
