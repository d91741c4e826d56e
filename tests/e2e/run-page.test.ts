/** The run page of a real run, and the ways into it: its clips are as long as their tests and play, and it tells of what failed. What can go wrong with it stands in `tests/long`. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { runDataOf } from './support/run-data';
import { eventually } from '../eventually';
import { Project, resultsOf, shownAttachments } from './support/project';

let project: Project;
afterEach(async () => project.remove());

/** Where a reader is said to find the page. */
const PAGE_URL = 'https://ci.example/run';
/** What a terminal or a CI system obeys. */
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]|^\s*::|##\[/m;
const CONFIG = `
  import { withSessions } from 'sessionwright/config';
  export default withSessions({
    workers: 1, retries: 1,
    reporter: [['list'], ['json', { outputFile: 'report.json' }], ['html', { open: 'never' }], ['junit', { outputFile: 'junit.xml' }]],
  }, { runPageUrl: '${PAGE_URL}' });`;

test('a failure and its retry, with clips, steps and page errors', async () => {
  project = await Project.create({
    'playwright.config.ts': CONFIG,
    'a.spec.ts': `
      import { test, expect } from 'sessionwright';
      test('buys', async ({ page }, testInfo) => {
        await page.setContent('<h1>Shop</h1>');
        await page.evaluate(() => console.error('out of stock, token=abc'));
        await page.evaluate(() => console.error('\\x1b]0;owned\\x07\\x1b[2J\\u009b31m\\u202e ##[error]no'));
        await page.evaluate(() => console.error('\\n::error file=a.ts::a lie'));
        await expect(page.locator('h1')).toHaveText(testInfo.retry ? 'Shop' : 'Closed', { timeout: testInfo.retry ? 30_000 : 1_000 });
      });
      test('has no page', async ({ context }) => {
        await context.addCookies([{ name: 'seen', value: 'no', url: 'http://shop.test' }]);
      });`,
  });
  const summary = join(project.folder, 'summary.md');
  Object.assign(project.env, { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
  const { output, report } = await project.run();
  expect(await project.read('summary.md')).toContain('- flaky: buys (a.spec.ts:3)');
  expect(output).toContain('run page: sessionwright-report/index.html');
  expect(output).toContain('console error: out of stock, token=…'); // with the failed attempt
  expect(output).toContain(String.raw`\x1b]0;owned\x07\x1b[2J\x9b31m\u202e #\x23[error]no`);
  const said = output.split('\n').filter((line) => /console error: |^\s*::/.test(line));
  expect(said.join('\n')).not.toMatch(OBEYED);
  const file = join(project.folder, 'sessionwright-report/index.html');
  const html = await project.read('sessionwright-report/index.html');
  expect(html).not.toContain('token=abc');
  const { tests } = await runDataOf(project);
  expect(tests.map(({ attempts }) => attempts.map(({ clip }) => clip !== undefined))).toEqual([
    [true, true],
    [false], // there was nothing to see
  ]);
  expect(html).not.toMatch(/ws:\/\/|\/viewer\//);
  const browser = await chromium.launch({ executablePath: (await findChromium()).executablePath });
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.locator('.row', { hasText: 'buys' }).click();
    await page.getByRole('button', { name: 'Attempt 1 failed' }).click();
    const duration = async (): Promise<number> =>
      page.locator('video').evaluate((video) => (video as HTMLVideoElement).duration);
    const lengthMs = tests[0]?.attempts[0]?.durationMs ?? NaN;
    await eventually(async () => expect(await duration()).toBeCloseTo(lengthMs / 1000 + 1, 1)); // its last picture is held
    const attempt = await page.locator('.attempt').innerText();
    expect(attempt).toContain('out of stock');
    expect(attempt).toContain('Closed');
    expect(attempt).toContain('a.spec.ts:6');
    await looksFromHtmlReport(browser);
    await looksFromServer(browser);
  } finally {
    await browser.close();
  }
  const buys = resultsOf(report).get('buys') ?? [];
  expect(
    buys.map((attempt) => [attempt.status, shownAttachments(attempt).includes('page errors')]),
  ).toEqual([
    ['failed', true],
    ['passed', false], // though its page said the same
  ]);
  const lines = buys.flatMap(({ annotations }) => annotations);
  const [first, second] = [1, 2].map((n) => `${PAGE_URL}/index.html#test=0&attempt=${n}`);
  expect(lines.map(({ type, description }) => [type, description?.split(' ')[1]])).toEqual([
    ['session', first],
    ['session', second],
  ]);
  const junit = await project.read('junit.xml');
  expect(junit).toMatch(/<testcase name="buys"[^]*<property name="session" value="[^"]+attempt=2"/);
});

/** Playwright's report leads to the attempt that failed, in a copy of the page that plays the report's own clips. */
async function looksFromHtmlReport(browser: Browser): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(project.folder, 'playwright-report/index.html')).href);
  await page.getByRole('link', { name: 'buys' }).first().click();
  const link = page.getByTestId('test-case-annotations').getByRole('link');
  expect(await link.first().getAttribute('href')).toContain(`${PAGE_URL}/index.html#test=0`);
  const opening = context.waitForEvent('page');
  await page.getByRole('link', { name: 'run page' }).click();
  const opened = await opening;
  await opened.waitForURL(/playwright-report\/run-page\.html#test=0&attempt=1$/);
  const video = opened.locator('video');
  await eventually(async () =>
    expect(await video.evaluate((it) => (it as HTMLVideoElement).duration)).toBeGreaterThan(0),
  );
  await context.close();
}

/** A server of files that gives each as a whole, as those for artifacts often do: a line that is clicked leads to its moment there too. */
async function looksFromServer(browser: Browser): Promise<void> {
  const folder = join(project.folder, 'sessionwright-report');
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '', 'http://a').pathname);
    response.setHeader('content-type', name.endsWith('.mp4') ? 'video/mp4' : 'text/html');
    createReadStream(join(folder, name)).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/index.html#test=0&attempt=1&at=0`);
  const film = page.locator('video');
  const state = () =>
    film.evaluate(({ readyState, currentTime }: HTMLVideoElement) => [readyState, currentTime]);
  await eventually(async () => expect(await state()).toEqual([4, 0]));
  const slider = page.getByRole('slider');
  await page.locator('.event.step', { hasText: 'toHaveText' }).click();
  const atS = Number(await slider.inputValue()) / 1000;
  expect(atS).toBeGreaterThan(0);
  await eventually(async () => expect((await state())[1]).toBeCloseTo(atS, 1));
  await page.locator('.event.step', { hasText: 'toHaveText' }).click(); // once more
  const settled = await film.evaluate(async (it: HTMLVideoElement) => {
    if (it.seeking) await new Promise((done) => it.addEventListener('seeked', done));
    return it.currentTime;
  });
  expect(settled).toBeCloseTo(atS, 1);
  await page.getByRole('button', { name: 'Play' }).click();
  await eventually(async () => expect((await state())[1]).toBeGreaterThan(atS));
  await page.close();
  server.closeAllConnections();
  server.close();
}
