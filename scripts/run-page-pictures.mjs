/**
 * Pictures of the run page, taken of a real run with tests that pass, fail and lose their browser:
 * `npm run build && node scripts/run-page-pictures.mjs FOLDER [PAGE]`. With PAGE, the page of another run.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { EMBEDDED, main, ROOT, run } from './lib/child.mjs';

const CACHE = join(ROOT, '.cache/pictures');
const CONFIG = join(ROOT, 'scripts/pictures/lantern-books/playwright.config.ts');
const DESKTOP = { width: 1440, height: 1000 };
const PHONE = { width: 390, height: 844 };
/** Each picture: in what window it is taken, and what a reader does before. */
const PICTURES = {
  'run-page-light': { viewport: DESKTOP, act: lookAtTest },
  'run-page-dark': { viewport: DESKTOP, colorScheme: 'dark', act: lookAtTest },
  'run-page-compared': { viewport: DESKTOP, act: compare },
  'run-page-untouched': { viewport: DESKTOP },
  'run-page-narrow': { viewport: PHONE },
  'run-page-narrow-test': { viewport: PHONE, act: lookAtNarrowTest },
};

await main(async () => {
  const [, , folder = CACHE, given] = process.argv;
  const page = given === undefined ? await runSuite() : resolve(given);
  await mkdir(folder, { recursive: true });
  const { findChromium } = await import(pathToFileURL(join(ROOT, 'dist/server.js')).href);
  const browser = await chromium.launch({ executablePath: (await findChromium()).executablePath });
  try {
    for (const [name, { act, ...options }] of Object.entries(PICTURES)) {
      const tab = await browser.newPage({ ...options, reducedMotion: 'reduce' });
      await tab.goto(pathToFileURL(page).href);
      await tab.locator('.row').first().waitFor();
      await act?.(tab);
      await tab.screenshot({ path: join(folder, `${name}.png`) });
      console.log(join(folder, `${name}.png`));
    }
  } finally {
    await browser.close();
  }
  return 0;
});

/** Runs the suite of which some tests fail. Its page. */
async function runSuite() {
  const folder = join(CACHE, 'run-page');
  await rm(folder, { recursive: true, force: true });
  await run(
    process.execPath,
    [join(ROOT, 'node_modules/@playwright/test/cli.js'), 'test', '--config', CONFIG],
    { show: true, env: { ...EMBEDDED, RUN_PAGE: folder } },
  );
  const page = join(folder, 'index.html');
  if (!existsSync(page)) throw new Error(`The run has no page (${page}): see above why.`);
  return page;
}

/** Opens the first test of the list, which is one that failed where there is any, at the moment that matters. */
async function lookAtTest(tab) {
  await tab.locator('.row').first().click();
  await showPictures(tab, { leadsOn: true });
}

/** The same, where it does not fit in below the rest. */
async function lookAtNarrowTest(tab) {
  await lookAtTest(tab);
  await tab.locator('.detail').evaluate((it) => it.scrollIntoView());
}

/** The red attempt of a flaky test next to the green one, at the same step. */
async function compare(tab) {
  const flaky = tab.locator('.row', { has: tab.locator('.outcome.flaky') });
  if ((await flaky.count()) === 0) return;
  await flaky.first().click();
  await tab.getByRole('button', { name: 'Side by side' }).click();
  await tab.locator('.attempt').nth(1).waitFor();
  await showPictures(tab);
  await lastStep(tab.locator('.attempt').first());
  await showPictures(tab);
}

/**
 * Waits until each clip shows a picture.
 * @param {{ leadsOn?: boolean }} [options] leadsOn: one that stands at its begin, where nothing is to be seen yet, goes on to its last step
 */
async function showPictures(tab, { leadsOn = false } = {}) {
  await tab.locator('.attempt').first().waitFor();
  for (const attempt of await tab.locator('.attempt').all()) {
    const video = attempt.locator('video');
    if ((await video.count()) === 0) continue; // nothing was recorded of it
    await video.evaluate(untilDrawn);
    if (!leadsOn || (await video.evaluate((it) => it.currentTime > 0))) continue;
    await lastStep(attempt);
    await video.evaluate(untilDrawn);
  }
}

async function lastStep(attempt) {
  const steps = attempt.locator('.event.step');
  if ((await steps.count()) > 0) await steps.last().click();
  await attempt.evaluate(() => scrollTo(0, 0)); // the click has scrolled, and a clip out of sight is not drawn
}

/** In the page: the clip stands where it was sent, and has been drawn there. */
async function untilDrawn(video) {
  while (video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA)
    await new Promise(requestAnimationFrame);
  for (let n = 0; n < 30; n++) await new Promise(requestAnimationFrame);
}
