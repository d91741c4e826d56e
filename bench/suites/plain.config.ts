/** Playwright Test as it is, with its own recording; the naive fixtures run under it too. */
import { defineConfig, type VideoMode } from '@playwright/test';
import { read, settings } from './settings';

export default defineConfig({
  ...settings,
  use: { ...settings.use, video: read('BENCH_RECORDING') as VideoMode },
});
