/**
 * `npm test`: the set-up, then the quick stages. `npm test -- unit lint` runs only the named stages, `npm run test:all` every stage.
 * The output ends with the failures and the line `N passed, N failed`.
 */
import { EMBEDDED, main, run } from './lib/child.mjs';
import {
  clearReport,
  countStage,
  failuresOf,
  flakyOf,
  readReport,
  STAGES,
  stagesOf,
} from './lib/stages.mjs';
import { setup, setupLong, SetupError } from './setup.mjs';

/** The longest stage takes a bit more than half of this on two idle cores; what runs longer hangs. */
const STAGE_LIMIT_MS = 45 * 60_000;
/** Often enough that nobody takes a stage for dead, in milliseconds. */
const TICK_MS = 30_000;

await main(async () => {
  const stages = choose(process.argv.slice(2));
  const total = { passed: 0, failed: 0 };
  const failures = [];
  const flaky = [];
  try {
    await setup();
    if (stages.some(({ name }) => name === 'long')) await setupLong();
    // A static stage keeps one processor busy. Tests get the machine for themselves.
    const statics = stages.filter(({ isStatic }) => isStatic);
    const tests = stages.filter(({ isStatic }) => !isStatic).map((stage) => [stage]);
    for (const together of [statics, ...tests])
      for (const stage of await Promise.all(together.map(runStage))) {
        failures.push(...stage.failures);
        flaky.push(...stage.flaky);
        total.passed += stage.passed;
        total.failed += stage.failed;
      }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    total.failed += 1;
  }
  for (const line of flaky) console.log(`FLAKY   ${line}`);
  for (const line of failures) console.log(`FAILED  ${line}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
});

function choose(names) {
  const { stages, unknown } = stagesOf(names);
  if (stages) return stages;
  throw new SetupError(
    `There is no stage "${unknown}". Stages: ${STAGES.map((stage) => stage.name).join(', ')}, all.`,
  );
}

/** Runs a stage. Its output is shown, whole, only when something in it failed. */
async function runStage(stage) {
  clearReport(stage);
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  const onTick = ({ lastLine }) =>
    console.log(`      ${stage.name}: running, ${seconds()}${lastLine && `: ${lastLine}`}`);
  const result = await run(process.execPath, stage.args, {
    limitMs: STAGE_LIMIT_MS,
    tickMs: TICK_MS,
    onTick,
    env: EMBEDDED,
  });
  const report = readReport(stage);
  const counts = countStage(stage, { ...result, report });
  if (counts.failed > 0) console.log(`\n${result.output.trimEnd()}\n`);
  console.log(
    `${counts.failed > 0 ? 'FAIL' : 'ok  '}  ${stage.name.padEnd(12)} ${describe(stage, counts).padEnd(40)} ${seconds()}`,
  );
  return { ...counts, failures: failuresOf(stage, report, counts), flaky: flakyOf(stage, report) };
}

function describe(stage, { passed, failed, skipped, problem }) {
  const parts = stage.report
    ? [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`]
    : [];
  return [...parts, problem].filter(Boolean).join(', ');
}
