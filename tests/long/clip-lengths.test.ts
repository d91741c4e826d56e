/** Clips begin with their test and end with it, however it goes: fast, slow, failing, timed out, crashed, with popups and several tabs. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Project, resultOf, type RunResult } from '../e2e/support/project';
import { openPictureViewer, type PictureViewer } from '../integration/recording/pictures';

/** By how much a clip may begin or end beside its test, in milliseconds. */
const EXACT_MS = 200;
/** How long a clip holds its last picture, in milliseconds. */
const HELD_MS = 1_000;

const SUITE = `
  import { test, expect } from 'sessionwright';

  let begunMs = 0;
  test.beforeEach(({ page }) => { void page; begunMs = Date.now(); });
  test.afterEach(({}, { annotations }) => {
    annotations.push({ type: 'body', description: String(Date.now() - begunMs) });
  });
  const red = '<body style="background: red">';

  test('is first, and has its session started', async ({ page }) => { await page.setContent(red); });
  test('is fast', async ({ page }) => { await page.setContent(red); });
  test('is slow', async ({ page }) => {
    await page.setContent(red);
    await page.waitForTimeout(3_000);
    await page.evaluate(() => { document.body.style.background = 'blue'; });
  });
  test('fails', async ({ page }) => {
    await page.setContent(red);
    await expect(page.locator('h1')).toBeVisible({ timeout: 1_500 });
  });
  test('times out', async ({ page }, testInfo) => {
    testInfo.setTimeout(4_000);
    await page.setContent(red);
    await page.locator('h1').click();
  });
  test('crashes', async ({ page }) => {
    await page.setContent(red);
    await page.waitForTimeout(1_000);
    await page.goto('chrome://crash');
  });
  test('has a popup and two tabs', async ({ page, context }) => {
    await page.setContent(red);
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate(() => void window.open('about:blank', '', 'width=400,height=300')),
    ]);
    await popup.setContent('<body style="background: lime">');
    await popup.waitForTimeout(1_000);
    await popup.close();
    await (await context.newPage()).setContent('<body style="background: blue">');
    await page.waitForTimeout(1_000);
  });`;

let project: Project;
let run: RunResult;
let viewer: PictureViewer;

beforeAll(async () => {
  viewer = await openPictureViewer();
  project = await Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 1, retries: 0, maxFailures: 0, reporter: [['list'], ['json', { outputFile: 'report.json' }]] });`,
    'a.spec.ts': SUITE,
  });
  run = await project.run();
});
afterAll(async () => {
  await viewer.close();
  await project.remove();
});

test.each([
  ['is fast', 'passed', 'red'],
  ['is slow', 'passed', 'blue'],
  ['fails', 'failed', 'red'],
  ['times out', 'timedOut', 'red'],
  ['crashes', 'failed', 'red'],
  ['has a popup and two tabs', 'passed', 'blue'],
])('one that %s', async (title, status, lastColour) => {
  const result = resultOf(run.report, title);
  expect(result.status, run.output).toBe(status);
  const bodyMs = Number(result.annotations.find(({ type }) => type === 'body')?.description);
  const clip = await readFile(result.attachments.find(({ name }) => name === 'video')?.path ?? '');
  const { durationMs } = await viewer.play(clip);
  const filmedMs = durationMs - HELD_MS;
  expect(filmedMs).toBeGreaterThan(bodyMs - EXACT_MS);
  expect(filmedMs).toBeLessThan(result.duration + EXACT_MS); // with what comes before and after its body
  expect((await viewer.play(clip, [durationMs - HELD_MS / 2])).colours).toEqual([lastColour]);
});
