/** What a run and a session on a Selenium Grid cost, against plain Playwright there, and against a session that is asked for by hand. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { ROOT } from '../../scripts/lib/child.mjs';
import { gridParts } from '../../scripts/lib/grid-parts.mjs';
import { startGrid } from '../../scripts/lib/grid.mjs';
import { measureSize } from './grid-size.mjs';
import { alternate, median, milliseconds, ratio, seconds } from './measure.mjs';
import { startServer } from './server.mjs';
import { timeSuite } from './suite.mjs';

/** Tests in the suite of small ones. */
const TESTS = 40;
/** Pairs of starts for each round of suites: one takes 2 s, a suite half a minute. */
const STARTS_A_ROUND = 3;
/** Pause between two looks at the Grid, in milliseconds. */
const POLL_MS = 100;
/** A session that is asked for by hand: what docs of Selenium show. */
const BARE = {
  alwaysMatch: { browserName: 'chrome', 'goog:chromeOptions': { args: ['--headless'] } },
};

/** @type {import('./benches.mjs').Bench[]} */
export const GRID_BENCHES = [
  { numbers: ['grid_suite_ratio'], measure: onGrid('grid_suite_ratio', measureSuite) },
  { numbers: ['grid_start_ratio'], measure: onGrid('grid_start_ratio', measureStart) },
  { numbers: ['grid_session_mb'], measure: onGrid('grid_session_mb', measureSessions) },
];

/** Measures on a hub and two nodes with two slots each, of this machine; where there can be none, it says why. */
function onGrid(number, measure) {
  return async (setting) => {
    const parts = await partsOrReason();
    if (parts.reason) return { result: {}, rows: [], skipped: { [number]: parts.reason } };
    const grid = await startGrid({ parts });
    try {
      return await measure(grid, setting);
    } finally {
      await grid.close();
    }
  };
}

async function partsOrReason() {
  try {
    return await gridParts();
  } catch (error) {
    if (error.name !== 'SetupError') throw error;
    return { reason: error.message };
  }
}

async function measureSuite(grid, { url, project, executables, rounds, within, say }) {
  const time = (suite) => () =>
    timeSuite(
      {
        suite,
        url,
        project,
        executablePath: executables.chromium,
        env: { SELENIUM_REMOTE_URL: grid.url },
      },
      { passed: TESTS, videos: 0 },
    );
  const { ours, base } = await alternate(
    { base: time('plain'), ours: time('sessions') },
    { rounds, withinMs: within(2.5), onRound: (pair) => say(describePair(pair, seconds)) },
  );
  return {
    result: { grid_suite_ratio: ratio(ours, base) },
    rows: [
      {
        what: '40 small tests, 2 workers, a Grid of two nodes',
        ours: seconds(median(ours)),
        base: `${seconds(median(base))} plain Playwright`,
      },
    ],
  };
}

async function measureStart(grid, { executables, rounds, within, say }) {
  return withServer(grid, executables, async (start) => {
    const { ours, base } = await alternate(
      {
        base: () => timeStart(grid, () => bareSession(grid)),
        ours: () => timeStart(grid, start),
      },
      {
        rounds: rounds * STARTS_A_ROUND,
        withinMs: within(1),
        onRound: (pair) => say(describePair(pair, milliseconds)),
      },
    );
    return {
      result: { grid_start_ratio: ratio(ours, base) },
      rows: [
        {
          what: 'a session on a Grid until its page answers',
          ours: milliseconds(median(ours)),
          base: `${milliseconds(median(base))} POST /session and connectOverCDP`,
        },
      ],
    };
  });
}

/** How many sessions a machine can have. */
async function measureSessions(grid, { url, executables }) {
  return withServer(grid, executables, async (start) => {
    const { sessionMb, sessionCpu, gridMb, gridCpu } = await measureSize(grid, { url, start });
    const show = (mb, cpu) => `${mb.toFixed(0)} MB, ${(cpu * 100).toFixed(0)} %`;
    return {
      result: { grid_session_mb: sessionMb },
      rows: [
        {
          what: 'one session on a node: memory, and of one core',
          ours: show(sessionMb, sessionCpu),
          base: `${show(gridMb, gridCpu)} hub and nodes`,
        },
      ],
    };
  });
}

/** `sessionwright serve` in front of the Grid. */
async function withServer(grid, executables, work) {
  const { SessionsClient } = await import(pathToFileURL(`${ROOT}dist/client.js`));
  const args = ['--backend', 'grid', '--grid-url', grid.url];
  const server = await startServer(executables.chromium, args);
  const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  try {
    return await work(async () => {
      const session = await client.start();
      return { cdpUrl: session.cdpUrl, stop: () => session.stop() };
    });
  } finally {
    await client.close();
    await server.close();
  }
}

/** Until a page answers: the one that the session has, or a new one. */
async function timeStart(grid, start) {
  const startedAt = performance.now();
  const session = await start();
  const browser = await chromium.connectOverCDP(session.cdpUrl);
  const [context] = browser.contexts();
  const page = context.pages()[0] ?? (await context.newPage());
  if ((await page.evaluate('6 * 7')) !== 42) throw new Error('The page does not answer.');
  const durationMs = performance.now() - startedAt;
  await browser.close();
  await session.stop();
  while ((await grid.usedSlots()) > 0) await sleep(POLL_MS); // the next one begins on a Grid that is idle
  return durationMs;
}

async function bareSession({ url }) {
  const answer = await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ capabilities: BARE }),
  });
  if (!answer.ok) throw new Error(`POST /session was answered with ${await answer.text()}`);
  const { value } = await answer.json();
  const stop = () => fetch(`${url}/session/${value.sessionId}`, { method: 'DELETE' });
  return { cdpUrl: value.capabilities['se:cdp'], stop };
}

function describePair({ ours, base }, show) {
  return `${show(ours)} against ${show(base)}: ${(ours / base).toFixed(2)}`;
}
