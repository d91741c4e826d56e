/**
 * Mutation tests of one module (`scripts/mutants.mjs` runs them all): each small change to its files must make one of its unit tests
 * fail. Texts of messages are mutated too: what a message names is what its reader needs. All that a run leaves lies in `.cache/mutants`.
 */

/** The modules that are all rules, and their files. The tests of each are `tests/unit/NAME`. */
export const MODULES = {
  cookies: ['src/cookies/**/*.ts'],
  contract: ['src/contract/**/*.ts', '!src/contract/operations{.ts,/**}'], // the table of calls is data: the server's contract tests read it
  options: ['src/options/**/*.ts'],
  host: ['src/host/{lease-state,leases}.ts'],
  recording: ['src/recording/retention.ts'],
  client: ['src/client/{retry-policy,redirect}.ts'],
};

const name = process.env['MUTATED_MODULE'] ?? 'cookies';
const folder = `.cache/mutants/${name}`;

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutants.config.ts' },
  mutate: MODULES[name],
  concurrency: 2,
  incremental: true,
  incrementalFile: `${folder}/incremental.json`,
  tempDirName: `${folder}/sandbox`,
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false },
  htmlReporter: { fileName: `${folder}/report.html` },
  jsonReporter: { fileName: `${folder}/report.json` },
  thresholds: { high: 95, low: 90, break: 90 },
  warnings: { slow: false }, // tables and schemas are read once, when a file is loaded: they must be mutated all the same
};
