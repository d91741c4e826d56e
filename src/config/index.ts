/** Entry point `sessionwright/config`: `withSessions` adds what a run needs to a Playwright configuration, and replaces nothing of it. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlaywrightTestConfig, ReporterDescription } from '@playwright/test';
import { environment } from '../options/environment';
import type { SessionOptions } from '../options/types';

/** Any Playwright configuration; its own types are kept. */
type AnyConfig = Omit<PlaywrightTestConfig, 'use' | 'projects'> & { use?: { sessionOptions?: SessionOptions } & Record<string, unknown>; projects?: { use?: Record<string, unknown> }[] };

/**
 * Completes a configuration:
 * - the run's host is started before the tests, and wrong options end the run before any of them;
 * - our reporter comes first, so that each test's clip is written before the other reporters make their reports;
 * - `options` become the `sessionOptions` of every project; what `use` says there wins, field by field.
 *
 * Global set-up, reporters and `use` of the configuration stay, and it is not changed: a completed copy is returned.
 *
 * @param config - what you would give to `defineConfig`
 * @param options - session options for the whole suite
 * @example export default defineConfig(withSessions({ testDir: 'tests' }, { idleTimeoutMinutes: 5 }))
 */
export function withSessions<Config extends object>(config: Config, options: SessionOptions = {}): Config {
  const given = config as AnyConfig;
  const base = { ...options, ...given.use?.sessionOptions };
  const completed: AnyConfig = {
    ...given,
    globalSetup: [...asArray(given.globalSetup), beside('global-setup')],
    reporter: [[beside('reporter')], ...reporters(given.reporter)],
    use: { ...given.use, sessionOptions: base },
  };
  if (given.projects) completed.projects = given.projects.map((project) => withBase(project, base));
  return completed as Config;
}

/** Playwright replaces an object option as a whole; a project that sets one field should keep the others. */
function withBase<P extends { use?: Record<string, unknown> }>(project: P, base: SessionOptions): P {
  const own = project.use?.['sessionOptions'];
  return own === undefined ? project : { ...project, use: { ...project.use, sessionOptions: { ...base, ...(own as SessionOptions) } } };
}

/** Playwright uses `list`, or `dot` on CI, when no reporter is configured; having ours must not take that away. */
function reporters(configured: PlaywrightTestConfig['reporter']): ReporterDescription[] {
  if (configured === undefined) return [[environment.isCI ? 'dot' : 'list']];
  return typeof configured === 'string' ? [[configured]] : configured;
}

function asArray<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A module of ours, by path: Playwright loads it from there in every process. */
function beside(name: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), `${name}.cjs`);
}

export type { SessionOptions } from '../options/types';
export type { SessionTestOptions, SessionWorkerOptions } from './types';
