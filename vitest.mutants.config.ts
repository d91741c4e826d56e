/** The tests that run against each mutant (`stryker.config.mjs`): a short time limit, since many mutants wait for ever. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/unit/{cookies,contract,options,host,recording,client}/**/*.test.ts'],
    testTimeout: 3_000,
  },
});
