/** The wall with sessions in every state: of one run among several, for everybody's eyes, in narrow windows, and forty at once. */
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { TestBegins } from '../../../src/contract/test-notes';
import type { Wall } from '../../../src/contract/viewer';
import { eventually } from '../../eventually';
import type { TestApi } from './api';
import { startApi } from './api';
import {
  axeViolations,
  firstPicture,
  Looker,
  startShown,
  type StartedSession,
} from './viewer-browser';

/** Several browsers at once, which a busy machine may be slow with. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
const SLOW = { timeout: 60_000 };
const THEMES = ['light', 'dark'] as const;
const NARROW = { viewport: { width: 360, height: 740 } };
/** Longer than any card, and without a place to break it. */
const LONG = `keeps the cart of a guest who signs in later and ${'very'.repeat(40)} late`;
const NIGHT = { id: 'f0e1d2c3-night', name: `shop-${'of-things-'.repeat(8)} #41` };
const DAY = { id: 'a9b8c7d6-day', name: 'shop #42' };

let api: TestApi;
let looker: Looker;
/** Ids of the sessions that are shown, by their tests. */
const ids = new Map<string, string>();

beforeAll(async () => {
  api = await startApi({ recording: 'always' });
  looker = await Looker.start(api);
  const begin = async (...notes: TestBegins[]): Promise<StartedSession & { page: Page }> => {
    const session = await startShown(api);
    for (const note of notes) {
      api.server.noteTest(session.session_id, { outcome: 'failed' }, note);
      ids.set(note.title, session.session_id);
    }
    return session;
  };
  await begin({ title: 'buys a lamp', worker: 0, run: DAY });
  await begin({ title: 'was declined', run: NIGHT }, { title: LONG, worker: 12, run: NIGHT });
  const { session_id: ended } = await begin({ title: 'buys a book', worker: 1, run: DAY });
  api.server.noteTest(ended, { outcome: 'passed' });
  await api.call('DELETE', `/sessions/${ended}/stop`);
  const crashed = await begin({ title: 'buys the shop' });
  const browser = await crashed.page.context().browser()?.newBrowserCDPSession();
  await browser?.send('Browser.crash').catch(() => {}); // it has no time to answer
  await eventually(async () => {
    const statuses = (await wall()).sessions.map(({ status }) => status).sort();
    expect(statuses).toEqual(['active', 'active', 'active', 'closed', 'error']);
  });
});
afterAll(() => api.server.close());
afterEach(() => looker.lookAway());

const cards = (page: Page): Locator => page.getByRole('list', { name: 'Sessions' }).locator('a');
const card = (page: Page, name: string): Locator => cards(page).filter({ hasText: name });
const runs = (page: Page): Locator => page.getByRole('combobox', { name: 'Run' });

async function openWall(query = '', options: BrowserContextOptions = {}): Promise<Page> {
  const page = await looker.open(`${api.server.url}/${query}`, options);
  await page.getByLabel('API key').fill(api.server.apiKey);
  await page.keyboard.press('Enter');
  return page;
}

describe('of a run', () => {
  test('its sessions are shown, ended ones too, and the address says so', async () => {
    const page = await openWall();
    await expect.poll(() => cards(page).count(), SLOW).toBe(5);
    await runs(page).selectOption({ label: (await optionOf(page, DAY.name)) ?? '' });
    await expect.poll(() => cards(page).count(), SLOW).toBe(2);
    for (const title of ['buys a lamp', 'buys a book']) await card(page, title).waitFor(SLOW);
    await page.getByRole('status').getByText('1 running').waitFor(SLOW);
    await page.getByRole('button', { name: 'Ended 1' }).click();
    await page.getByLabel('Search by test, page or id').fill('book');
    await expect
      .poll(() => page.url(), SLOW)
      .toBe(`${api.server.url}/?run=${DAY.id}&status=ended&search=book`);
    expect(await cards(page).count()).toBe(1);
    await page.reload();
    await expect.poll(() => cards(page).count(), SLOW).toBe(1);
    await card(page, 'buys a book').click();
    await page.getByRole('link', { name: 'Sessions' }).first().click(SLOW);
    await expect.poll(() => cards(page).count(), SLOW).toBe(1);
    await page.getByLabel('Search by test, page or id').fill('');
    await page.getByRole('button', { name: 'All 2' }).click();
    await runs(page).selectOption('');
    await expect.poll(() => cards(page).count(), SLOW).toBe(5);
    await expect.poll(() => page.url(), SLOW).toBe(`${api.server.url}/`);
    expect(looker.errors).toEqual([]);
  });

  test('a link leads to it, with a ticket too, also before its first test', async () => {
    const { body } = await api.call('POST', '/viewer/tickets');
    const link = new URL(String(body['url']));
    link.searchParams.set('run', NIGHT.id);
    const page = await looker.open(link.href);
    await card(page, LONG).waitFor(SLOW);
    expect(await cards(page).count()).toBe(1);
    expect(page.url()).toBe(`${api.server.url}/?run=${NIGHT.id}`);
    await page.goto(`${api.server.url}/?run=of-tomorrow`);
    await page.getByRole('heading', { name: 'No sessions of this run' }).waitFor(SLOW);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show all runs' }).click();
    await expect.poll(() => cards(page).count(), SLOW).toBe(5);
  });

  const optionOf = async (page: Page, name: string): Promise<string | undefined> =>
    (await runs(page).locator('option').allTextContents()).find((text) => text.startsWith(name));
});

describe('for everybody', () => {
  test.each(THEMES)(
    'axe finds nothing wrong with cards in every state: %s',
    async (colorScheme) => {
      const page = await openWall('', { colorScheme });
      await expect.poll(() => cards(page).count(), SLOW).toBe(5);
      for (const [title, text] of [
        ['buys a lamp', 'Live'],
        ['buys a book', 'Ended'],
        ['buys the shop', 'Crashed'],
        [LONG, '1 failed'],
      ] as const)
        await card(page, title).filter({ hasText: text }).waitFor(SLOW);
      const picture = card(page, 'buys a lamp').locator('img[data-shown="true"]');
      await picture.waitFor({ ...SLOW, state: 'attached' });
      expect(await axeViolations(page)).toEqual([]);
      await page.getByLabel('Search by test, page or id').fill('no such thing');
      await page.getByRole('heading', { name: 'No such session' }).waitFor(SLOW);
      expect(await axeViolations(page)).toEqual([]);
    },
  );

  test.each(THEMES)('nor with what is asked: %s', async (colorScheme) => {
    const bare = await looker.open(api.server.url, { colorScheme });
    await bare.getByLabel('API key').waitFor(SLOW);
    expect(await axeViolations(bare)).toEqual([]);
    const { viewer_url: url } = await watched('buys a lamp');
    const page = await looker.open(`${url}&interactive=1`, { colorScheme });
    await firstPicture(page);
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByRole('dialog', { name: 'Take over' }).waitFor(SLOW);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('API key').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor(SLOW);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('API key').fill(api.server.apiKey);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Give back' }).click(SLOW);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog', { name: 'Stop this session?' }).waitFor(SLOW);
    expect(await axeViolations(page)).toEqual([]);
  });
});

describe('in a narrow window', () => {
  test('nothing is cut off, and a card opens', async () => {
    const bare = await looker.open(api.server.url, NARROW);
    await bare.getByLabel('API key').waitFor(SLOW);
    expect(await tooWide(bare)).toEqual([]);
    const page = await openWall(`?run=${NIGHT.id}`, NARROW);
    await card(page, LONG).waitFor(SLOW);
    expect(await tooWide(page)).toEqual([]);
    await runs(page).selectOption('');
    await expect.poll(() => cards(page).count(), SLOW).toBe(5);
    expect(await tooWide(page)).toEqual([]);
    for (const it of await cards(page).all())
      expect((await it.boundingBox())?.width).toBeGreaterThan(300);
    await card(page, LONG).click();
    await firstPicture(page);
    expect(await tooWide(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').waitFor(SLOW);
    expect(await tooWide(page)).toEqual([]);
  });

  test('nor is a replay', async () => {
    const { viewer_url: url } = await watched('buys a book');
    const page = await looker.open(url, NARROW);
    await page.locator('video').waitFor(SLOW);
    expect(await tooWide(page)).toEqual([]);
  });
});

test('forty sessions are seen at once on a screen of 1440 by 900, each with its picture', async () => {
  const crowded = await startApi();
  onTestFinished(async () => crowded.server.close());
  const viewer = await Looker.start(crowded);
  const { cdp_url: cdpUrl, session_id: id } = await startShown(crowded);
  const attach = async (): Promise<string> => {
    const { body } = await crowded.call('POST', '/sessions/start', { body: { cdp_url: cdpUrl } });
    return String(body['session_id']);
  };
  const crowd = [id];
  for (let round = 0; round < 38; round++) crowd.push(await attach());
  for (const [worker, it] of crowd.entries()) {
    crowded.server.noteTest(it, { title: 'a test before' }, { outcome: 'failed' });
    crowded.server.noteTest(it, { title: LONG, worker });
  }
  const page = await viewer.open(crowded.server.wallUrl, {
    viewport: { width: 1440, height: 900 },
  });
  await expect.poll(() => cards(page).count(), SLOW).toBe(40);
  const isSeen = (it: Element): boolean => {
    const { left, top, right, bottom } = it.getBoundingClientRect();
    const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return isInside && it.querySelector('img[data-shown="true"]') !== null;
  };
  const seen = async (): Promise<number> =>
    (await Promise.all((await cards(page).all()).map((it) => it.evaluate(isSeen)))).filter(Boolean)
      .length;
  await expect.poll(seen, SLOW).toBe(40);
  expect(await axeViolations(page)).toEqual([]);
  expect(viewer.errors).toEqual([]);
});

async function wall(): Promise<Wall> {
  return (await api.call('GET', '/viewer/sessions')).body as unknown as Wall;
}

/** The page of a session that is on the wall: what its card leads to. */
async function watched(title: string): Promise<{ viewer_url: string }> {
  const found = (await wall()).sessions.find(({ id }) => id === ids.get(title));
  return { viewer_url: api.server.url + (found?.viewerPath ?? '') };
}

/** What stands out of the window to the right, or is a page that scrolls sideways. */
async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const out = [...document.querySelectorAll('#viewer :not(bdi)')].filter((it) => {
      const { right, left } = it.getBoundingClientRect();
      const isCut = it.scrollWidth > it.clientWidth && getComputedStyle(it).overflowX === 'auto';
      return right > innerWidth + 1 || left < -1 || isCut;
    });
    return out.map((it) => `${it.tagName}.${it.className}`);
  });
}
