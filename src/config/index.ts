/** Entry point `sessionwright/config`: `withSessions` adds what a run needs to a Playwright configuration, and replaces nothing of it. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlaywrightTestConfig, ReporterDescription } from '@playwright/test';
import { environment } from '../options/environment';
import { onTop, SUITE_OPTIONS } from '../options/project';
import { REPORTED } from '../options/reported';
import type { SessionOptions, SessionTestOptions, SessionWorkerOptions } from '../options/types';

/** What `withSessions` may be told about reports. */
export interface ReportOptions {
  /**
   * Folder of the run page, the story of the whole run in one HTML file: absolute, or relative to the configuration. `false`: none is
   * written. Clips and traces are linked into it, so that it can be moved or uploaded as a whole.
   * @default 'sessionwright-report'
   */
  runPage?: string | false;
  /**
   * The address by which that folder is found by those who read the reports (`http:` or `https:`), such as where a CI server shows the
   * artifacts of this job. Then the session of each test links into it.
   * @default none
   */
  runPageUrl?: string;
}

/** What a project's `use` may say: Playwright's options, ours, and the suite's own. */
type SuiteConfig<T, W> = PlaywrightTestConfig<
  T & Partial<SessionTestOptions>,
  W & Partial<SessionWorkerOptions>
>;

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
 * @param report - what is written about a run
 * @example export default defineConfig(withSessions({ testDir: 'tests' }, { idleTimeoutMinutes: 5 }))
 */
export function withSessions<T = object, W = object>(
  config: SuiteConfig<T, W>,
  options: SessionOptions = {},
  report: ReportOptions = {},
): SuiteConfig<T, W> {
  const base = onTop(options, sessionOptionsOf(config.use));
  return {
    ...config,
    globalSetup: [
      ...asArray(config.globalSetup).filter((path) => path !== beside('global-setup')),
      beside('global-setup'),
    ],
    reporter: withOurs(reporters(config.reporter), report),
    use: saying(config.use, base),
    ...(config.projects && { projects: config.projects.map((project) => withBase(project, base)) }),
  };
}

/** Playwright replaces an object option as a whole; a project that sets one field should keep the others. */
function withBase<P extends { use?: object }>(project: P, base: SessionOptions): P {
  const own = sessionOptionsOf(project.use);
  return own === undefined ? project : { ...project, use: saying(project.use, onTop(base, own)) };
}

/** Says it twice: another `use`, of a later part of `defineConfig` or of a file, replaces the options, and stands on top of what is kept beside. */
function saying(use: object | undefined, sessionOptions: SessionOptions): object {
  return { ...use, sessionOptions, [SUITE_OPTIONS]: sessionOptions, ...REPORTED };
}

function sessionOptionsOf(use: object | undefined): SessionOptions | undefined {
  return (use as Partial<SessionWorkerOptions> | undefined)?.sessionOptions;
}

/** Playwright uses `list`, or `dot` on CI, when no reporter is configured; having ours must not take that away. */
function reporters(configured: PlaywrightTestConfig['reporter']): ReporterDescription[] {
  if (configured === undefined) return [[environment.isCI ? 'dot' : 'list']];
  return typeof configured === 'string' ? [[configured]] : configured;
}

/** Ours comes first, and once: a configuration that names it, or was completed before, says what it is told. */
function withOurs(configured: ReporterDescription[], report: ReportOptions): ReporterDescription[] {
  const isOurs = ([name]: ReporterDescription): boolean =>
    name === 'sessionwright/reporter' || name === beside('reporter');
  const said = configured.filter(isOurs).map(([, options]) => options as ReportOptions);
  return [
    [beside('reporter'), Object.assign({}, ...said, report)],
    ...configured.filter((it) => !isOurs(it)),
  ];
}

function asArray<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A module of ours, by path: Playwright loads it from there in every process. */
function beside(name: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), `${name}.cjs`);
}

export type { SessionOptions, SessionTestOptions, SessionWorkerOptions } from '../options/types';
