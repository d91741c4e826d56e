/** The viewer's pages in a browser: live pictures, taking over, the end, the wall. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SessionServerOptions } from '../../../src/server/index';
import type { TestApi } from './api';
import { startApi } from './api';
import { CutLine } from './cut-line';
import { axeViolations, firstPicture, Looker, picturesOf, startShown } from './viewer-browser';

/** Two or three browsers at once, which a busy machine may be slow with. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const SLOW = { timeout: 60_000 };

let api: TestApi;
let looker: Looker;

async function serve(options: SessionServerOptions = {}): Promise<void> {
  api = await startApi(options);
  looker = await Looker.start(api);
}

afterEach(() => api.server.close());

const button = (page: Page, name: string) => page.getByRole('button', { name });
const heading = (page: Page, name: string) => page.getByRole('heading', { name });

describe('live', () => {
  beforeEach(() => serve());

  test('pictures arrive and change, with the tabs, their address and what the page says', async () => {
    const { page: shown, viewer_url: url, session_id: id } = await startShown(api);
    const page = await looker.open(url);
    await firstPicture(page);
    const before = await picturesOf(page);
    await shown.setContent('<title>Changed</title><h1 style="background: orange">Changed</h1>');
    await expect.poll(() => picturesOf(page), SLOW).toBeGreaterThan(before);
    await button(page, 'Changed').waitFor(SLOW);
    expect(await axeViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axeViolations(page)).toEqual([]);
    await shown.evaluate(() => console.error('the card was declined'));
    await page.getByText('the card was declined').waitFor(SLOW);
    const step = { id: '1', at: Date.now(), place: 'shop.spec.ts:12', hasFailed: false };
    const says = { ...step, step: 'Click the button' };
    api.server.noteTest(id, { title: 'buys a lamp' }, { ...says, duration: null });
    const line = page.locator('.event', { hasText: 'Running: Click the buttonshop.spec.ts:12' });
    await line.waitFor(SLOW);
    expect(await axeViolations(page)).toEqual([]);
    api.server.noteTest(id, { ...says, duration: 40 });
    await line.waitFor({ ...SLOW, state: 'detached' });
    await expect
      .poll(() => page.locator('.event', { hasText: 'Click the button' }).count(), SLOW)
      .toBe(1);
    const opening = shown.waitForEvent('popup');
    await shown.evaluate(() => void window.open('about:blank'));
    const popup = await opening;
    await popup.setContent('<title>Second</title><h1>Second</h1>');
    await page.locator('.tab[aria-current="true"]', { hasText: 'Second' }).waitFor(SLOW);
    await button(page, 'Changed').click();
    await page.locator('.tab[aria-current="true"]', { hasText: 'Changed' }).waitFor(SLOW);
    expect(looker.errors).toEqual([]);
  });

  test('whoever has the key takes over with mouse, keyboard and paste, and gives back by keyboard', async () => {
    const { page: shown, viewer_url: url } = await startShown(
      api,
      '<input style="position: absolute; inset: 0; width: 100%; height: 100vh">',
    );
    const page = await looker.open(`${url}&interactive=1`);
    await firstPicture(page);
    await button(page, 'Take over').click();
    await page.getByLabel('API key').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor(SLOW);
    await page.getByLabel('API key').fill(api.server.apiKey);
    await page.keyboard.press('Enter');
    const screen = page.getByRole('application');
    await screen.waitFor(SLOW);
    await screen.click();
    await page.keyboard.type('Ada');
    const value = () => shown.locator('input').inputValue();
    await expect.poll(value, SLOW).toBe('Ada');
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', ' Lovelace');
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
    });
    await expect.poll(value, SLOW).toBe('Ada Lovelace');
    const box = await screen.boundingBox();
    const [left = 0, middle = 0] = box ? [box.x + 2, box.y + box.height / 2] : [];
    await page.mouse.move(left, middle);
    await page.mouse.down();
    await page.mouse.move(left + 400, middle, { steps: 5 });
    await page.mouse.up();
    const selected = () =>
      shown
        .locator('input')
        .evaluate((it: HTMLInputElement) =>
          it.value.slice(it.selectionStart ?? 0, it.selectionEnd ?? 0),
        );
    await expect.poll(selected, SLOW).toBe('Ada Lovelace');
    await shown.evaluate(() => {
      const down = new Set<string>();
      document.addEventListener('keydown', ({ key }) => {
        down.add(key);
        if (down.has('Control') && down.has('Alt')) document.title = 'Held';
      });
      document.addEventListener('keyup', ({ key }) => {
        down.delete(key);
        if (down.size === 0 && document.title === 'Held') document.title = 'Released';
      });
    });
    await page.keyboard.press('Control+Alt+Enter');
    await expect.poll(() => shown.title(), SLOW).toBe('Released');
    await expect.poll(() => screen.count(), SLOW).toBe(0);
    expect(await value()).toBe('Ada Lovelace');
  });

  test('a link that does not ask for it offers no mouse, and a link without a token asks for the key', async () => {
    const { viewer_url: url } = await startShown(api);
    const page = await looker.open(url);
    await firstPicture(page);
    expect(await button(page, 'Take over').count()).toBe(0);
    const bare = await looker.open(url.replace(/\?.*/, ''));
    await bare.getByLabel('API key').fill(api.server.apiKey);
    await bare.keyboard.press('Enter');
    await firstPicture(bare);
    const wrong = await looker.open(url.replace(/token=.*/, 'token=wrong'));
    await heading(wrong, 'This link does not open the session').waitFor(SLOW);
  });

  test('stop asks back, and the page says that the session has ended', async () => {
    const { viewer_url: url, session_id: id } = await startShown(api);
    const page = await looker.open(url.replace(/\?.*/, ''));
    await page.getByLabel('API key').fill(api.server.apiKey);
    await page.keyboard.press('Enter');
    await firstPicture(page);
    await button(page, 'Stop').click();
    await button(page, 'Keep it running').click();
    expect((await api.call('GET', `/sessions/${id}`)).body).toMatchObject({ status: 'active' });
    await button(page, 'Stop').click();
    await button(page, 'Stop the session').click();
    await heading(page, 'The session was stopped').waitFor(SLOW);
    expect((await api.call('GET', `/sessions/${id}`)).body).toMatchObject({ status: 'closed' });
    await button(page, 'Watch the replay').click();
    await heading(page, 'There is no replay').waitFor(SLOW);
  });

  test('the smallest form shows the picture and nothing else, in a frame too', async () => {
    const { viewer_url: url } = await startShown(api);
    const page = await looker.open(`${url}&mode=embed-minimal&theme=dark`);
    await firstPicture(page);
    expect(await page.locator('header, aside').count()).toBe(0);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(14, 17, 22)',
    );
    await page.goto(`${api.server.url}/health`);
    await page.evaluate((src) => {
      document.body.append(
        Object.assign(document.createElement('iframe'), { src, width: 640, height: 480 }),
      );
    }, url);
    await page.frameLocator('iframe').locator('canvas').waitFor(SLOW);
  });
});

describe('a lost connection', () => {
  let line: CutLine;
  beforeEach(async () => {
    await serve();
    line = await CutLine.open(api.server.url);
  });
  afterEach(() => line.cut());

  test('is said on the live page, which comes back by itself', async () => {
    const { page: shown, viewer_url: url } = await startShown(api);
    const page = await looker.open(line.through(url));
    await firstPicture(page);
    await line.cut();
    await page.getByText('Connection lost.').waitFor(SLOW);
    const before = await picturesOf(page);
    await line.mend();
    await page.getByText('Connection lost.').waitFor({ ...SLOW, state: 'hidden' });
    await shown.setContent('<h1 style="background: gold">Back</h1>');
    await expect.poll(() => picturesOf(page), SLOW).toBeGreaterThan(before);
  });

  test('is said on the wall, which keeps what it had and goes on by itself', async () => {
    await startShown(api);
    const page = await looker.open(line.through(`${api.server.url}/`));
    await page.getByLabel('API key').fill(api.server.apiKey);
    await page.keyboard.press('Enter');
    const card = page.getByRole('link', { name: 'Shown' });
    await card.waitFor(SLOW);
    await line.cut();
    await page.getByRole('alert').waitFor(SLOW);
    expect(await card.count()).toBe(1);
    await line.mend();
    await page.getByRole('alert').waitFor({ ...SLOW, state: 'hidden' });
  });
});

describe('wall', () => {
  beforeEach(() => serve({ recording: 'always' }));

  async function openWall(options = {}): Promise<Page> {
    const page = await looker.open(api.server.url, options);
    await page.getByLabel('API key').fill(api.server.apiKey);
    await page.keyboard.press('Enter');
    return page;
  }

  test('sessions come, show their test and their picture, and go, by themselves', async () => {
    const page = await openWall();
    const { session_id: id } = await startShown(api, '<h1>On the wall</h1>');
    api.server.noteTest(id, { title: 'puts a lamp into the cart' });
    const card = page.getByRole('link', { name: 'puts a lamp into the cart' });
    await card.locator('img[data-shown="true"]').waitFor({ ...SLOW, state: 'attached' });
    await page.getByLabel('Search by test, page or id').fill('no such thing');
    await heading(page, 'No such session').waitFor(SLOW);
    await page.getByLabel('Search by test, page or id').fill('LAMP');
    await card.waitFor(SLOW);
    expect(await axeViolations(page)).toEqual([]);
    api.server.noteTest(id, { outcome: 'failed' });
    await api.call('DELETE', `/sessions/${id}/stop`);
    await card.getByText('Ended').waitFor(SLOW);
    const failures = button(page, 'With failures');
    await failures.focus();
    await page.keyboard.press('Space');
    await expect.poll(() => failures.getAttribute('aria-pressed'), SLOW).toBe('true');
    const isReached = async (): Promise<boolean> => {
      await page.keyboard.press('Tab'); // the wall may be drawn anew meanwhile
      return card.evaluate((it) => it === document.activeElement);
    };
    await expect.poll(isReached, SLOW).toBe(true);
    await page.keyboard.press('Enter');
    await page.locator('video').waitFor(SLOW);
    expect(looker.errors).toEqual([]);
  });

  test('a wrong key is said to be wrong; clients of the API are answered as ever', async () => {
    const page = await looker.open(api.server.url, { colorScheme: 'dark' });
    await page.getByLabel('API key').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor(SLOW);
    expect(await axeViolations(page)).toEqual([]);
    expect(await api.call('GET', '/')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect((await fetch(`${api.server.url}/viewer/sessions`)).status).toBe(401);
  });
});
