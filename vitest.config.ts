import { defineConfig } from 'vitest/config';
import { bundledInTests } from './scripts/bundled.mjs';

/** Tiers: pure modules, one component with its real neighbours, whole Playwright runs; and the API as a whole: its contract, and everything wrong that can be sent to it. */
const tier = (name: string, options: object) => ({
  plugins: [bundledInTests],
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    env: { GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' }, // runs within tests are not what a job tells of
    expect: { poll: { timeout: 40_000, interval: 50 } }, // as tests/eventually.ts
    ...options,
  },
});

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      tier('unit', { testTimeout: 60_000 }),
      tier('integration', { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 }),
      tier('contract', { testTimeout: 60_000, hookTimeout: 60_000 }),
      tier('fuzz', { testTimeout: 120_000, hookTimeout: 60_000, fileParallelism: false }),
      tier('e2e', { testTimeout: 300_000, hookTimeout: 600_000, maxWorkers: 2 }),
      tier('grid', { testTimeout: 240_000, hookTimeout: 300_000, fileParallelism: false }),
      tier('chaos', { testTimeout: 3 * 3_600_000, disableConsoleIntercept: true }),
      tier('long', { testTimeout: 600_000, hookTimeout: 240_000, maxWorkers: 2 }),
    ],
  },
});
