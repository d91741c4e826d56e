/** What it costs a page that its site is answered from the machine that runs the tests, against a browser that reaches it by itself. */
import { alternate, median, milliseconds, ratio } from './measure.mjs';
import { startServer } from './server.mjs';
import { runSuite } from './suite.mjs';

/** @type {import('./benches.mjs').Bench[]} */
export const EXPOSE_BENCHES = [{ numbers: ['expose_p50_ratio'], measure: measureExpose }];

async function measureExpose({ executables, url, project, rounds, within }) {
  const executablePath = executables.shell ?? executables.chromium;
  const server = await startServer(executablePath);
  const env = { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey };
  const load = (exposeNetwork) => async () =>
    medianLoadOf(
      await runSuite({
        suite: 'loads-sessions',
        workers: 1,
        project,
        url,
        executablePath,
        exposeNetwork,
        env,
      }),
    );
  try {
    const times = await alternate(
      { exposed: load('<loopback>'), direct: load('') },
      { rounds, warmUp: 0, withinMs: within(1) },
    );
    return {
      result: { expose_p50_ratio: ratio(times.exposed, times.direct) },
      rows: [
        {
          what: 'a page with 20 requests, by exposeNetwork, median',
          ours: milliseconds(median(times.exposed)),
          base: `${milliseconds(median(times.direct))} direct`,
        },
      ],
    };
  } finally {
    await server.close();
  }
}

function medianLoadOf({ code, output }) {
  const times = [...output.matchAll(/^LOAD (.+)$/gm)].map(([, time]) => Number(time));
  if (code !== 0 || times.length === 0) throw new Error(`No page was loaded:\n${output}`);
  return median(times);
}
