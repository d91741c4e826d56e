/** Runs that go wrong: what failing tests and sessions that die cost, and what green, red, interrupted and killed runs hold and leave. On full Chromium. */
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../scripts/lib/child.mjs';
import { alternate, describeRound, median, ratio, seconds } from './measure.mjs';
import { startServer } from './server.mjs';
import { runSuite, timeSuite } from './suite.mjs';

/** Workers of the failing suite. */
const WORKERS = 2;
/** What stands against a session per worker. The floor has nothing of ours, and sessions that cost nothing. */
const FAILING_SIDES = {
  failing_suite_ratio: { side: 'sessions', name: 'leased' },
  floor_failing_suite_ratio: { side: 'kept', name: 'sessions that cost nothing' },
};

/** @type {import('./benches.mjs').Bench[]} */
export const RUN_BENCHES = [
  { numbers: Object.keys(FAILING_SIDES), measure: measureFailingSuite },
  {
    numbers: ['host_rss_mb', 'left_chromium', 'left_profiles', 'left_hosts', 'left_ports'],
    measure: measureLeftovers,
  },
  { numbers: ['replacement_ratio'], measure: measureReplacement },
  { numbers: ['gone_after_kill_s'], measure: measureAfterKill },
];

/** 20 tests of which 10 fail, so that Playwright replaces 10 workers; all sides use the same server. */
async function measureFailingSuite({ executables, url, project, rounds, within, isWanted, say }) {
  const executablePath = executables.chromium;
  const server = await startServer(executablePath);
  const numbers = Object.keys(FAILING_SIDES).filter(isWanted);
  const sides = ['naive', ...numbers.map((number) => FAILING_SIDES[number].side)];
  const env = { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey };
  const time = (suite) => async () => {
    const sessions = suite === 'failing-kept' ? await startSessions(server, WORKERS) : [];
    const urls = { BENCH_CDP_URLS: sessions.map(({ cdpUrl }) => cdpUrl).join('\n') };
    const options = { suite, workers: WORKERS, project, url, executablePath };
    try {
      return await timeSuite({ ...options, env: { ...env, ...urls } }, { passed: 10, videos: 0 });
    } finally {
      await Promise.all(sessions.map((session) => session.stop()));
    }
  };
  try {
    const times = await alternate(
      Object.fromEntries(sides.map((side) => [side, time(`failing-${side}`)])),
      { rounds, withinMs: within(2), onRound: (round) => say(describeRound(round)) },
    );
    return {
      result: Object.fromEntries(
        numbers.map((number) => [number, ratio(times[FAILING_SIDES[number].side], times.naive)]),
      ),
      rows: numbers.map((number) => ({
        what: `20 tests, 10 fail, 2 workers, ${FAILING_SIDES[number].name}`,
        ours: seconds(median(times[FAILING_SIDES[number].side])),
        base: `${seconds(median(times.naive))} a session per worker`,
      })),
    };
  } finally {
    await server.close();
  }
}

async function startSessions(server, count) {
  const { SessionsClient } = await import(pathToFileURL(`${ROOT}dist/client.js`));
  const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  return Promise.all(Array.from({ length: count }, () => client.start()));
}

/** A green, a red and an interrupted run, recorded: what their host holds, and what they leave. */
async function measureLeftovers({ executables, url, project, say }) {
  const shared = {
    recording: 'on',
    project,
    url,
    executablePath: executables.chromium,
    isWatched: true,
  };
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

/** From the death of a session between two tests until the next one has a page that answers, against a start of another session and a page in it. */
async function measureReplacement({ executables, url, project, say }) {
  const { output } = await runSuite({
    suite: 'replaced-sessions',
    workers: 1,
    project,
    url,
    executablePath: executables.chromium,
  });
  const times = (name) =>
    [...output.matchAll(new RegExp(`TIME ${name} (\\d+)`, 'g'))].map(([, ms]) => Number(ms));
  const [replaced, started] = [times('replaced'), times('started')];
  if (replaced.length === 0 || replaced.length !== started.length)
    throw new Error(`The suite did not tell its times:\n${output}`);
  say(`${replaced.length} pairs`);
  return {
    result: { replacement_ratio: ratio(replaced, started) },
    rows: [
      {
        what: 'a session that died, until the next test has a page',
        ours: seconds(median(replaced)),
        base: `${seconds(median(started))} a start and a page`,
      },
    ],
  };
}

/** From the death of the runner until nothing of its run is left: workers, host, browsers, profiles, ports. */
async function measureAfterKill({ executables, url, project, rounds, say }) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const { goneAfterMs, left } = await runSuite({
      suite: 'sessions',
      recording: 'on',
      project,
      url,
      executablePath: executables.chromium,
      isWatched: true,
      interruptAfterTests: 8,
      isKilled: true,
    });
    say(`gone after ${seconds(goneAfterMs)}, left ${JSON.stringify(left)}`);
    times.push(goneAfterMs);
  }
  const longest = Math.max(...times);
  return {
    result: { gone_after_kill_s: longest / 1_000 },
    rows: [
      {
        what: 'the runner is killed, until all is gone, at most',
        ours: seconds(longest),
        base: '',
      },
    ],
  };
}
