/** Entry point `sessionwright/config`: `withSessions` adds what a run needs to a Playwright configuration, and replaces nothing of it. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlaywrightTestConfig, ReporterDescription } from '@playwright/test';
import { OptionsError } from '../contract/errors';
import { environment } from '../options/environment';
import { onTop, SUITE_OPTIONS } from '../options/project';
import { REPORTED } from '../options/reported';
import type { SessionOptions, SessionTestOptions, SessionWorkerOptions } from '../options/types';

/** What `withSessions` adds to a configuration. */
export interface WithSessionsOptions {
  /** Session options for the whole suite. What `use.sessionOptions` sets wins, field by field. @default {} */
  session?: SessionOptions;
  /**
   * Folder of the run page, one HTML file that shows the whole run: absolute, or relative to the configuration. With `false` none is
   * written. The folder contains linked clips and traces too, so you can move or upload it as a whole.
   * @default 'sessionwright-report'
   */
  runPage?: string | false;
  /**
   * The URL of that folder for readers of the reports (`http:` or `https:`), such as where a CI server shows the artifacts of this
   * job. Each test's session then links to it.
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
 * - It starts the run's host before the tests, and validates options before the first test.
 * - It puts our reporter first, so that each test's clip is written before the other reporters write their reports.
 * - `session` becomes the `sessionOptions` of every project.
 *
 * Global set-up, reporters and `use` of the configuration stay. The function returns a copy and does not change `config`.
 *
 * @param config - what you would give to `defineConfig`
 * @throws {@link OptionsError} for an unknown option
 * @example export default defineConfig(withSessions({ testDir: 'tests' }, { session: { idleTimeout: 300_000 } }))
 */
export function withSessions<T = object, W = object>(
  config: SuiteConfig<T, W>,
  options: WithSessionsOptions = {},
  ...others: never[]
): SuiteConfig<T, W> {
  refuseOldForm(options, others);
  const { session = {}, ...report } = options;
  const base = onTop(session, sessionOptionsOf(config.use));
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

/** Names of the options. */
const NAMES = ['session', 'runPage', 'runPageUrl'];

/** Session options once were the second argument, and the others the third. */
function refuseOldForm(options: object, others: readonly unknown[]): void {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  const problem =
    unknown === undefined
      ? others.length > 0 && 'withSessions() takes two arguments.'
      : `${unknown} is not an option of withSessions().`;
  if (problem)
    throw new OptionsError(
      `${problem} Write withSessions(config, { session, runPage, runPageUrl }), with session options in "session".`,
      { path: unknown ?? 'withSessions' },
    );
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
function withOurs(
  configured: ReporterDescription[],
  report: Omit<WithSessionsOptions, 'session'>,
): ReporterDescription[] {
  const isOurs = ([name]: ReporterDescription): boolean =>
    name === 'sessionwright/reporter' || name === beside('reporter');
  const said = configured.filter(isOurs).map(([, options]) => options as WithSessionsOptions);
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
  return join(dirname(fileURLToPath(import.meta.url)), `${name}.js`);
}

export type { SessionOptions, SessionTestOptions, SessionWorkerOptions } from '../options/types';
