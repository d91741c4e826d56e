import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** CI retries a failed browser test once, because its machine is shared. A test that passes then is listed as FLAKY at the end: a bug to look for. */
const retry = process.env['CI'] ? 1 : 0;

/** Slow tests stay next to related tests, and run in the tier `long`. */
const LONG = '.long.test.ts';

/** Servers that tests start in their own process run with a small heap: a larger one hides memory that grows with what clients send. In MB. */
const HEAP_MB = 300;
const execArgv = [`--max-old-space-size=${HEAP_MB}`];

/** Files of the tier `long` that take longest, though they are small. */
const LONGEST = ['isolation', 'far-suites', 'fewer-sessions', 'api-down'].map(
  (name) => `tests/long/${name}.test.ts`,
);

/** What the README promises, each promise once in a real browser. `npm test` runs these files of `tests/e2e`. */
const PROMISES = [
  'e2e/lifecycle', // sessions are kept after a failure, every test has its clip, nothing is left
  'e2e/run-page',
  'e2e/cli-sessions',
  'e2e/serve', // a self-hosted server
].map((name) => `tests/${name}.test.ts`);

/** Begins with those that take longest: the last one would run alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification): boolean =>
      LONGEST.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

/** Tiers: pure modules, one component with its real neighbors, whole Playwright runs; and the API as a whole: its contract, and everything wrong that can be sent to it. */
const tier = (name: string, options: object) => ({
  test: {
    name,
    globalSetup: 'tests/build-assets.ts',
    include: [`tests/${name}/**/*.test.ts`],
    exclude: [`**/*${LONG}`],
    env: { GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' }, // runs inside tests must not write to a job summary
    expect: { poll: { timeout: 40_000, interval: 50 } }, // as tests/eventually.ts
    ...options,
  },
});

export default defineConfig({
  test: {
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      tier('unit', { testTimeout: 60_000, isolate: false }), // what a process costs for each file is half of them
      tier('integration', {
        ...{ retry, execArgv },
        testTimeout: 120_000,
        hookTimeout: 120_000,
        maxWorkers: 2,
      }),
      tier('contract', { retry, testTimeout: 60_000, hookTimeout: 60_000 }),
      tier('fuzz', {
        ...{ retry, execArgv },
        testTimeout: 120_000,
        hookTimeout: 60_000,
        fileParallelism: false,
      }),
      tier('e2e', {
        exclude: [`**/*${LONG}`, ...PROMISES],
        retry,
        testTimeout: 300_000,
        hookTimeout: 600_000,
        maxWorkers: 2,
      }),
      tier('promises', {
        include: PROMISES,
        retry,
        testTimeout: 300_000,
        hookTimeout: 600_000,
        maxWorkers: 2,
      }),
      tier('grid', { retry, testTimeout: 600_000, hookTimeout: 300_000, fileParallelism: false }),
      tier('providers', { retry, testTimeout: 300_000, hookTimeout: 600_000 }),
      tier('hostile', { testTimeout: 3_600_000, disableConsoleIntercept: true }),
      tier('chaos', { testTimeout: 3 * 3_600_000, disableConsoleIntercept: true }),
      tier('long', {
        include: ['tests/long/**/*.test.ts', `tests/*/**/*${LONG}`],
        exclude: [],
        ...{ retry, execArgv },
        testTimeout: 600_000,
        hookTimeout: 600_000,
        maxWorkers: 3, // half of what they take is waiting, for what is to happen after a time
      }),
    ],
  },
});
