/** The run page of a run of 2,000 tests: how large it is, and how soon it can be used. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { tellRun } from './big-run.mjs';
import { median } from './measure.mjs';

const TESTS = 2_000;

/** @type {import('./benches.mjs').Bench[]} */
export const PAGE_BENCHES = [{ numbers: ['run_page_open_ms', 'run_page_kb'], measure }];

async function measure({ executables, rounds, say }) {
  const { default: SessionReporter } = await import('../../dist/reporter.js');
  const folder = await mkdtemp(join(tmpdir(), 'bench-run-page-'));
  const browser = await chromium.launch({ executablePath: executables.chromium });
  try {
    const reporter = new SessionReporter({ runPage: folder });
    await tellRun(reporter, { tests: TESTS, workers: 8, rootDir: folder });
    const file = join(folder, 'index.html');
    const kb = (await stat(file)).size / 1024;
    const times = [];
    for (let round = 0; round < rounds; round++) times.push(await timeOpen(browser, file));
    say(`run page of ${TESTS} tests: ${times.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`);
    return {
      result: { run_page_open_ms: median(times), run_page_kb: kb },
      rows: [
        {
          what: `run page of ${TESTS} tests`,
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
