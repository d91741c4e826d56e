/**
 * `npm run chaos`: real suites on sessions of every kind, while faults strike them, several in one run. The same seed strikes the same way again:
 * `npm run chaos -- --seed 7 --faults 300 --place embedded --kind "host killed"`. With `--minutes 10` no round
 * begins later than that. Ends with one line of JSON.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EMBEDDED, main, ROOT, run } from './lib/child.mjs';
import { setup, SetupError } from './setup.mjs';

const RESULTS = '.cache/chaos/rounds.json';
const LIMIT_MS = 3 * 3_600_000;

await main(async () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      faults: { type: 'string', default: '60' },
      place: { type: 'string', multiple: true, default: [] },
      kind: { type: 'string', multiple: true, default: [] },
      minutes: { type: 'string', default: '' },
    },
  });
  try {
    await setup();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return 1;
  }
  rmSync(join(ROOT, RESULTS), { force: true });
  console.log(`chaos: seed ${values.seed}, ${values.faults} faults`);
  const { code } = await run(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'chaos'],
    {
      show: true,
      limitMs: LIMIT_MS,
      env: {
        ...EMBEDDED,
        CHAOS_SEED: values.seed,
        CHAOS_FAULTS: values.faults,
        CHAOS_PLACES: values.place.join(),
        CHAOS_KINDS: values.kind.join(),
        CHAOS_MINUTES: values.minutes,
        CHAOS_RESULTS: join(ROOT, RESULTS),
      },
    },
  );
  const rounds = JSON.parse(readFileSync(join(ROOT, RESULTS), 'utf8'));
  const kinds = new Map();
  for (const { faults } of rounds)
    for (const { kind } of faults) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  console.log('\nsurvived, by kind:');
  for (const [kind, times] of [...kinds].sort())
    console.log(`  ${String(times).padStart(4)}  ${kind}`);
  const goneMs = Math.max(...rounds.map((round) => round.goneMs));
  console.log(`everything of a run was gone after its end within ${goneMs} ms`);
  const count = (what) => rounds.reduce((sum, round) => sum + round[what].length, 0);
  console.log(
    JSON.stringify({
      faults: count('faults'),
      kinds: kinds.size,
      leaked: count('leaked'),
      lost: count('lost'),
      unexplained: count('unexplained'),
    }),
  );
  return code ?? 1;
});
