/** The run pages of runs of 2,000 and of 20,000 tests: how large they are, and how soon they can be used. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { tellRun } from './big-run.mjs';
import { median } from './measure.mjs';

/** @type {import('./benches.mjs').Bench[]} */
export const PAGE_BENCHES = [benchOf(2_000, 'run_page'), benchOf(20_000, 'large_run_page')];

function benchOf(tests, name) {
  const numbers = [`${name}_open_ms`, `${name}_kb`];
  return { numbers, measure: (setup) => measure(setup, tests, numbers) };
}

async function measure({ executables, rounds, say }, tests, [openMs, size]) {
  const { default: SessionReporter } = await import('../../dist/reporter.js');
  const folder = await mkdtemp(join(tmpdir(), 'bench-run-page-'));
  const browser = await chromium.launch({ executablePath: executables.chromium });
  try {
    const reporter = new SessionReporter({ runPage: folder });
    await tellRun(reporter, { tests, workers: 8, rootDir: folder });
    const file = join(folder, 'index.html');
    const kb = (await stat(file)).size / 1024;
    const times = [];
    for (let round = 0; round < rounds; round++) times.push(await timeOpen(browser, file));
    say(`run page of ${tests} tests: ${times.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`);
    return {
      result: { [openMs]: median(times), [size]: kb },
      rows: [
        {
          what: `run page of ${tests} tests`,
          ours: `${median(times).toFixed(0)} ms, ${kb.toFixed(0)} KB`,
          base: '',
        },
      ],
    };
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Until a test that was clicked is shown. */
async function timeOpen(browser, file) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const sinceMs = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.locator('.row').first().click();
  await page.locator('.detail h2').waitFor();
  const ms = performance.now() - sinceMs;
  await page.close();
  return ms;
}
