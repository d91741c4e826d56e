/** Vitest's global setup: tests run the sources, and need the files that pages and child processes load. */
import { resolve } from 'node:path';
import { build } from 'tsup';
import { whyBuild } from '../scripts/lib/freshness.mjs';
import { ASSETS } from '../tsup.config';

/** Builds them, unless the build is newer than all sources. */
export default async function buildAssets(): Promise<void> {
  if (whyBuild(resolve(import.meta.dirname, '..')) === undefined) return;
  await Promise.all(
    ASSETS.map(async (options) => build({ ...options, config: false, silent: true })),
  );
}
