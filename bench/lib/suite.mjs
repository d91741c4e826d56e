/** Runs one of the benchmark's suites with the real command line, watches what it has on the machine, and counts what it leaves. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT, run } from '../../scripts/lib/child.mjs';
import { openPorts, portsOf, processesOf, profilesBelow } from './processes.mjs';

const CLI = join(ROOT, 'node_modules/@playwright/test/cli.js');
/** Playwright keeps compiled tests here. Shared by all runs, so that after the warm-up none compiles, as from the second run on anywhere. */
const COMPILED = join(ROOT, 'bench/results/compiled');
/** How long after the end of a run something of it may live on, in milliseconds. What is there then was left behind. */
const LEFT_BEHIND_AFTER_MS = 5_000;
/** Less than this, in bytes, is a file's header without a picture. */
const SMALLEST_VIDEO_BYTES = 1_000;
/** Time between two looks at the processes of a run, in milliseconds; each costs about 2 ms. */
const WATCH_MS = 250;

/**
 * @typedef {object} SuiteRun
 * @property {number} durationMs wall time of the command
 * @property {number | null} code
 * @property {string} output
 * @property {number} videos videos that it wrote, ours or Playwright's own
 * @property {number[]} startTimes when each test began, in milliseconds, sorted; empty unless `reportsTimes`
 * @property {number | undefined} goneAfterMs after a kill: until nothing of it was left, at most 5 s
 * @property {number} hostRssBytes the most that the run's host held; 0 when there was none, or nobody watched
 * @property {{ chromium: number, profiles: number, hosts: number, ports: number }} left
 */

/**
 * Runs a suite to its end, and waits until everything of it is gone (or long enough).
 *
 * @param {object} options
 * @param {'plain' | 'floor-cdp' | 'floor-cast' | 'floor-own-context' | 'sessions' | 'failing-sessions' | 'failing-naive' | 'failing-kept' | 'far-sessions' | 'far-naive' | 'loads-sessions' | 'replaced-sessions'} options.suite
 * @param {'on' | 'off' | 'retain-on-failure'} [options.recording] by the plugin, or by Playwright itself in a suite without it
 * @param {'context' | 'session'} [options.isolation]
 * @param {'cdp'} [options.transport] the only one that the sessions may use
 * @param {string} [options.exposeNetwork] hosts that sessions reach on this machine
 * @param {string} [options.reporter] in place of all that the configuration names
 * @param {number} [options.workers]
 * @param {number} [options.repeats] how often each test runs
 * @param {boolean} [options.reportsTimes] report when each test began
 * @param {string} options.project folder of the project, from `makeProject`
 * @param {string} options.url the site to test
 * @param {string} options.executablePath the Chromium of both sides
 * @param {Record<string, string>} [options.env]
 * @param {boolean} [options.isWatched] look at its processes while it runs (costs a little)
 * @param {number} [options.interruptAfterTests] press Ctrl-C after so many tests
 * @param {boolean} [options.isKilled] kill the runner then, and nothing else
 * @returns {Promise<SuiteRun>}
 */
export async function runSuite({
  suite,
  recording = 'off',
  isolation = 'context',
  transport = '',
  exposeNetwork = '',
  reporter,
  workers = 2,
  repeats = 1,
  reportsTimes = false,
  project,
  url,
  executablePath,
  env,
  isWatched,
  interruptAfterTests,
  isKilled = false,
}) {
  const folder = mkdtempSync(join(tmpdir(), 'sessionwright-bench-'));
  const temporary = join(folder, 'tmp');
  const output = join(folder, 'output');
  const report = reportsTimes ? join(folder, 'report.json') : '';
  mkdirSync(temporary);
  let watcher;
  try {
    const seen = { hostRssBytes: 0, ports: new Set() };
    if (isWatched) watcher = setInterval(() => watch(folder, seen), WATCH_MS);
    const config = join(
      project,
      suite.includes('sessions') ? 'sessions.config.ts' : 'plain.config.ts',
    );
    const variables = {
      NOTTE_API_KEY: '',
      NOTTE_API_URL: '',
      TMPDIR: temporary,
      PWTEST_CACHE_DIR: COMPILED,
      BENCH_OUTPUT: output,
      BENCH_REPORT: report,
      BENCH_SUITE: suite,
      BENCH_RECORDING: recording,
      BENCH_ISOLATION: isolation,
      BENCH_TRANSPORT: transport,
      BENCH_EXPOSE: exposeNetwork,
      BENCH_WORKERS: String(workers),
      BENCH_REPEATS: String(repeats),
      BENCH_URL: url,
      BENCH_CHROMIUM: executablePath,
    };
    const { endedAt, ...result } = await play(
      config,
      { ...variables, ...env },
      { reporter, interruptAfterTests, isKilled },
    );
    const left = await countLeft(folder, [...seen.ports]);
    return {
      ...result,
      goneAfterMs: endedAt && performance.now() - endedAt,
      videos: countVideos(output),
      startTimes: report ? startTimesOf(JSON.parse(readFileSync(report, 'utf8'))) : [],
      hostRssBytes: seen.hostRssBytes,
      left,
    };
  } finally {
    clearInterval(watcher);
    await countLeft(folder, []); // an interrupted run may still be writing
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * Runs a suite and returns how long it took, in milliseconds. A run counts only if its result is as expected.
 *
 * @param {Parameters<typeof runSuite>[0]} options
 * @param {{ passed: number, videos: number }} expected
 */
export async function timeSuite(options, { passed, videos }) {
  const run = await runSuite(options);
  if (!run.output.includes(` ${passed} passed`) || run.videos !== videos)
    throw new Error(
      `Expected ${passed} tests to pass and ${videos} videos, not ${run.videos}:\n${run.output}`,
    );
  return run.durationMs;
}

/** A video without anything in it is none. */
function countVideos(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true })
    .filter((path) => /\.(mp4|webm)$/.test(path))
    .filter((path) => statSync(join(folder, path)).size > SMALLEST_VIDEO_BYTES).length;
}

/** From Playwright's JSON report, whose suites hold suites. */
function startTimesOf({ suites = [], specs = [] }) {
  const own = specs.flatMap(({ tests }) => tests).flatMap(({ results }) => results);
  return [
    ...own.map(({ startTime }) => Date.parse(startTime)),
    ...suites.flatMap(startTimesOf),
  ].sort((a, b) => a - b);
}

/** Runs the command, and presses Ctrl-C or kills the runner when it is to be ended. */
async function play(config, env, { reporter, interruptAfterTests, isKilled }) {
  const startedAt = performance.now();
  let endedAt;
  const onOutput = (output, signal, pid) => {
    // The reporter prints one dot a test.
    const isDue = (output.match(/·/g)?.length ?? 0) >= interruptAfterTests;
    if (!isDue || endedAt !== undefined) return; // never due without a number
    endedAt = performance.now();
    if (isKilled) process.kill(pid, 'SIGKILL');
    else signal('SIGINT');
  };
  const command = [CLI, 'test', '--config', config, ...(reporter ? ['--reporter', reporter] : [])];
  const { code, output } = await run(process.execPath, command, {
    cwd: dirname(config),
    env: { ...env, FORCE_COLOR: '0' },
    onOutput,
  });
  return { durationMs: performance.now() - startedAt, code, output, endedAt };
}

function watch(folder, seen) {
  const processes = processesOf(folder);
  for (const { kind, rssBytes } of processes)
    if (kind === 'host') seen.hostRssBytes = Math.max(seen.hostRssBytes, rssBytes);
  for (const port of portsOf(processes.map(({ pid }) => pid))) seen.ports.add(port);
}

/** Counts what is left of a run, when everything is gone or the time for that is over. */
async function countLeft(folder, ports) {
  for (const deadline = Date.now() + LEFT_BEHIND_AFTER_MS; ; await delay(50)) {
    const processes = processesOf(folder);
    const left = {
      chromium: processes.filter(({ kind }) => kind === 'chromium').length,
      profiles: profilesBelow(folder).length,
      hosts: processes.filter(({ kind }) => kind === 'host').length,
      ports: (await openPorts(ports)).length,
    };
    if (Date.now() > deadline || Object.values(left).every((count) => count === 0)) return left;
  }
}
