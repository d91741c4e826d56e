/** `npm run bench`: compares sessionwright with what it adds to, side by side on this machine. `npm run bench -- suite_ratio --rounds 3` measures only that. */
import { parseArgs } from 'node:util';
import { main } from './lib/child.mjs';
import { setup, SetupError } from './setup.mjs';

/** What each number may be at most (the project's own targets). */
const LIMITS = {
  suite_ratio: 1,
  suite_ratio_recording: 1.15,
  gateway_p50_ratio: 1.15,
  session_start_ratio: 1.25,
  import_ratio: 1.25,
  failing_suite_ratio: 0.8,
  execute_click_ratio: 1.5,
  execute_fill_ratio: 1.5,
  observe_ratio: 3,
  list_p50_ms: 5,
  host_rss_mb: 150,
  left_chromium: 0,
  left_profiles: 0,
  left_hosts: 0,
  left_ports: 0,
};
/** Even, so that each order comes equally often. With 4, the whole takes about six minutes on two idle cores. */
const ROUNDS = 4;

await main(async () => {
  const { names, rounds } = parseCommand();
  const { executablePath } = await setup();
  const { BENCHES } = await import('../bench/lib/benches.mjs');
  const { startApp } = await import('../bench/lib/app.mjs');
  const { makeProject } = await import('../bench/lib/project.mjs');
  const project = makeProject();
  const app = await startApp();
  const result = {};
  const rows = [];
  try {
    for (const bench of BENCHES.filter(
      ({ numbers }) => names.length === 0 || numbers.some((number) => names.includes(number)),
    )) {
      console.log(`\n${bench.numbers.join(', ')}`);
      const measured = await bench.measure({
        executablePath,
        url: app.url,
        project,
        rounds,
        say: (line) => console.log(`  ${line}`),
      });
      Object.assign(result, measured.result);
      rows.push(...measured.rows);
    }
  } finally {
    await app.close();
  }
  printTable(result, rows);
  console.log(
    JSON.stringify(
      Object.fromEntries(
        Object.entries(result).map(([name, value]) => [name, Number(value.toFixed(3))]),
      ),
    ),
  );
  return 0;
});

function parseCommand() {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string', default: String(ROUNDS) } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !(name in LIMITS));
  if (unknown)
    throw new SetupError(
      `There is no number "${unknown}". Numbers: ${Object.keys(LIMITS).join(', ')}.`,
    );
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new SetupError(`--rounds takes a whole number from 1, not "${values.rounds}".`);
  return { names: positionals, rounds };
}

/** A number without a limit is there to be known. */
function describeLimit(value, limit) {
  if (limit === undefined) return '';
  return value <= limit ? String(limit) : `${String(limit).padEnd(10)}OVER`;
}

/** What was measured, and whether each number is within its limit. */
function printTable(result, rows) {
  console.log(`\n${'what'.padEnd(40)}${'sessionwright'.padEnd(16)}against`);
  for (const { what, ours, base } of rows)
    console.log(`${what.padEnd(40)}${ours.padEnd(16)}${base}`);
  console.log(`\n${'number'.padEnd(40)}${'value'.padEnd(16)}at most`);
  for (const [name, value] of Object.entries(result))
    console.log(
      `${name.padEnd(40)}${value.toFixed(2).padEnd(16)}${describeLimit(value, LIMITS[name])}`,
    );
  console.log('');
}
