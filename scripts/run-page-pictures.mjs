/** Takes the pictures of the run page that the documents show: `node scripts/run-page-pictures.mjs [PAGE]`, by default of the last run of the examples. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { main, ROOT } from './lib/child.mjs';

/** The picture of each colour scheme. */
const PICTURES = { light: 'docs/run-page-light.png', dark: 'docs/run-page-dark.png' };

await main(async () => {
  const page = process.argv[2] ?? join(ROOT, 'example-tests/sessionwright-report/index.html');
  const { findChromium } = await import(pathToFileURL(join(ROOT, 'dist/server.js')));
  const browser = await chromium.launch({ executablePath: (await findChromium()).executablePath });
  for (const [colorScheme, file] of Object.entries(PICTURES)) {
    const tab = await browser.newPage({ colorScheme, viewport: { width: 1440, height: 1000 } });
    await tab.goto(pathToFileURL(page).href);
    await tab.locator('.row').first().click();
    await tab.locator('video').evaluate(async (video) => {
      while (video.currentTime === 0 || video.seeking || video.readyState < 2)
        await new Promise(requestAnimationFrame);
      for (let n = 0; n < 30; n++) await new Promise(requestAnimationFrame); // until it is drawn
    });
    await tab.screenshot({ path: join(ROOT, file) });
  }
  await browser.close();
  return 0;
});
