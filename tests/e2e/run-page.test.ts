/** The run page of a real run: its clips are as long as their tests and play, and it tells of what failed. What can go wrong with it stands in `tests/long`. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import type { RunData } from '../../src/reporter/run/data';
import { eventually } from '../eventually';
import { Project } from './support/project';

let project: Project;
afterEach(async () => project.remove());

const CONFIG = `
  import { withSessions } from 'sessionwright/config';
  export default withSessions({ workers: 1, retries: 1, reporter: [['list'], ['json', { outputFile: 'report.json' }]] });`;

test('a failure and its retry, with clips, steps and what the page complained about', async () => {
  project = await Project.create({
    'playwright.config.ts': CONFIG,
    'a.spec.ts': `
      import { test, expect } from 'sessionwright';
      test('buys', async ({ page }, testInfo) => {
        await page.setContent('<h1>Shop</h1>');
        await page.evaluate(() => console.error('out of stock, token=abc'));
        await expect(page.locator('h1')).toHaveText(testInfo.retry ? 'Shop' : 'Closed', { timeout: testInfo.retry ? 30_000 : 1_000 });
      });
      test('has no page', async ({ context }) => {
        await context.addCookies([{ name: 'seen', value: 'no', url: 'http://shop.test' }]);
      });`,
  });
  const summary = join(project.folder, 'summary.md');
  Object.assign(project.env, { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
  const { output } = await project.run();
  expect(await project.read('summary.md')).toContain('- flaky: buys (a.spec.ts:3)');
  expect(output).toContain('run page: sessionwright-report/index.html');
  expect(output).toContain('console error: out of stock, token=…'); // with the failed attempt
  const file = join(project.folder, 'sessionwright-report/index.html');
  const html = await project.read('sessionwright-report/index.html');
  expect(html).not.toContain('token=abc');
  const [, json = ''] =
    /<script id="run" type="application\/json">(.*?)<\/script>/s.exec(html) ?? [];
  const { tests } = JSON.parse(json) as RunData;
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
  } finally {
    await browser.close();
  }
});
