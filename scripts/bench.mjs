/** `npm run bench`: compares sessionwright with what it adds to, side by side on this machine. The whole of it takes as many rounds as fit into half an hour; `npm run bench -- suite_ratio --rounds 3` measures only that. */
import { parseArgs } from 'node:util';
import { main } from './lib/child.mjs';
import { setup, SetupError } from './setup.mjs';

/** What each number may be at most (the project's own targets). A number above it is marked; the exit code stays 0, for the table is what is read. */
const LIMITS = {
  import_ratio: 1.08,
  session_start_ratio: 1,
  warm_start_ratio: 0.3,
  gateway_p50_ratio: 1.1,
  shared_p50_ratio: 1.2,
  suite_ratio: 0.6,
  suite_ratio_recording: 0.75,
  shell_suite_ratio: 1,
  shell_session_isolation_ratio: 0.95,
  shell_suite_1_worker_ratio: 0.9,
  shell_suite_320_ratio: 1,
  shell_retain_ratio: 1.08,
  shell_recording_ratio: 1.2,
  shell_video_ratio: 0.75,
  collected_suite_ratio: 1.03,
  floor_suite_ratio: undefined, // what one of ours cannot be less than
  floor_suite_1_worker_ratio: undefined,
  floor_suite_320_ratio: undefined,
  floor_session_isolation_ratio: undefined,
  floor_recording_ratio: undefined,
  floor_failing_suite_ratio: undefined,
  rtt80_serve_ratio: 0.4,
  rtt80_cdp_ratio: 0.8,
  expose_p50_ratio: 3,
  execute_click_ratio: 1.5,
  execute_fill_ratio: 1.5,
  observe_ratio: 3,
  list_p50_ms: 5,
  session_rss_mb: 8,
  serve_rps_p99_ms: 250,
  grid_suite_ratio: 0.75,
  grid_start_ratio: 1.1,
  grid_session_mb: undefined, // to know how many fit on a node
  failing_suite_ratio: 0.75,
  run_page_open_ms: 1_000,
  run_page_kb: 3_000,
  large_run_page_open_ms: 2_000, // 20,000 tests
  large_run_page_kb: 6_000,
  live_latency_p95_ms: 250,
  watched_suite_ratio: 1.1,
  replacement_ratio: 1.5,
  gone_after_kill_s: 5,
  host_rss_mb: 120,
  left_chromium: 0,
  left_profiles: 0,
  left_hosts: 0,
  left_ports: 0,
};
/** What has no limit is there to be known, and measured only when it is asked for: a floor best together with what it stands for, which alternates with it. */
const isByName = (number) => LIMITS[number] === undefined || number === 'collected_suite_ratio'; // half an hour is full
/** Even, so that each order comes equally often. */
const ROUNDS = 4;

await main(async () => {
  const { names, rounds, isWhole } = parseCommand();
  const { executablePath } = await setup();
  const { BENCHES } = await import('../bench/lib/benches.mjs');
  const { startApp } = await import('../bench/lib/app.mjs');
  const { makeProject } = await import('../bench/lib/project.mjs');
  const isWanted = (number) => (names.length === 0 ? !isByName(number) : names.includes(number));
  const chosen = BENCHES.filter(({ numbers }) => numbers.some(isWanted));
  const programs = await setupPrograms(executablePath, isWanted);
  const project = makeProject();
  const app = await startApp();
  const all = { result: {}, rows: [], skipped: {} };
  try {
    for (const bench of chosen) {
      console.log(`\n${bench.numbers.filter(isWanted).join(', ')}`);
      const startedAt = performance.now();
      const say = (line) => console.log(`  ${line}`);
      const {
        result,
        rows,
        skipped = {},
      } = await bench.measure({
        ...programs,
        url: app.url,
        project,
        rounds,
        within: (minutes) => (isWhole ? minutes * 60_000 : Infinity),
        isWanted,
        say,
      });
      say(`took ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
      Object.assign(all.result, result);
      Object.assign(all.skipped, skipped);
      all.rows.push(...rows);
    }
  } finally {
    await app.close();
  }
  printTable(all);
  console.log(
    JSON.stringify(
      Object.fromEntries(
        Object.entries(all.result).map(([name, value]) => [name, Number(value.toFixed(3))]),
      ),
    ),
  );
  return 0;
});

/** Brings what both sides use onto the machine: only what the wanted numbers need. */
async function setupPrograms(otherwise, isWanted) {
  const { findFullChromium, setupFfmpeg, setupHeadlessShell } =
    await import('../bench/lib/programs.mjs');
  const needsShell = Object.keys(LIMITS).some(
    (name) => isWanted(name) && /^(shell|floor|collected|rtt|warm|watched)/.test(name),
  );
  const executables = {
    chromium: await findFullChromium(otherwise),
    shell: needsShell ? await setupHeadlessShell() : undefined,
  };
  const video = isWanted('shell_video_ratio') ? await setupFfmpeg() : undefined;
  console.log(`full Chromium: ${executables.chromium}`);
  if (needsShell) console.log(`headless shell: ${executables.shell ?? 'none'}`);
  if (isWanted('shell_video_ratio')) console.log(`ffmpeg: ${video?.ffmpeg ?? 'none'}`);
  return { executables, browsersFolder: video?.browsersFolder };
}

function parseCommand() {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !(name in LIMITS));
  if (unknown)
    throw new SetupError(
      `There is no number "${unknown}". Numbers: ${Object.keys(LIMITS).join(', ')}.`,
    );
  const rounds = Number(values.rounds ?? ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new SetupError(`--rounds takes a whole number from 1, not "${values.rounds}".`);
  return {
    names: positionals,
    rounds,
    isWhole: positionals.length === 0 && values.rounds === undefined,
  };
}

function describeLimit(value, limit) {
  if (limit === undefined) return '';
  return value <= limit ? String(limit) : `${String(limit).padEnd(10)}OVER`;
}

/** What was measured, whether each number is within its limit, and what was not measured. */
function printTable({ result, rows, skipped }) {
  console.log(`\n${'what'.padEnd(80)}${'sessionwright'.padEnd(16)}against`);
  for (const { what, ours, base } of rows)
    console.log(`${what.padEnd(80)}${ours.padEnd(16)}${base}`);
  console.log(`\n${'number'.padEnd(40)}${'value'.padEnd(16)}at most`);
  for (const [name, value] of Object.entries(result))
    console.log(
      `${name.padEnd(40)}${value.toFixed(2).padEnd(16)}${describeLimit(value, LIMITS[name])}`,
    );
  for (const [name, reason] of Object.entries(skipped))
    console.log(`${name.padEnd(40)}${'-'.padEnd(16)}SKIPPED: ${reason}`);
  console.log('');
}
