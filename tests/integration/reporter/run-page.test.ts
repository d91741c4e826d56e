/** The run page in a real browser: what a reader does with it, by mouse and by keyboard, with few tests and with thousands. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { FullConfig, FullResult, Suite } from '@playwright/test/reporter';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tellRun } from '../../../bench/lib/big-run.mjs';
import { findChromium } from '../../../src/browser/find-chromium';
import SessionReporter from '../../../src/reporter/index';
import { BEGIN_MS, facts, testCase, testResult } from '../../unit/reporter/run-results';
import { eventually } from '../../eventually';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A name that a browser takes for that of another machine. */
const FAR = 'ci.test';

let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-page-'));
  const { executablePath } = await findChromium({ headless: false }); // the headless shell has no clipboard
  const args = [`--host-resolver-rules=MAP ${FAR} 127.0.0.1`];
  browser = await chromium.launch({ executablePath, args });
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Writes the page of a generated run. */
async function writePage(name: string, size: { tests: number; workers: number }): Promise<string> {
  await tellRun(new SessionReporter({ runPage: join(folder, name) }), { ...size, rootDir: folder });
  return join(folder, name, 'index.html');
}

async function open(file: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: 1400, height: 900 },
    reducedMotion: 'reduce', // axe would measure colours on their way
    ...options,
  });
  page.on('pageerror', (error) => expect.soft(error.message, 'an error of the page').toBe(''));
  await page.goto(pathToFileURL(file).href);
  return page;
}

/** What axe has to say against the page. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: await readFile(AXE, 'utf8') });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
}

describe('a run of 100 tests', () => {
  let file: string;

  beforeAll(async () => {
    file = await writePage('small', { tests: 100, workers: 3 });
  });

  test('says how it went, what it took, and has a lane for each session', async () => {
    const page = await open(file);
    const heading = page.getByRole('heading', { level: 1 });
    await eventually(async () => expect(await heading.innerText()).toContain('failed'));
    const totals = await page.locator('.totals').innerText();
    expect(totals).toMatch(/Sessions\s+3\s+3 at once/);
    expect(totals).toMatch(/Retries\s+5\s+5 failed/);
    expect(await page.locator('.lane').count()).toBe(3);
    await eventually(async () => expect(await page.locator('.block').count()).toBe(105)); // a moment after the rest
    expect(await page.locator('.block.failed').count()).toBe(7);
    expect(await page.locator('.part.turn').count()).toBeGreaterThan(0);
    await page.close();
  });

  test('a test that is clicked shows its error, its steps, and the attempts side by side', async () => {
    const page = await open(file);
    await page.locator('.row').first().click();
    const detail = page.locator('.detail');
    await eventually(async () => expect(await detail.innerText()).toContain("Expected: '3'"));
    expect(await detail.locator('.snippet .here').innerText()).toContain('> 12 |');
    await page.getByRole('button', { name: 'Side by side' }).click();
    await eventually(async () => expect(await page.locator('.attempt').count()).toBe(2));
    const [red, green] = [page.locator('.attempt').nth(0), page.locator('.attempt').nth(1)];
    await red.locator('.event.step').nth(5).click();
    expect(await red.locator('.event.step .event-location').first().innerText()).toMatch(
      /^tests\/shop-\d+\.spec\.ts:\d+$/,
    );
    await eventually(async () => {
      const currents = await Promise.all(
        [red, green].map(async (it) =>
          it.locator('.event[aria-current="true"] .event-title').innerText(),
        ),
      );
      expect(currents[0]).toBe(currents[1]);
      const steps = [red, green].map(async (it) =>
        it
          .locator('.event.step')
          .evaluateAll((steps) => steps.findIndex((step) => step.ariaCurrent === 'true')),
      );
      expect(await Promise.all(steps)).toEqual([5, 5]);
    });
    await page.close();
  });

  test('the keyboard leads from test to test, in the list and in the timeline', async () => {
    const page = await open(file);
    await page.locator('.rows').focus();
    await page.keyboard.press('ArrowDown');
    await eventually(async () => expect(await page.locator('.detail h2').count()).toBe(1));
    const first = await page.locator('.detail h2').innerText();
    await page.keyboard.press('ArrowDown');
    await eventually(async () =>
      expect(await page.locator('.detail h2').innerText()).not.toBe(first),
    );
    await page.locator('.block[tabindex="0"]').first().focus();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    const label = await focused();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).not.toBe(label); // with the next picture
    const next = await focused();
    await page.keyboard.press('Enter');
    await eventually(async () =>
      expect(next).toContain(await page.locator('.detail h2').innerText()),
    );
    await page.keyboard.press('/');
    await page.keyboard.type('returns');
    await eventually(async () =>
      expect(await page.locator('.found').innerText()).toBe('25 of 100 tests'),
    );
    await page.close();
  });

  test('Esc closes the test wherever the focus is, but first empties the search', async () => {
    const page = await open(file);
    const detail = page.locator('.detail h2');
    const search = page.getByRole('searchbox');
    const isOpen = async (expected: boolean): Promise<void> =>
      eventually(async () => expect(await detail.count()).toBe(expected ? 1 : 0));
    await page.locator('.rows').focus();
    await page.keyboard.press('ArrowDown');
    await isOpen(true);
    await page.keyboard.press('Escape');
    await isOpen(false);
    await page.locator('.block[tabindex="0"]').first().focus();
    await page.keyboard.press('Enter');
    await isOpen(true);
    await page.keyboard.press('Escape');
    await isOpen(false);
    await page.locator('.row').first().click();
    await search.fill('test');
    await page.keyboard.press('Escape');
    await eventually(async () => expect(await search.inputValue()).toBe(''));
    await isOpen(true);
    await page.keyboard.press('Escape');
    await isOpen(false);
    await page.close();
  });

  test('an attempt that is chosen in the timeline is shown, also while two are side by side; the address holds both views', async () => {
    const page = await open(file);
    await page.locator('.row').first().click();
    const sideBySide = page.getByRole('button', { name: 'Side by side' });
    const attempts = page.locator('.attempt');
    const shown = async (): Promise<(string | null)[]> =>
      attempts.evaluateAll((views) => views.map((view) => view.ariaLabel));
    const shows = async (...names: string[]): Promise<void> =>
      eventually(async () => expect(await shown()).toEqual(names));
    await sideBySide.click();
    await shows('Attempt 1', 'Attempt 2');
    await page.reload();
    await shows('Attempt 1', 'Attempt 2');
    await page.getByRole('link', { name: 'Copy a link to this moment' }).first().click();
    await shows('Attempt 1', 'Attempt 2');
    const index = /test=(\d+)/.exec(page.url())?.[1] ?? '';
    for (const number of [1, 2, 1]) {
      await page.locator(`.block[data-test="${index}"][data-attempt="${number}"]`).click();
      await shows(`Attempt ${number}`);
      await sideBySide.click();
      await shows('Attempt 1', 'Attempt 2');
    }
    await page.goBack();
    await shows('Attempt 1');
    await page.close();
  });

  test('what happened is one stop of the tab key; up and down go from line to line, and Enter leads there', async () => {
    const page = await open(file);
    await page.locator('.row').first().click();
    await page.getByRole('button', { name: /^Requests/ }).focus();
    await page.keyboard.press('Tab');
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: it } = document;
        return it?.matches('.event-list') ? 'the list' : it?.closest('.event')?.textContent;
      });
    expect(await focused()).toBe('the list');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('expect(locator).toHaveText'); // the moment that is shown
    const moment = async () => Number(await page.getByRole('slider').inputValue());
    const ofError = await moment();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await moment()).toBeLessThan(ofError));
    await page.keyboard.press('Tab');
    expect(await focused()).toBeUndefined();
    await page.close();
  });

  test('the line of a step is seen, however long the name of its file', async () => {
    const page = await open(file);
    await page.locator('.row').first().click();
    const isWhole = await page
      .locator('.event.step .event-location')
      .first()
      .evaluate((where) => {
        where.textContent = `${'long-'.repeat(40)}name.spec.ts:12`;
        return where.scrollWidth <= where.clientWidth;
      });
    expect(isWhole).toBe(true);
    await page.close();
  });

  test('chips and search leave only what fits', async () => {
    const page = await open(file);
    await page.getByRole('button', { name: /^Failed/ }).click();
    await eventually(async () => expect(await page.locator('.row').count()).toBe(2));
    await page.getByRole('searchbox').fill('nothing like that');
    await eventually(async () =>
      expect(await page.locator('.tests').innerText()).toContain('No test matches'),
    );
    await page.close();
  });

  test('a link leads to a test, an attempt and a moment', async () => {
    const page = await open(file);
    await page.goto(`${pathToFileURL(file).href}#test=7&attempt=1&at=300`);
    await eventually(async () => {
      expect(await page.locator('.detail h2').innerText()).toContain('test 7:');
      expect(await page.getByRole('slider').inputValue()).toBe('300');
    });
    await page.close();
  });

  test('a link to the moment is copied; where a browser gives no clipboard to pages, the page says that the address bar has it', async () => {
    const server = await serve(file);
    for (const [host = '', said = ''] of [
      ['127.0.0.1', 'Link to 0:00.4 copied'],
      [FAR, 'The address bar has the link to this moment'],
    ]) {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(`http://${host}:${server.port}/#test=7&attempt=1&at=300`);
      const moment = page.getByRole('slider');
      await moment.focus();
      await page.keyboard.press('ArrowRight');
      await eventually(async () => expect(await moment.inputValue()).toBe('400'));
      await page.getByRole('link', { name: 'Copy a link to this moment' }).click();
      await page.getByText(said, { exact: true }).waitFor();
      expect(page.url()).toContain('#test=7&attempt=1&at=400');
      expect(errors).toEqual([]);
      await page.close();
    }
    server.close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (colorScheme) => {
    const page = await open(file, { colorScheme });
    await page.locator('.row').first().click();
    await eventually(async () => expect(await page.locator('.detail h2').count()).toBe(1));
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Side by side' }).click();
    await eventually(async () => expect(await page.locator('.attempt').count()).toBe(2));
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test('nothing is wider than a narrow window, and the test that is looked at comes first', async () => {
    const page = await open(file, { viewport: { width: 380, height: 800 } });
    await page.locator('.row').first().click();
    await eventually(async () => {
      const [detail, list] = await Promise.all(
        ['.detail', '.tests'].map(
          async (name) => (await page.locator(name).boundingBox())?.y ?? NaN,
        ),
      );
      expect(detail).toBeLessThan(list ?? 0);
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      380,
    );
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test('it loads nothing, and holds nothing that a browser would run out of its data', async () => {
    const asked: string[] = [];
    const context = await browser.newContext();
    context.on('request', (request) => asked.push(request.url()));
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    await eventually(async () => expect(await page.locator('.lane').count()).toBe(3));
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(file).href]);
    await context.close();
  });
});

/** Serves a page on this machine. */
async function serve(file: string): Promise<{ port: number; close: () => void }> {
  const html = await readFile(file);
  const server = createServer((_, response) => response.end(html)).listen(0, '127.0.0.1');
  await eventually(() => expect(server.listening).toBe(true));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

describe('the trace of an attempt', () => {
  const CONTENT = 'PK, as a trace begins';
  let file: string;

  beforeAll(async () => {
    const home = join(folder, "a reader's disk, 50% full");
    await mkdir(home);
    const trace = { name: 'trace', contentType: 'application/zip', path: join(home, 'trace.zip') };
    await writeFile(trace.path, CONTENT);
    const reporter = new SessionReporter({ runPage: join(home, 'page') });
    const [fails, passes] = [testCase('fails', 'unexpected'), testCase('passes')];
    const config = { rootDir: home, projects: [], reporter: [], workers: 1, version: '1.65.1' };
    reporter.onBegin(
      config as unknown as FullConfig,
      { suites: [], allTests: () => [fails, passes] } as unknown as Suite,
    );
    const story = { session: facts('one') };
    reporter.onTestEnd(
      fails,
      testResult([0, 100], { status: 'failed', attachments: [trace] }, story),
    );
    reporter.onTestEnd(passes, testResult([100, 200], {}, story));
    const result = { status: 'failed', startTime: new Date(BEGIN_MS), duration: 200 };
    await reporter.onEnd(result as FullResult);
    file = join(home, 'page/index.html');
  });

  test('is a click away, or a command that can be pasted; where there is none, nothing is said', async () => {
    const page = await open(file);
    await page.locator('.row', { hasText: 'fails' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Trace' }).click();
    expect(await readFile(await (await downloading).path(), 'utf8')).toBe(CONTENT);
    const command = await page.getByText('npx playwright show-trace').innerText();
    if (process.platform !== 'win32') {
      const shows = command.replace('npx playwright show-trace', 'cat');
      const { stdout } = await promisify(execFile)('sh', ['-c', shows]);
      expect(stdout).toBe(CONTENT);
    }
    await page.locator('.row', { hasText: 'passes' }).click();
    await eventually(async () =>
      expect(await page.locator('.detail h2').innerText()).toBe('passes'),
    );
    expect(await page.getByRole('link', { name: 'Trace' }).count()).toBe(0);
    await page.close();
  });

  test('is named by its address where the page comes from a server', async () => {
    const server = await serve(file);
    const url = `http://127.0.0.1:${server.port}`;
    const page = await browser.newPage();
    await page.goto(`${url}/run/index.html#test=0`);
    const command = await page.getByText('npx playwright show-trace').innerText();
    expect(command).toMatch(/^npx playwright show-trace http:\S+-trace\.zip$/);
    expect(command).toContain(`${url}/run/data/`);
    await page.close();
    server.close();
  });
});

describe('tests that are expected to fail', () => {
  let file: string;

  beforeAll(async () => {
    const home = join(folder, 'verdicts');
    await mkdir(home);
    const reporter = new SessionReporter({ runPage: join(home, 'page') });
    const expected = { ...testCase('fails as expected'), expectedStatus: 'failed' as const };
    const unexpected = {
      ...testCase('passes unexpectedly', 'unexpected'),
      expectedStatus: 'failed' as const,
    };
    const long = testCase(`a test with a long title ${'that goes on and on '.repeat(5)}to its end`);
    const config = { rootDir: home, projects: [], reporter: [], workers: 1, version: '1.65.1' };
    reporter.onBegin(
      config as unknown as FullConfig,
      { suites: [], allTests: () => [expected, unexpected, long] } as unknown as Suite,
    );
    const story = { session: facts('one') };
    const errors = [{ message: 'Error: no such shop' }];
    reporter.onTestEnd(expected, testResult([0, 100], { status: 'failed', errors }, story));
    reporter.onTestEnd(unexpected, testResult([100, 200], {}, story));
    reporter.onTestEnd(long, testResult([200, 300], {}, story));
    const result = { status: 'failed', startTime: new Date(BEGIN_MS), duration: 300 };
    await reporter.onEnd(result as FullResult);
    file = join(home, 'page/index.html');
  });

  test('have the same verdict in the list and in the timeline', async () => {
    const page = await open(file);
    const row = (title: string) => page.locator('.row', { hasText: title });
    const block = (title: string) => page.getByRole('button', { name: title });
    expect(await row('fails as expected').locator('.outcome').getAttribute('class')).toContain(
      'passed',
    );
    expect(await block('fails as expected').getAttribute('class')).toBe('block passed');
    expect(await block('fails as expected').getAttribute('aria-label')).toContain(
      'failed as expected',
    );
    expect(await row('passes unexpectedly').locator('.outcome').getAttribute('class')).toContain(
      'failed',
    );
    expect(await block('passes unexpectedly').getAttribute('class')).toBe('block failed');
    await page.close();
  });

  test('an error is above the player, and within a window of 1280 by 900', async () => {
    const page = await open(file, { viewport: { width: 1280, height: 900 } });
    await page.locator('.row', { hasText: 'fails as expected' }).click();
    const error = await page.locator('.errors').boundingBox();
    const stage = await page.locator('.stage').boundingBox();
    expect(error?.y).toBeLessThan(stage?.y ?? 0);
    expect((error?.y ?? 900) + (error?.height ?? 0)).toBeLessThan(900);
    await page.close();
  });

  test('a long title shows its end', async () => {
    const page = await open(file);
    const title = page.locator('.row-title', { hasText: 'to its end' });
    const [outer, inner] = [await title.boundingBox(), await title.locator('bdi').boundingBox()];
    expect(inner?.width).toBeGreaterThan(outer?.width ?? 0);
    const rightOf = (box: typeof outer) => Math.round((box?.x ?? 0) + (box?.width ?? 0));
    expect(rightOf(inner)).toBe(rightOf(outer));
    expect(await title.getAttribute('title')).toMatch(/^group › a test with/);
    await page.close();
  });
});

describe('a run of 2,000 tests', () => {
  test('its page is small, makes only the rows in sight, and finds every test', async () => {
    const file = await writePage('big', { tests: 2_000, workers: 8 });
    expect((await stat(file)).size).toBeLessThan(3_000 * 1024);
    const page = await open(file);
    await eventually(async () =>
      expect(await page.locator('.block').count()).toBeGreaterThan(2_000),
    );
    expect(await page.locator('.row').count()).toBeLessThan(60);
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, rows.scrollHeight));
    await eventually(async () =>
      expect(await page.locator('.row').last().getAttribute('aria-posinset')).toBe('2000'),
    );
    await page.getByRole('searchbox').fill('test 1999:');
    await page.locator('.row').click();
    await eventually(async () =>
      expect(await page.locator('.detail h2').innerText()).toContain('test 1999:'),
    );
    await page.close();
  });
});

describe('a run of 20,000 tests', () => {
  test('its page is at most 6 MB, draws little, and shows every test with its steps', async () => {
    const file = await writePage('huge', { tests: 20_000, workers: 8 });
    expect((await stat(file)).size).toBeLessThan(6_000 * 1024);
    const page = await open(file);
    await page.getByRole('searchbox').fill('test 19999:');
    await page.locator('.row').click();
    await eventually(async () => {
      expect(await page.locator('.detail h2').innerText()).toContain('test 19999:');
      expect(await page.locator('.event').count()).toBe(15);
    });
    expect(await page.locator('.event').first().innerText()).toContain('Add to basket');
    expect(await page.locator('.block').count()).toBeLessThan(6_000);
    expect(await page.locator('.block[aria-current]').getAttribute('aria-label')).toContain(
      '19999',
    );
    await page.evaluate(() => (location.hash = '#test=7&attempt=1'));
    await eventually(async () =>
      expect(await page.locator('.attempt').innerText()).toMatch(/Expected: '3'[^]*status of 503/),
    );
    const zoomIn = page.getByRole('button', { name: 'Zoom in', exact: true });
    for (let times = 0; times < 8; times++) await zoomIn.click();
    await page.locator('.lanes-scroll').evaluate((box) => box.scrollTo(0, 0));
    const first = page.locator('.block[data-test="9"]');
    await eventually(async () =>
      expect(await first.getAttribute('aria-label')).not.toContain('more'),
    );
    await page.locator('.lanes-scroll').evaluate((box) => box.scrollTo(box.scrollWidth, 0));
    await page.locator('.block[data-test="19990"]').click();
    await eventually(async () =>
      expect(await page.locator('.detail h2').innerText()).toContain('test 19990:'),
    );
    await page.close();
  }, 60_000);
});
