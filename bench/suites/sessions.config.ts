/** The same configuration on sessions. */
import { defineConfig } from '@playwright/test';
import type { Recording } from 'sessionwright';
import { withSessions } from 'sessionwright/config';
import { read, settings } from './settings';

export default defineConfig(
  withSessions({
    ...settings,
    use: { ...settings.use, recording: read('BENCH_RECORDING') as Recording },
  }),
);
