/** How long it takes until something can be used: the package in a test file, a session. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { ROOT } from '../../scripts/lib/child.mjs';
import { alternate, median, milliseconds, ratio } from './measure.mjs';
import { startServer } from './server.mjs';

/** @type {import('./benches.mjs').Bench[]} */
export const START_BENCHES = [
  { numbers: ['import_ratio'], measure: measureImport },
  { numbers: ['session_start_ratio'], measure: measureSessionStart },
  { numbers: ['warm_start_ratio'], measure: measureWarmStart },
];

/** Until a server has another session ready, in milliseconds: nobody asks for one the moment after another. */
const REFILL_MS = 2_000;

/** Loading the package in a fresh Node, in both formats; the worse ratio counts. */
async function measureImport({ project, rounds, say }) {
  const load = (statement) => async () => {
    const script = `const t = performance.now(); ${statement}; process.stdout.write(String(performance.now() - t)); process.exit(0);`;
    const type = statement.startsWith('await') ? 'module' : 'commonjs';
    const { stdout, status, stderr } = spawnSync(
      process.execPath,
      [`--input-type=${type}`, '-e', script],
      { cwd: project, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  };
  const sides = {
    esm: load("await import('sessionwright')"),
    esmBase: load("await import('@playwright/test')"),
    cjs: load("require('sessionwright')"),
    cjsBase: load("require('@playwright/test')"),
  };
  const { esm, esmBase, cjs, cjsBase } = await alternate(sides, { rounds: rounds * 6, warmUp: 2 });
  say(`${esm.length} pairs in each format`);
  return {
    result: { import_ratio: Math.max(ratio(esm, esmBase), ratio(cjs, cjsBase)) },
    rows: [
      {
        what: 'import, ES modules',
        ours: milliseconds(median(esm)),
        base: `${milliseconds(median(esmBase))} @playwright/test`,
      },
      {
        what: 'require, CommonJS',
        ours: milliseconds(median(cjs)),
        base: `${milliseconds(median(cjsBase))} @playwright/test`,
      },
    ],
  };
}

/** From the API call until a page answers, against launching the same Chromium. */
async function measureSessionStart({ executables, rounds, say }) {
  const { ours, base } = await timeStarts({
    executablePath: executables.chromium,
    rounds: rounds * 4,
  });
  say(`${ours.length} pairs`);
  return {
    result: { session_start_ratio: ratio(ours, base) },
    rows: [startRow('a session until its page answers', ours, base)],
  };
}

/** The same where the server has a session ready. */
async function measureWarmStart({ executables, rounds, say }) {
  if (!hasWarmSessions())
    return {
      result: {},
      rows: [],
      skipped: { warm_start_ratio: '`sessionwright serve` has no --warm yet' },
    };
  const { ours, base } = await timeStarts({
    executablePath: executables.shell ?? executables.chromium,
    rounds: rounds * 2, // each waits for the pool
    serveArgs: ['--warm', '1'],
    pauseMs: REFILL_MS,
  });
  say(`${ours.length} pairs`);
  return {
    result: { warm_start_ratio: ratio(ours, base) },
    rows: [startRow('a warm session until its page answers', ours, base)],
  };
}

function hasWarmSessions() {
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'dist/cli.js'), 'serve', '--help'], {
    encoding: 'utf8',
  });
  return stdout.includes('--warm');
}

function startRow(what, ours, base) {
  return {
    what,
    ours: milliseconds(median(ours)),
    base: `${milliseconds(median(base))} chromium.launch()`,
  };
}

async function timeStarts({ executablePath, rounds, serveArgs, pauseMs = 0 }) {
  const { SessionsClient } = await import(pathToFileURL(`${ROOT}dist/client.js`));
  const server = await startServer(executablePath, serveArgs);
  const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  const remote = async () => {
    await delay(pauseMs);
    const startedAt = performance.now();
    const session = await client.start();
    const browser = await chromium.connectOverCDP(session.cdpUrl);
    const durationMs = await usable(browser.contexts()[0].pages()[0], startedAt);
    await browser.close();
    await session.stop();
    return durationMs;
  };
  const local = async () => {
    await delay(pauseMs); // the server that makes its next session ready must not slow this down
    const startedAt = performance.now();
    const browser = await chromium.launch({ executablePath });
    const durationMs = await usable(await browser.newPage(), startedAt);
    await browser.close();
    return durationMs;
  };
  try {
    return await alternate({ ours: remote, base: local }, { rounds, warmUp: 2 });
  } finally {
    await server.close();
  }
}

async function usable(page, startedAt) {
  if ((await page.evaluate('6 * 7')) !== 42) throw new Error('The page does not answer.');
  return performance.now() - startedAt;
}
