/** The same suite of small tests by our fixtures and by Playwright's own, in all the ways in which people run suites. */
import { chromium } from '@playwright/test';
import { alternate, describeRound, median, ratio, seconds } from './measure.mjs';
import { timeSuite } from './suite.mjs';

/** Tests in the suite of small ones. */
const TESTS = 40;
/** Arguments with which Playwright gives a browser its pipe and profile. */
const OWN_FLAGS = /^--(user-data-dir|remote-debugging-pipe|no-startup-window)/;

/**
 * What can be run. All sides use the same browser; `recording` is the plugin's, and in `video` Playwright's own. `cdp`, `cast` and
 * `own` have nothing of ours: they are the floor of what sessions, recording and `isolation: 'session'` can cost. `untold` is without our
 * reporter: no steps, no stories of tests, no run page.
 */
const SIDES = {
  plain: { suite: 'plain' },
  video: { suite: 'plain', recording: 'on' },
  off: { suite: 'sessions' },
  retain: { suite: 'sessions', recording: 'retain-on-failure' },
  on: { suite: 'sessions', recording: 'on' },
  session: { suite: 'sessions', isolation: 'session' },
  untold: { suite: 'sessions', reporter: 'dot' },
  cdp: { suite: 'floor-cdp' },
  cast: { suite: 'floor-cast' },
  own: { suite: 'floor-own-context' },
};

/**
 * What is compared, in groups of runs that alternate. A number is the first side's time over the second's.
 * Full Chromium is what Debian and desktops have; the headless shell is what `npx playwright install` gives people.
 */
const GROUPS = [
  {
    what: '40 small tests, 2 workers, headless shell',
    browser: 'shell',
    minutes: 2.2,
    numbers: {
      shell_suite_ratio: ['off', 'plain'],
      floor_suite_ratio: ['cdp', 'plain'],
      shell_session_isolation_ratio: ['session', 'plain'],
      floor_session_isolation_ratio: ['own', 'plain'],
    },
  },
  {
    what: '40 small tests, 1 worker, headless shell',
    browser: 'shell',
    workers: 1,
    minutes: 1.5,
    warmUp: 0,
    numbers: {
      shell_suite_1_worker_ratio: ['off', 'plain'],
      floor_suite_1_worker_ratio: ['cdp', 'plain'],
    },
  },
  {
    what: '120 small tests, 2 workers, headless shell',
    browser: 'shell',
    repeats: 3,
    minutes: 2,
    numbers: { collected_suite_ratio: ['off', 'untold'] },
  },
  {
    what: '320 small tests, 2 workers, headless shell',
    browser: 'shell',
    repeats: 8,
    minutes: 9,
    warmUp: 0, // a start is little of it
    numbers: {
      shell_suite_320_ratio: ['off', 'plain'],
      floor_suite_320_ratio: ['cdp', 'plain'],
      shell_retain_ratio: ['retain', 'plain'],
      shell_recording_ratio: ['on', 'plain'],
      shell_video_ratio: ['on', 'video'],
      floor_recording_ratio: ['cast', 'plain'],
    },
  },
  {
    what: '40 small tests, 2 workers, full Chromium',
    browser: 'chromium',
    minutes: 1.5,
    warmUp: 0, // the groups before have compiled the suites
    numbers: { suite_ratio: ['off', 'plain'], suite_ratio_recording: ['on', 'plain'] },
  },
];

/** What a side is called in the table. */
const NAMES = {
  plain: 'plain Playwright',
  video: "Playwright's video: 'on'",
  off: 'not recorded',
  retain: 'retain-on-failure',
  on: 'recorded',
  session: "isolation 'session'",
  untold: 'without our reporter',
  cdp: 'connected over CDP, nothing else',
  cast: 'pages cast, nothing else',
  own: 'one context, cleared',
};

/** @type {import('./benches.mjs').Bench[]} */
export const SUITE_BENCHES = GROUPS.map((group) => ({
  numbers: Object.keys(group.numbers),
  measure: (setting) => measureGroup(group, setting),
}));

/** Runs only the sides that the wanted numbers need. */
async function measureGroup(group, setting) {
  const { executables, browsersFolder, rounds, within, isWanted, say } = setting;
  const executablePath = executables[group.browser];
  const reasonToSkip = ([, base]) => {
    if (!executablePath) return 'there is no headless shell';
    return base === 'video' && !browsersFolder ? 'there is no ffmpeg' : undefined;
  };
  const wanted = Object.entries(group.numbers).filter(([number]) => isWanted(number));
  const skipped = Object.fromEntries(
    wanted.flatMap(([number, sides]) =>
      reasonToSkip(sides) ? [[number, reasonToSkip(sides)]] : [],
    ),
  );
  const measured = wanted.filter(([number]) => !skipped[number]);
  if (measured.length === 0) return { result: {}, rows: [], skipped };
  const names = new Set(measured.flatMap(([, [ours, base]]) => [base, ours]));
  const time = (name) => () => timeSide(SIDES[name], { group, setting, executablePath });
  const times = await alternate(Object.fromEntries([...names].map((name) => [name, time(name)])), {
    rounds,
    warmUp: group.warmUp,
    withinMs: within(group.minutes),
    onRound: (round) => say(describeRound(round)),
  });
  return {
    result: Object.fromEntries(
      measured.map(([number, [ours, base]]) => [number, ratio(times[ours], times[base])]),
    ),
    rows: measured.map(([, [ours, base]]) => ({
      what: `${group.what}, ${NAMES[ours]}`,
      ours: seconds(median(times[ours])),
      base: `${seconds(median(times[base]))} ${NAMES[base]}`,
    })),
    skipped,
  };
}

async function timeSide(side, { group: { workers, repeats = 1 }, setting, executablePath }) {
  const { url, project, browsersFolder } = setting;
  const tests = TESTS * repeats;
  return timeSuite(
    {
      ...side,
      workers,
      repeats,
      url,
      project,
      executablePath,
      ...(side === SIDES.cdp && { env: { BENCH_FLAGS: await playwrightFlags(executablePath) } }),
      ...(side === SIDES.video && { env: { PLAYWRIGHT_BROWSERS_PATH: browsersFolder } }),
    },
    { passed: tests, videos: side.recording === 'on' ? tests : 0 },
  );
}

/** The flags that Playwright gives a browser, without those for its own pipe and profile: one a line. */
async function playwrightFlags(executablePath) {
  const server = await chromium.launchServer({ executablePath });
  const [, ...flags] = server.process().spawnargs;
  await server.close();
  return flags.filter((flag) => !OWN_FLAGS.test(flag)).join('\n');
}
