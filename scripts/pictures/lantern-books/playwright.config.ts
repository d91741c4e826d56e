/** The run whose page is pictured in the documents: a small suite of the examples' shop, some of which fails on purpose. */
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { withSessions } from 'sessionwright/config';

const ROOT = join(import.meta.dirname, '../../..');

export default defineConfig(
  withSessions(
    {
      fullyParallel: true,
      workers: 3,
      retries: 1,
      timeout: 90_000, // machines that take pictures may be busy
      outputDir: join(ROOT, '.cache/pictures/results'),
      reporter: 'list',
      use: { baseURL: process.env['SHOP_URL'], trace: 'retain-on-failure' },
      webServer: {
        command: 'node ../../../example-tests/app/server.mjs',
        wait: { stdout: /(?<shop_url>http:\/\/\S+)/ },
      },
    },
    { runPage: process.env['RUN_PAGE'] ?? false },
  ),
);
