/** The configuration that both sides share: two workers, nothing kept. The `BENCH_*` variables come from the benchmark. */
import type { PlaywrightTestConfig } from '@playwright/test';

/** Reads a variable that the benchmark sets. */
export function read(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set. Run: npm run bench`);
  return value;
}

export const settings = {
  testMatch: `${read('BENCH_SUITE')}.spec.ts`,
  outputDir: read('BENCH_OUTPUT'),
  fullyParallel: true,
  workers: 2,
  reporter: 'dot',
  use: { baseURL: read('BENCH_URL'), launchOptions: { executablePath: read('BENCH_CHROMIUM') } },
} satisfies PlaywrightTestConfig;
