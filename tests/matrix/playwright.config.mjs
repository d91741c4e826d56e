/** The configuration of the suite that `npm run test:matrix` runs on each Playwright and Node. */
import { defineConfig } from '@playwright/test';
import { withSessions } from 'sessionwright/config';

export default defineConfig(
  withSessions({
    testDir: '.',
    workers: 1,
    reporter: [['json', { outputFile: 'report.json' }]],
    use: { trace: { mode: 'on', live: true }, baseURL: 'http://seams.test', locale: 'de-DE' },
  }),
);
