/** The wall of one run among several. */
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestBegins } from '../../../src/contract/test-notes';
import type { Wall } from '../../../src/contract/viewer';
import { eventually } from '../../eventually';
import type { TestApi } from './api';
import { startApi } from './api';
import { axeViolations, Looker, startShown, type StartedSession } from './viewer-browser';

/** Several browsers at once, which a busy machine may be slow with. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
const SLOW = { timeout: 60_000 };
/** Longer than any card, and without a place to break it. */
const LONG = `keeps the cart of a guest who signs in later and ${'very'.repeat(40)} late`;
const NIGHT = { id: 'f0e1d2c3-night', name: `shop-${'of-things-'.repeat(8)} #41` };
const DAY = { id: 'a9b8c7d6-day', name: 'shop #42' };

let api: TestApi;
let looker: Looker;

beforeAll(async () => {
  api = await startApi({ recording: 'always' });
  looker = await Looker.start(api);
  const begin = async (...notes: TestBegins[]): Promise<StartedSession & { page: Page }> => {
    const session = await startShown(api);
    for (const note of notes) {
      api.server.noteTest(session.session_id, { outcome: 'failed' }, note);
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

async function wall(): Promise<Wall> {
  return (await api.call('GET', '/viewer/sessions')).body as unknown as Wall;
}
