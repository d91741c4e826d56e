/** Entry point `sessionwright/config`: `withSessions` extends a Playwright configuration and replaces nothing in it. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlaywrightTestConfig, ReporterDescription } from '@playwright/test';
import { OptionsError } from '../contract/errors';
import { environment } from '../options/environment';
import { onTop, SUITE_OPTIONS } from '../options/project';
import { REPORTED } from '../options/reported';
import type { SessionOptions, SessionTestOptions, SessionWorkerOptions } from '../options/types';

/** Options of `withSessions`. */
export interface WithSessionsOptions {
  /** Session options for the whole suite. What `use.sessionOptions` sets wins, field by field. @default {} */
  session?: SessionOptions;
  /**
   * Folder of the run page, one HTML file that shows the whole run: absolute, or relative to the configuration. `false` writes none.
   * The folder also contains the linked clips and traces, so you can move or upload it as a whole.
   * @default 'sessionwright-report'
   */
  runPage?: string | false;
  /**
   * The URL under which readers find that folder (`http:` or `https:`), such as a CI server's artifacts of this job. Each test's
   * session then links to it.
   * @default none
   */
  runPageUrl?: string;
}

/** A configuration with Playwright's options, ours, and the suite's own. */
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
 * @param config - as for `defineConfig`
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
      ...asArray(config.globalSetup).filter((path) => path !== ourModule('global-setup')),
      ourModule('global-setup'),
    ],
    reporter: withOurs(reporters(config.reporter), report),
    use: withOptions(config.use, base),
    ...(config.projects && { projects: config.projects.map((project) => withBase(project, base)) }),
  };
}

/** Names of the options. */
const NAMES = ['session', 'runPage', 'runPageUrl'];

/** An earlier form had session options as the second argument, and the others as the third. */
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

/** Merges the suite's options into a project's. Playwright would replace the object as a whole. */
function withBase<P extends { use?: object }>(project: P, base: SessionOptions): P {
  const own = sessionOptionsOf(project.use);
  return own === undefined
    ? project
    : { ...project, use: withOptions(project.use, onTop(base, own)) };
}

/** Sets the options twice. A later `use` may replace `sessionOptions`; then its options override those in `SUITE_OPTIONS`. */
function withOptions(use: object | undefined, sessionOptions: SessionOptions): object {
  return { ...use, sessionOptions, [SUITE_OPTIONS]: sessionOptions, ...REPORTED };
}

function sessionOptionsOf(use: object | undefined): SessionOptions | undefined {
  return (use as Partial<SessionWorkerOptions> | undefined)?.sessionOptions;
}

/** Without a configured reporter, Playwright uses `list`, or `dot` on CI. Adding ours must not change that. */
function reporters(configured: PlaywrightTestConfig['reporter']): ReporterDescription[] {
  if (configured === undefined) return [[environment.isCI ? 'dot' : 'list']];
  return typeof configured === 'string' ? [[configured]] : configured;
}

/** Puts our reporter first, and only once. If the configuration already contains it, its options are merged. */
function withOurs(
  configured: ReporterDescription[],
  report: Omit<WithSessionsOptions, 'session'>,
): ReporterDescription[] {
  const isOurs = ([name]: ReporterDescription): boolean =>
    name === 'sessionwright/reporter' || name === ourModule('reporter');
  const configuredOptions = configured
    .filter(isOurs)
    .map(([, options]) => options as WithSessionsOptions);
  return [
    [ourModule('reporter'), Object.assign({}, ...configuredOptions, report)],
    ...configured.filter((it) => !isOurs(it)),
  ];
}

function asArray<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The path of one of our modules. Playwright loads it in every process. */
function ourModule(name: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), `${name}.js`);
}

export type { SessionOptions, SessionTestOptions, SessionWorkerOptions } from '../options/types';
