/**
 * Mutation tests (`npm run test:mutants`): each small change to the modules below must make a unit test fail. Everything that a run
 * leaves lies in `.cache/mutants`. Texts of messages are mutated too: what a message names is what its reader needs.
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutants.config.ts' },
  mutate: [
    'src/cookies/**/*.ts',
    'src/contract/**/*.ts',
    'src/options/**/*.ts',
    'src/host/slots.ts',
    'src/recording/retention.ts',
    'src/client/{retry-policy,redirect}.ts',
  ],
  concurrency: 2,
  incremental: true,
  incrementalFile: '.cache/mutants/incremental.json',
  tempDirName: '.cache/mutants/sandbox',
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false },
  htmlReporter: { fileName: '.cache/mutants/report.html' },
  jsonReporter: { fileName: '.cache/mutants/report.json' },
  thresholds: { high: 95, low: 90, break: 90 },
};
