/** The tests that run against each mutant of a module (`stryker.config.mjs`): with a short time limit, since many mutants wait for ever. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [`tests/unit/${process.env['MUTATED_MODULE'] ?? 'cookies'}/**/*.test.ts`],
    testTimeout: 3_000,
  },
});
