import { defineConfig } from 'vitest/config';

/** Three tiers: pure modules, one component with its real neighbours, whole Playwright runs. */
const tier = (name: string, options: object) => ({ test: { name, include: [`tests/${name}/**/*.test.ts`], ...options } });

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      tier('unit', { testTimeout: 10_000 }),
      tier('integration', { testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false }),
      tier('e2e', { testTimeout: 180_000, hookTimeout: 120_000, fileParallelism: false }),
    ],
  },
});
