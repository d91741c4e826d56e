/** Runs that go wrong: what failing tests cost, and what green, red and interrupted runs hold and leave. On full Chromium. */
import { alternate, median, ratio, seconds } from './measure.mjs';
import { startServer } from './server.mjs';
import { runSuite, timeSuite } from './suite.mjs';

/** @type {import('./benches.mjs').Bench[]} */
export const RUN_BENCHES = [
  { numbers: ['failing_suite_ratio'], measure: measureFailingSuite },
  {
    numbers: ['host_rss_mb', 'left_chromium', 'left_profiles', 'left_hosts', 'left_ports'],
    measure: measureLeftovers,
  },
];

/** 20 tests of which 10 fail, so that Playwright starts 10 workers anew; both sides use the same server. */
async function measureFailingSuite({ executables, url, project, rounds, say }) {
  const executablePath = executables.chromium;
  const server = await startServer(executablePath);
  const env = { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey };
  const time = (suite) => () =>
    timeSuite({ suite, project, url, executablePath, env }, { passed: 10, videos: 0 });
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
