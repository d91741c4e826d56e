/** The viewer for those who have no mouse, a narrow window, or a frame in a page of somebody else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findChromium } from '../../../src/browser/find-chromium';
import type { TestApi } from './api';
import { startApi } from './api';
import { CutLine } from './cut-line';
import { axeViolations, firstPicture, Looker, picturesOf, startShown } from './viewer-browser';

/** Two or three browsers at once, which a busy machine may be slow with. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const SLOW = { timeout: 60_000 };
const FIELD = '<input autofocus style="position: absolute; inset: 0; width: 100%; height: 100vh">';

let api: TestApi;
let browser: Browser;
let looker: Looker;

beforeAll(async () => {
  api = await startApi({ recording: 'always' });
  browser = await chromium.launch({ executablePath: (await findChromium()).executablePath });
  looker = new Looker(browser);
});
afterEach(async () => {
  await looker.lookAway();
  looker.errors.length = 0;
});
afterAll(async () => {
  await browser.close();
  await api.server.close();
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const stop = (id: string) => api.call('DELETE', `/sessions/${id}/stop`);

/** The text of what has the focus, or its label. */
const focused = (page: Page): Promise<string | null | undefined> =>
  page.evaluate(() => {
    const { activeElement: it } = document;
    return it instanceof HTMLInputElement ? it.labels?.[0]?.textContent : it?.textContent;
  });

async function expectFocus(page: Page, text: string): Promise<void> {
  await expect.poll(() => focused(page), SLOW).toBe(text);
}

async function tabTo(page: Page, text: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    await page.keyboard.press('Tab');
    return (await focused(page)) === text;
  };
  await expect.poll(isThere, SLOW).toBe(true);
}

/** Presses Tab more often than a question has places, and tells of those that are outside of it. */
async function outsideOfQuestion(page: Page): Promise<string[]> {
  const outside: string[] = [];
  for (let count = 0; count < 6; count++) {
    await page.keyboard.press('Tab');
    outside.push(
      ...(await page.evaluate(() => {
        const { activeElement: it } = document;
        return it?.matches('body, dialog *') === false ? [it.outerHTML] : [];
      })),
    );
  }
  return outside;
}

describe('by keyboard alone', () => {
  test('a session is taken over, given back and stopped; the focus is where one goes on, and what happened is said', async () => {
    const { page: shown, viewer_url: url } = await startShown(api, FIELD);
    const page = await looker.open(`${url}&interactive=1`);
    await firstPicture(page);
    const said = await page.locator('.session > [aria-live="polite"]').elementHandle();
    await tabTo(page, 'Take over');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'API key');
    expect(await outsideOfQuestion(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expectFocus(page, 'Take over');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'API key');
    await page.keyboard.type(api.server.apiKey);
    await page.keyboard.press('Enter');
    const screen = page.getByRole('application');
    await expect
      .poll(() => screen.evaluate((it) => it === document.activeElement), SLOW)
      .toBe(true);
    expect(await describedBy(page)).toContain('Ctrl Alt Enter gives them back');
    await page.keyboard.type('Ada');
    await expect.poll(() => shown.locator('input').inputValue(), SLOW).toBe('Ada');
    await page.keyboard.press('Control+Alt+Enter');
    await expectFocus(page, 'Take over');

    await tabTo(page, 'Stop');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Keep it running');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Stop');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Stop the session');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Watch the replay');
    expect(await said.textContent()).toBe('The session was stopped.');
    await page.keyboard.press('Enter');
    await page.locator('video').waitFor(SLOW);
    expect(looker.errors).toEqual([]);
  });

  test('a question whose session ends meanwhile is not asked any more', async () => {
    const { viewer_url: url, session_id: id, cdp_url: cdpUrl } = await startShown(api);
    const page = await looker.open(`${url}&interactive=1#drive=${driveToken(cdpUrl)}`);
    await tabTo(page, 'Stop');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Keep it running');
    await stop(id);
    await expectFocus(page, 'Watch the replay');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

describe('in a frame of another site', () => {
  let site: Server;
  let siteUrl: string;
  beforeAll(async () => {
    site = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<title>Support desk</title><input aria-label="Notes">');
    });
    await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
    siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    site.closeAllConnections();
    site.close();
  });

  async function framed(page: Page, src: string): Promise<FrameLocator> {
    const name = await page.evaluate((url) => {
      const frame = Object.assign(document.createElement('iframe'), { src: url });
      Object.assign(frame, { name: `f${frames.length}`, width: 600, height: 300 });
      document.body.append(frame);
      return frame.name;
    }, src);
    const frame = page.frameLocator(`[name="${name}"]`);
    const pictures = () => frame.locator('canvas').getAttribute('data-pictures');
    await expect.poll(async () => Number(await pictures()), SLOW).toBeGreaterThan(0);
    return frame;
  }

  test('it is as light as its link says on a dark system, and takes input only where its link says so', async () => {
    const { page: shown, viewer_url: url, cdp_url: cdpUrl } = await startShown(api, FIELD);
    const page = await looker.open(siteUrl, { colorScheme: 'dark' });
    const link = (interactive: string): string =>
      `${url}&mode=embed-minimal&theme=light&interactive=${interactive}#drive=${driveToken(cdpUrl)}`;
    for (const no of ['0', 'false']) {
      const frame = await framed(page, link(no));
      expect(await colours(frame)).toEqual(['rgb(245, 246, 248)', 'rgb(20, 24, 31)', 'light']);
      await frame.locator('canvas').click();
      await page.keyboard.type('no');
      expect(await frame.getByRole('application').count()).toBe(0);
    }
    const frame = await framed(page, link('1'));
    await frame.getByRole('application').click(SLOW);
    await page.keyboard.type('yes');
    await expect.poll(() => shown.locator('input').inputValue(), SLOW).toBe('yes'); // and nothing before it
    expect(looker.errors).toEqual([]);
  });

  test('it takes the focus of nobody who writes elsewhere, when its session ends', async () => {
    const { viewer_url: url, session_id: id } = await startShown(api);
    const page = await looker.open(siteUrl);
    const frame = await framed(page, url);
    await page.getByLabel('Notes').click();
    await stop(id);
    await frame.getByRole('button', { name: 'Watch the replay' }).waitFor(SLOW);
    await page.keyboard.type('It went well');
    expect(await page.getByLabel('Notes').inputValue()).toBe('It went well');
  });

  test('whoever has the key, and follows a link that offers no hands, gets none', async () => {
    const { viewer_url: url } = await startShown(api);
    const page = await looker.open(url.replace(/\?.*/, ''));
    await page.getByLabel('API key').fill(api.server.apiKey);
    await page.keyboard.press('Enter');
    await button(page, 'Stop').waitFor(SLOW);
    await page.goto(`${url}&interactive=0`);
    await firstPicture(page);
    for (const name of ['Take over', 'Stop']) expect(await button(page, name).count()).toBe(0);
  });
});

describe('in a narrow window', () => {
  const TITLE =
    'A customer who has two lamps in the cart, and pays one of them by invoice, sees both';

  test.each([360, 600])('%i pixels hold all of the live view and of the replay', async (width) => {
    const options = { viewport: { width, height: 740 } };
    const started = await startShown(api);
    const { page: shown, viewer_url: url, session_id: id, cdp_url: cdpUrl } = started;
    await shown.goto(`${api.server.url}/health?${'long='.repeat(60)}`);
    api.server.noteTest(id, { title: TITLE });
    const link = `${url}&interactive=1#drive=${driveToken(cdpUrl)}`;
    const line = await CutLine.open(api.server.url);
    const page = await looker.open(line.through(link), options);
    await firstPicture(page);
    await page.getByRole('heading', { name: TITLE }).waitFor(SLOW);
    await fits(page);
    await line.cut();
    await button(page, 'Try now').waitFor(SLOW);
    await fits(page);
    await line.mend();
    await button(page, 'Try now').click();
    await button(page, 'Take over').click();
    await page.getByRole('application').waitFor(SLOW);
    await fits(page);
    await button(page, 'Stop').click();
    await button(page, 'Keep it running').waitFor(SLOW);
    await fits(page);
    await isAccessible(page);
    api.server.noteTest(id, { outcome: 'failed' });
    const pictures = await picturesOf(page);
    await shown.setContent('<body style="background: gold">');
    await expect.poll(() => picturesOf(page), SLOW).toBeGreaterThan(pictures);
    await button(page, 'Stop the session').click();
    await button(page, 'Watch the replay').waitFor(SLOW);
    await fits(page);
    await button(page, 'Watch the replay').click();
    await page.getByRole('button', { name: 'Full screen' }).waitFor(SLOW);
    await fits(page);
    await isAccessible(page);
    await page.route('**/viewer/story*', (route) => route.abort());
    await page.locator('video').evaluate((film: HTMLVideoElement) => (film.src += '0'));
    await button(page, 'Try again').waitFor(SLOW);
    await fits(page);
    await line.cut();
    expect(looker.errors).toEqual([]);
  });
});

function driveToken(cdpUrl: string): string {
  return new URL(cdpUrl).searchParams.get('token') ?? '';
}

/** What is told of the element in focus, beside its name. */
async function describedBy(page: Page): Promise<string> {
  const text = await page.evaluate(() => {
    const id = document.activeElement?.getAttribute('aria-describedby');
    return document.getElementById(id ?? '')?.textContent;
  });
  return (text ?? '').replace(/\s+/g, ' ');
}

/** Ground and text of a page, and what the browser's own parts of it look like. */
async function colours(frame: FrameLocator): Promise<string[]> {
  return frame.locator('body').evaluate((body) => {
    const { backgroundColor, color, colorScheme } = getComputedStyle(body);
    return [backgroundColor, color, colorScheme];
  });
}

/** Nothing is scrolled sideways, and whatever can be used is within the window. */
async function fits(page: Page): Promise<void> {
  const [beyond, outside] = await page.evaluate(() => [
    Math.max(0, document.documentElement.scrollWidth - innerWidth),
    [...document.querySelectorAll('a, button, select, input')]
      .filter((it) => it.checkVisibility() && !it.closest('.tabs'))
      .filter((it) => {
        const { left, right } = it.getBoundingClientRect();
        return left < 0 || right > innerWidth;
      })
      .map((it) => it.outerHTML),
  ]);
  expect({ beyond, outside }).toEqual({ beyond: 0, outside: [] });
}

async function isAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axeViolations(page), colorScheme).toEqual([]);
  }
}
