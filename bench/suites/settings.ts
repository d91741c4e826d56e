/** The configuration that both sides share. The `BENCH_*` variables come from the benchmark. */
import type { PlaywrightTestConfig } from '@playwright/test';

/** Reads a variable that the benchmark sets. */
export function read(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set. Run: npm run bench`);
  return value;
}

/** Whether the benchmark reads when each test began: only then is there a second reporter. */
const isReported = read('BENCH_REPORT') !== '';

export const settings = {
  testMatch: `${read('BENCH_SUITE')}.spec.ts`,
  outputDir: read('BENCH_OUTPUT'),
  fullyParallel: true,
  workers: Number(read('BENCH_WORKERS')),
  repeatEach: Number(read('BENCH_REPEATS')),
  reporter: [
    ['dot'],
    ...(isReported ? [['json', { outputFile: read('BENCH_REPORT') }] as const] : []),
  ],
  use: { baseURL: read('BENCH_URL'), launchOptions: { executablePath: read('BENCH_CHROMIUM') } },
} satisfies PlaywrightTestConfig;
