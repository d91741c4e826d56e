/** The comparisons: what each one measures, against what, and the numbers it adds to the result. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { API_BENCHES } from './api-benches.mjs';
import { openCdpPage, openPlaywrightPage } from './cdp.mjs';
import { alternate, median, ratio } from './measure.mjs';
import { startServer } from './server.mjs';
import { runSuite } from './suite.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {object} Setting
 * @property {string} executablePath the Chromium of both sides
 * @property {string} url the site that the suites test
 * @property {string} project folder of a project that has the package installed
 * @property {number} rounds measured rounds of each comparison of suites
 * @property {(line: string) => void} say
 *
 * @typedef {object} Row one line of the table
 * @property {string} what
 * @property {string} ours
 * @property {string} base
 *
 * @typedef {object} Bench
 * @property {string[]} numbers names in the result
 * @property {(setting: Setting) => Promise<{ result: Record<string, number>, rows: Row[] }>} measure
 */

/** @type {Bench[]} */
export const BENCHES = [
  { numbers: ['import_ratio'], measure: measureImport },
  { numbers: ['gateway_p50_ratio', 'gateway_bare_p50_ratio'], measure: measureGateway },
  { numbers: ['session_start_ratio'], measure: measureSessionStart },
  { numbers: ['suite_ratio', 'suite_ratio_recording'], measure: measureSuites },
  { numbers: ['failing_suite_ratio'], measure: measureFailingSuite },
  ...API_BENCHES,
  {
    numbers: ['host_rss_mb', 'left_chromium', 'left_profiles', 'left_hosts', 'left_ports'],
    measure: measureLeftovers,
  },
];

/** 40 small tests, two workers: our fixtures with recording off and on, and Playwright's own with its recording off. */
async function measureSuites({ executablePath, url, project, rounds, say }) {
  const time = (suite, recording) => async () =>
    durationOf(await runSuite({ suite, recording, project, url, executablePath }), 40);
  const sides = {
    plain: time('plain', 'off'),
    off: time('sessions', 'off'),
    on: time('sessions', 'on'),
  };
  const onRound = ({ plain, off, on }) =>
    say(`plain ${seconds(plain)}, sessions ${seconds(off)}, recording ${seconds(on)}`);
  const { plain, off, on } = await alternate(sides, { rounds, onRound });
  return {
    result: { suite_ratio: ratio(off, plain), suite_ratio_recording: ratio(on, plain) },
    rows: [
      {
        what: '40 small tests, 2 workers',
        ours: seconds(median(off)),
        base: `${seconds(median(plain))} plain`,
      },
      {
        what: 'the same, recorded',
        ours: seconds(median(on)),
        base: `${seconds(median(plain))} plain, not recorded`,
      },
    ],
  };
}

/** 20 tests of which 10 fail, so that Playwright starts 10 workers anew; both sides use the same server. */
async function measureFailingSuite({ executablePath, url, project, rounds, say }) {
  const server = await startServer(executablePath);
  const env = { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey };
  const time = (suite) => async () =>
    durationOf(await runSuite({ suite, project, url, executablePath, env }), 10);
  try {
    const onRound = ({ naive, leased }) =>
      say(`a session per worker ${seconds(naive)}, leased ${seconds(leased)}`);
    const { naive, leased } = await alternate(
      { naive: time('failing-naive'), leased: time('failing-sessions') },
      { rounds, onRound },
    );
    return {
      result: { failing_suite_ratio: ratio(leased, naive) },
      rows: [
        {
          what: '20 tests, 10 fail, 2 workers',
          ours: seconds(median(leased)),
          base: `${seconds(median(naive))} a session per worker`,
        },
      ],
    };
  } finally {
    await server.close();
  }
}

/** From the API call until a page answers, against launching the same Chromium. */
async function measureSessionStart({ executablePath, rounds, say }) {
  const { SessionsClient } = await import(pathToFileURL(`${ROOT}dist/client.js`));
  const server = await startServer(executablePath);
  const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  const remote = async () => {
    const startedAt = performance.now();
    const session = await client.start();
    const browser = await chromium.connectOverCDP(session.cdpUrl);
    const durationMs = await usable(browser.contexts()[0].pages()[0], startedAt);
    await browser.close();
    await session.stop();
    return durationMs;
  };
  const local = async () => {
    const startedAt = performance.now();
    const browser = await chromium.launch({ executablePath });
    const durationMs = await usable(await browser.newPage(), startedAt);
    await browser.close();
    return durationMs;
  };
  try {
    const { ours, base } = await alternate(
      { ours: remote, base: local },
      { rounds: rounds * 4, warmUp: 2 },
    );
    say(`${ours.length} pairs`);
    return {
      result: { session_start_ratio: ratio(ours, base) },
      rows: [
        {
          what: 'a session until its page answers',
          ours: milliseconds(median(ours)),
          base: `${milliseconds(median(base))} chromium.launch()`,
        },
      ],
    };
  } finally {
    await server.close();
  }
}

/** The same command to the same browser, through the gateway and past it, in turns. Ratios are of medians: single round trips spread far more than the two ways differ. */
async function measureGateway({ executablePath, rounds, say }) {
  const { SessionsClient } = await import(pathToFileURL(`${ROOT}dist/client.js`));
  const server = await startServer(executablePath);
  try {
    const session = await new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey }).start();
    const urls = { ours: session.cdpUrl, base: server.browserUrls()[0] };
    const played = await timeRoundTrips(openPlaywrightPage, urls, rounds * 1_000);
    const bare = await timeRoundTrips(openCdpPage, urls, rounds * 1_000);
    say(`${played.ours.length} pairs with each client`);
    await session.stop();
    return {
      // Playwright is the client of every test, so its round trip is the number; the bare one shows the hop itself.
      result: {
        gateway_p50_ratio: median(played.ours) / median(played.base),
        gateway_bare_p50_ratio: median(bare.ours) / median(bare.base),
      },
      rows: [
        {
          what: 'CDP round trip in Playwright, median',
          ours: milliseconds(median(played.ours)),
          base: `${milliseconds(median(played.base))} direct`,
        },
        {
          what: 'the same over a bare websocket',
          ours: milliseconds(median(bare.ours)),
          base: `${milliseconds(median(bare.base))} direct`,
        },
      ],
    };
  } finally {
    await server.close();
  }
}

async function timeRoundTrips(open, urls, rounds) {
  const sides = { ours: await open(urls.ours), base: await open(urls.base) };
  const times = await alternate(
    { ours: sides.ours.roundTripMs, base: sides.base.roundTripMs },
    { rounds, warmUp: 500 },
  );
  await Promise.all([sides.ours.close(), sides.base.close()]);
  return times;
}

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
  const { esm, esmBase, cjs, cjsBase } = await alternate(sides, { rounds: rounds * 4, warmUp: 2 });
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

/** A green, a red and an interrupted run, recorded: what their host holds, and what they leave. */
async function measureLeftovers({ executablePath, url, project, say }) {
  const shared = { recording: 'on', project, url, executablePath, isWatched: true };
  const runs = [
    await runSuite({ ...shared, suite: 'sessions' }),
    await runSuite({ ...shared, suite: 'failing-sessions' }),
    await runSuite({ ...shared, suite: 'sessions', interruptAfterTests: 8 }),
  ];
  runs.forEach(({ code, left }, index) =>
    say(
      `${['green', 'red', 'interrupted'][index]} run: exit code ${code}, left ${JSON.stringify(left)}`,
    ),
  );
  const sum = (kind) => runs.reduce((total, { left }) => total + left[kind], 0);
  const hostRssMb = Math.max(...runs.map(({ hostRssBytes }) => hostRssBytes)) / 2 ** 20;
  if (hostRssMb === 0)
    throw new Error(
      'No host was seen during three runs: the benchmark looks for it in the wrong place.',
    );
  return {
    result: {
      host_rss_mb: hostRssMb,
      left_chromium: sum('chromium'),
      left_profiles: sum('profiles'),
      left_hosts: sum('hosts'),
      left_ports: sum('ports'),
    },
    rows: [
      { what: 'memory of the host, two sessions', ours: `${hostRssMb.toFixed(0)} MB`, base: '' },
    ],
  };
}

async function usable(page, startedAt) {
  if ((await page.evaluate('6 * 7')) !== 42) throw new Error('The page does not answer.');
  return performance.now() - startedAt;
}

/** A run counts only when its tests ended as they should. */
function durationOf(run, passed) {
  if (!run.output.includes(` ${passed} passed`))
    throw new Error(`Expected ${passed} tests to pass:\n${run.output}`);
  return run.durationMs;
}

function seconds(value) {
  return `${(value / 1_000).toFixed(2)} s`;
}

function milliseconds(value) {
  return value < 10 ? `${value.toFixed(2)} ms` : `${value.toFixed(0)} ms`;
}
