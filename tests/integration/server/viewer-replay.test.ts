/** The replay of a session in the viewer's page: chapters and lines, links to a moment, and a page that is open for long. */
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page, type Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findChromium } from '../../../src/browser/find-chromium';
import { eventually } from '../../eventually';
import type { ViewedStory } from '../../../src/contract/viewer';
import type { TestApi } from './api';
import { startApi } from './api';
import { axeViolations, Looker, startShown } from './viewer-browser';

/** Two or three browsers at once, which a busy machine may be slow with. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const SLOW = { timeout: 60_000 };
/** A name that a browser takes for that of another machine. */
const FAR = 'sessions.test';
/** Steps of each test: more than a list shows at once. */
const LINES = 40;

let api: TestApi;
let browser: Browser;
let looker: Looker;
/** Of a session that has ended. */
let url: string;

beforeAll(async () => {
  api = await startApi({ recording: 'always', host: '0.0.0.0' });
  const { executablePath } = await findChromium({ headless: false }); // the headless shell has no clipboard
  const args = [`--host-resolver-rules=MAP ${FAR} 127.0.0.1`];
  browser = await chromium.launch({ executablePath, args });
  looker = new Looker(browser);
  url = (await recorded()).viewer_url;
});

afterAll(async () => {
  await browser.close();
  await api.server.close();
});

const button = (page: Page, name: string) => page.getByRole('button', { name });
const film = (page: Page) => page.locator('video');
const events = (page: Page) => page.getByRole('group', { name: 'Events' });
const secondOf = (page: Page): Promise<number> =>
  film(page).evaluate((it: HTMLVideoElement) => it.currentTime);

async function isLoaded(page: Page): Promise<void> {
  await film(page).waitFor(SLOW);
  await expect
    .poll(() => film(page).evaluate((it: HTMLVideoElement) => it.readyState), SLOW)
    .toBeGreaterThan(0);
}

/** Two tests, the second of which fails, and an action in each. */
async function recorded(): Promise<{ viewer_url: string }> {
  const { page: shown, session_id: id, viewer_url } = await startShown(api);
  await shown.evaluate(async (url) => fetch(url, { mode: 'no-cors' }), `${api.server.url}/lost`);
  const act = async (selector: string): Promise<void> => {
    const body = { type: 'click', selector };
    expect(await api.call('POST', `/sessions/${id}/page/execute`, { body })).toMatchObject({
      status: 200,
    });
  };
  const { frames } = await api.server.recording(id);
  await eventually(() => expect(frames.last).toBeDefined()); // with its first picture the film begins
  for (const [title, outcome] of [
    ['pays by card', 'passed'],
    ['pays by invoice', 'failed'],
  ] as const) {
    api.server.noteTest(id, { title });
    const fromMs = Date.now();
    await act('h1');
    await shown.evaluate((by) => console.warn(by), title);
    for (let nth = 1; nth <= LINES; nth++)
      api.server.noteTest(id, {
        ...{ id: `${title} ${nth}`, step: `Look at lamp ${nth}`, place: 'shop.spec.ts:12' },
        ...{ at: Date.now(), duration: 1, hasFailed: false },
      });
    const tookMs = async (): Promise<number> => {
      await shown.evaluate(() => (document.body.style.background = `hsl(${Date.now()} 50% 50%)`));
      return (frames.last?.atMs ?? 0) - fromMs;
    };
    await eventually(async () => expect(await tookMs()).toBeGreaterThan(500));
    api.server.noteTest(id, { outcome });
  }
  await api.call('DELETE', `/sessions/${id}/stop`);
  return { viewer_url };
}

test('each test is a chapter; chapters, steps, keys and links lead to their moment', async () => {
  const page = await looker.open(url);
  const second = () => secondOf(page);
  const chapters = page.getByRole('list', { name: 'Tests in this replay' }).getByRole('button');
  await chapters.first().waitFor(SLOW);
  expect(await chapters.allTextContents()).toEqual(['passedpays by card', 'failedpays by invoice']);
  await isLoaded(page);
  await chapters.nth(1).click();
  await expect.poll(second, SLOW).toBeGreaterThan(0.4);
  const atSecond = await second();
  const list = events(page);
  await list
    .locator('.chapter-button[aria-current="true"]', { hasText: 'by invoice' })
    .waitFor(SLOW);
  await list.getByRole('button', { name: 'Click' }).first().click();
  await expect.poll(second, SLOW).toBeLessThan(atSecond);
  await list.getByRole('button', { name: '/lost' }).waitFor(SLOW);
  await button(page, 'Console').click();
  await expect
    .poll(() => list.locator('.event').allTextContents(), SLOW)
    .toEqual([expect.stringContaining('pays by card'), expect.stringContaining('pays by invoice')]);
  await list.locator('.event', { hasText: 'by invoice' }).click();
  await expect.poll(second, SLOW).toBeGreaterThan(0.4);
  await button(page, 'All').click();
  await page.keyboard.press('End');
  await expect.poll(second, SLOW).toBeGreaterThan(atSecond);
  const atEnd = await second();
  await page.keyboard.press(',');
  await expect.poll(second, SLOW).toBeLessThan(atEnd);
  await list.focus();
  const lineAbove = async (): Promise<string | null | undefined> => {
    await page.keyboard.press('ArrowUp');
    return page.evaluate(() => document.activeElement?.textContent);
  };
  await expect.poll(lineAbove, SLOW).toContain('pays by card');
  await page.keyboard.press('Enter');
  await expect.poll(second, SLOW).toBeLessThan(atSecond);
  await page.getByLabel('Speed').selectOption('2');
  await expect
    .poll(() => film(page).evaluate((it: HTMLVideoElement) => it.playbackRate), SLOW)
    .toBe(2);
  const linked = await looker.open(`${url}#t=${atSecond.toFixed(1)}`);
  await expect.poll(() => secondOf(linked), SLOW).toBeGreaterThan(0.3);
  expect(await axeViolations(page)).toEqual([]);
  expect(looker.errors).toEqual([]);
});

test('it fills the screen by its button and by f, and leaves it by the same', async () => {
  const page = await looker.open(url);
  await isLoaded(page);
  const fills = (expected: boolean) =>
    expect
      .poll(() => page.evaluate(() => document.fullscreenElement?.ariaLabel ?? ''), SLOW)
      .toBe(expected ? 'Replay' : '');
  const toggle = button(page, 'Full screen (f)');
  await toggle.click();
  await fills(true);
  await button(page, 'Play (space)').click();
  await button(page, 'Pause (space)').waitFor(SLOW);
  await toggle.click();
  await fills(false);
  await page.keyboard.press('f');
  await fills(true);
  await page.keyboard.press('f');
  await fills(false);
  expect(looker.errors).toEqual([]);
});

test('a link to another moment leads there in a page that is open already', async () => {
  const page = await looker.open(url);
  await isLoaded(page);
  await page.goto(`${url}#t=0.8`);
  await expect.poll(() => secondOf(page), SLOW).toBeCloseTo(0.8, 1);
  await page.goto(`${url}#t=0`);
  await expect.poll(() => secondOf(page), SLOW).toBe(0);
  expect(looker.errors).toEqual([]);
});

test('the line of the moment is in sight, also while the film stands still; whoever scrolls then is left alone', async () => {
  const page = await looker.open(`${url}#t=0.8`);
  await isLoaded(page);
  const now = events(page).locator('[aria-current="true"]').last();
  const isInSight = (): Promise<boolean> =>
    now.evaluate((line) => {
      const box = line.getBoundingClientRect();
      return line.contains(document.elementFromPoint(box.x + 20, box.y + box.height / 2));
    });
  const top = () => events(page).evaluate((list) => list.scrollTop);
  await expect.poll(isInSight, SLOW).toBe(true);
  await page.keyboard.press('End');
  await expect.poll(() => now.textContent(), SLOW).toContain(`Look at lamp ${LINES}`);
  await expect.poll(isInSight, SLOW).toBe(true);
  await button(page, 'pays by card').first().click();
  await expect.poll(() => secondOf(page), SLOW).toBeLessThan(0.4);
  await expect.poll(isInSight, SLOW).toBe(true);
  await page.keyboard.press('End');
  await expect.poll(isInSight, SLOW).toBe(true);
  await events(page).evaluate((list) => list.scrollTo(0, 0));
  const atEnd = await secondOf(page);
  await page.keyboard.press(',');
  await expect.poll(() => secondOf(page), SLOW).toBeLessThan(atEnd);
  expect(await top()).toBe(0); // still the same line
});

test('a link to the moment is copied; where a browser gives no clipboard to pages, the page says that the address bar has it', async () => {
  const page = await looker.open(`${url}#t=0.8`);
  await isLoaded(page);
  await expect.poll(() => secondOf(page), SLOW).toBeCloseTo(0.8, 1);
  await page.getByRole('link', { name: 'Copy a link to this moment' }).click();
  await page.getByText('Link to 0:00.8 copied').first().waitFor(SLOW);
  const far = await looker.open(`${url.replace('127.0.0.1', FAR)}#t=0.8`);
  await isLoaded(far);
  await far.keyboard.press('End');
  await expect.poll(() => secondOf(far), SLOW).toBeGreaterThan(0.85);
  await far.getByRole('link', { name: 'Copy a link to this moment' }).click();
  await far.getByText('The address bar has the link to this moment').first().waitFor(SLOW);
  expect(far.url()).toContain(`#t=${(await secondOf(far)).toFixed(1)}`);
  expect(looker.errors).toEqual([]);
});

test('a page that is open for longer than its URLs work plays on at the same moment, and downloads; where it cannot, it says so', async () => {
  const page = await looker.open('about:blank');
  await page.route('**/viewer/story*', expire, { times: 1 });
  await page.goto(`${url}#t=0.8`);
  await isLoaded(page);
  expect(await secondOf(page)).toBeCloseTo(0.8, 1);
  await film(page).evaluate((it: HTMLVideoElement) => (it.src = it.src.replace(/=\d+/, '=1')));
  await page.getByRole('alert').getByText('Could not load the recording').waitFor(SLOW); // so soon again
  await button(page, 'Try again').click();
  await isLoaded(page);
  expect(await page.getByText('Could not load the recording').count()).toBe(0);

  const late = await looker.open('about:blank');
  await late.route('**/viewer/story*', expire, { times: 1 });
  await late.goto(url);
  const downloading = late.waitForEvent('download');
  await button(late, 'Download').click();
  await button(late, 'Whole session').click();
  const bytes = await readFile(await (await downloading).path());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  await late.route('**/viewer/story*', (route) => route.abort());
  await button(late, 'Download').click();
  await button(late, 'Whole session').click();
  await late.getByText('Not downloaded, try again.').waitFor(SLOW);
  expect(looker.errors).toEqual([]);
});

test('the clip of the test that is shown, or the whole, is downloaded by keyboard; the page says that it is being made, and when it is not', async () => {
  const page = await looker.open(url);
  await isLoaded(page);
  await page.keyboard.press('End'); // in the second test
  const press = async (...keys: string[]): Promise<void> => {
    await button(page, 'Download').focus();
    for (const key of keys) await page.keyboard.press(key);
  };
  const begun = page.getByRole('status').getByText('has begun');

  let letGo = (): void => {};
  const isHeld = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/clip?*', async (route) => isHeld.then(() => route.continue()), { times: 1 });
  const clip = page.waitForEvent('download');
  await press('Enter', 'Tab');
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByText('The clip is being made').last().waitFor(SLOW);
  expect(await button(page, 'Whole session').isVisible()).toBe(false);
  letGo();
  expect((await clip).suggestedFilename()).toBe('pays by invoice.mp4');
  expect((await readFile(await (await clip).path())).subarray(4, 8).toString()).toBe('ftyp');
  await begun.waitFor({ ...SLOW, state: 'attached' });
  await button(page, 'Download').and(page.locator(':focus')).waitFor(SLOW);

  const whole = page.waitForEvent('download');
  await press('Enter', 'Tab', 'Tab', 'Enter');
  expect((await whole).suggestedFilename()).toMatch(/^session-.*\.mp4$/);

  const gone = 'There are no pictures of the test.';
  await page.route('**/clip?*', (route) => route.fulfill({ status: 404, json: { message: gone } }));
  await press('Enter', 'Tab', 'Enter');
  await page.getByRole('alert').getByText(`Not downloaded, try again. ${gone}`).waitFor(SLOW);
  expect(await axeViolations(page)).toEqual([]);
  await press('Enter', 'Escape');
  expect(await button(page, 'Whole session').isVisible()).toBe(false);
  expect(looker.errors).toEqual([]);
});

test('before the first test begins it is offered; a menu that is open offers the test that it did, whatever the film goes on to', async () => {
  const page = await looker.open('about:blank');
  await page.route('**/viewer/story*', beginLater, { times: 1 });
  await page.goto(url);
  await isLoaded(page);
  await button(page, 'Download').click();
  const first = button(page, 'First test').filter({ hasText: 'pays by card' });
  await first.waitFor(SLOW);
  await page.keyboard.press('End');
  await expect.poll(() => secondOf(page), SLOW).toBeGreaterThan(0.4);
  expect(await first.isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  await button(page, 'Download').click();
  await button(page, 'This test').filter({ hasText: 'pays by card' }).waitFor(SLOW);
  expect(looker.errors).toEqual([]);
});

test('a test without pictures has no clip, and is told of', async () => {
  const page = await looker.open('about:blank');
  await page.route('**/viewer/story*', unseeFirst, { times: 1 });
  await page.goto(url);
  await isLoaded(page);
  await button(page, 'Download').click();
  await page.getByText('There are no pictures of the test “pays by card”').waitFor(SLOW);
  expect(await button(page, 'First test').count()).toBe(0);
  expect(await button(page, 'Whole session').isVisible()).toBe(true);
  expect(await axeViolations(page)).toEqual([]);
});

/** As if there were the first test only, and it had begun later in the film. */
async function beginLater(route: Route): Promise<void> {
  const answer = await route.fetch();
  const story = (await answer.json()) as ViewedStory;
  const [first] = story.session.tests;
  if (story.replay?.state !== 'ready' || !first) throw new Error('There is no such replay.');
  story.session.tests = [{ ...first, startMs: story.replay.startMs + 300 }];
  await route.fulfill({ response: answer, json: story });
}

/** As if the first test had not been recorded. */
async function unseeFirst(route: Route): Promise<void> {
  const answer = await route.fetch();
  const body = (await answer.text()).replace('"hasPictures":true', '"hasPictures":false');
  await route.fulfill({ response: answer, body });
}

/** What the server has told an hour ago. */
async function expire(route: Route): Promise<void> {
  const answer = await route.fetch();
  await route.fulfill({
    response: answer,
    body: (await answer.text()).replace(/expires=\d+/, 'expires=1'),
  });
}

test('the user and password of a URL are in no replay', async () => {
  const { page: shown, session_id: id, viewer_url } = await startShown(api);
  const { frames } = await api.server.recording(id);
  await shown.goto(`${api.server.url.replace('://', '://ada:very-private@')}/lost`);
  await eventually(() => expect(frames.last).toBeDefined());
  await api.call('DELETE', `/sessions/${id}/stop`);
  const page = await looker.open(viewer_url);
  await events(page).getByRole('button', { name: '/lost' }).waitFor(SLOW);
  expect(await page.content()).not.toMatch(/ada:|very-private/);
});
