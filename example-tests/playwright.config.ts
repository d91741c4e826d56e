/** An ordinary Playwright configuration. `withSessions` adds what sessions need, and takes nothing away. */
import { defineConfig } from '@playwright/test';
import { withSessions } from 'sessionwright/config';

export default defineConfig(
  withSessions({
    testDir: 'tests',
    fullyParallel: true,
    workers: 2, // each worker has a session of its own
    outputDir: 'results/artifacts',
    reporter: [
      ['list'],
      ['json', { outputFile: 'results/report.json' }],
      ['html', { outputFolder: 'results/html', open: 'never' }],
    ],
    use: { baseURL: process.env['SHOP_URL'], trace: 'retain-on-failure' },
    // The shop takes any free port and prints its URL; Playwright puts the named group into the environment, as SHOP_URL.
    webServer: { command: 'node app/server.mjs', wait: { stdout: /(?<shop_url>http:\/\/\S+)/ } },
  }),
);
