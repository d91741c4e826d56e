/** A test far away from its browser: on a self-hosted server behind a slow link, against the fixture that anybody would write first. */
import { alternate, median, milliseconds, ratio } from './measure.mjs';
import { startRelay } from './relay.mjs';
import { startServer } from './server.mjs';
import { runSuite } from './suite.mjs';

/** Round trips of the links, in milliseconds: the same machine, the same country, another continent. The keys are of the last, which has most of the minutes. */
const LINKS = [
  { rttMs: 0, minutes: 0.5 },
  { rttMs: 20, minutes: 0.5 },
  { rttMs: 80, minutes: 1.5 },
];
/** Tests of the far suite, one after the other in one worker. */
const TESTS = 8;
/** Against what both numbers stand. The site that is tested is near the browser on every side. */
const NAIVE = { suite: 'far-naive' };
/** What each number runs, and what that is called. */
const NUMBERS = {
  rtt80_serve_ratio: { name: 'on serve', side: { suite: 'far-sessions' } },
  rtt80_cdp_ratio: { name: 'CDP only', side: { suite: 'far-sessions', transport: 'cdp' } },
};

/** @type {import('./benches.mjs').Bench[]} */
export const FAR_BENCHES = [{ numbers: Object.keys(NUMBERS), measure: measureFar }];

async function measureFar({ executables, url, project, rounds, within, isWanted, say }) {
  const executablePath = executables.shell ?? executables.chromium;
  const numbers = Object.keys(NUMBERS).filter(isWanted);
  const server = await startServer(executablePath);
  const rows = [];
  let times;
  try {
    for (const { rttMs, minutes } of LINKS) {
      times = await measureAt(rttMs, {
        server,
        numbers,
        rounds: Math.ceil(rounds / 2),
        withinMs: within(minutes),
        shared: { project, url, executablePath, workers: 1, reportsTimes: true },
      });
      const base = `${milliseconds(median(times.naive))} connectOverCDP in a worker fixture`;
      for (const number of numbers) {
        const what = `a test at ${rttMs} ms, ${NUMBERS[number].name}`;
        const ours = milliseconds(median(times[number]));
        say(`${what}: ${ours}, against ${base}`);
        rows.push({ what, ours, base });
      }
    }
  } finally {
    await server.close();
  }
  return {
    result: Object.fromEntries(
      numbers.map((number) => [number, ratio(times[number], times.naive)]),
    ),
    rows,
  };
}

/** Times of a test on each side, by the number; `naive` is what they stand against. */
async function measureAt(rttMs, { server, numbers, rounds, withinMs, shared }) {
  const relay = await startRelay(Number(new URL(server.url).port), rttMs);
  const env = {
    NOTTE_API_URL: `http://127.0.0.1:${relay.port}`,
    NOTTE_API_KEY: server.apiKey,
  };
  const time =
    ({ suite, transport }) =>
    async () =>
      testTimeOf(
        await runSuite({
          ...shared,
          suite,
          env,
          transport,
        }),
      );
  const ours = numbers.map((number) => [number, time(NUMBERS[number].side)]);
  try {
    return await alternate(
      { naive: time(NAIVE), ...Object.fromEntries(ours) },
      { rounds, warmUp: 0, withinMs },
    );
  } finally {
    await relay.close();
  }
}

/** From the begin of a test to the begin of the next: what lies between two tests counts, starting and ending the run does not. */
function testTimeOf({ startTimes, code, output }) {
  if (startTimes.length !== TESTS || code !== 0)
    throw new Error(`Expected ${TESTS} tests to pass:\n${output}`);
  return median(startTimes.slice(1).map((at, index) => at - startTimes[index]));
}
