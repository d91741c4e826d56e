/** Schemas of the options, and rules between options. Loads zod, so test workers must not import it. */
import * as z from 'zod';

import { isRecord } from '../base/json';
import { OptionsError } from '../contract/errors';
import type { Issue } from '../contract/issues';
import { MINUTE_MS, MINUTES } from '../contract/limits';
import { editDistance } from '../contract/naming';
import { findStartIssues, startOptionsSchema } from '../contract/start';
import type { StartOptions } from '../contract/session';
import { CLOUD_API_URL } from './defaults';
import { environment } from './environment';
import {
  apiUrlSchema,
  cdpUrlSchema,
  check,
  checkEnvironment,
  gridUrlSchema,
} from './environment-checks';
import { isHostPattern } from './host-pattern';
import { cdpUrlOf, gridUrlOf, hasRemoteApi, isCloud } from './source';
import type { SessionOptions, SessionTestOptions } from './types';

const filledText = z.string().regex(/\S/, { error: 'must not be empty' });
const size = (least: number, most: number) =>
  z.strictObject({ width: z.int().min(least).max(most), height: z.int().min(least).max(most) });

/** `sessionOptions`. Options of the session API are checked by the schema of a start request, too. */
export const sessionOptionsSchema = startOptionsSchema.extend({
  apiUrl: apiUrlSchema.optional(),
  apiKey: filledText.optional(),
  backend: z.enum(['chromium', 'grid', 'cdp']).optional(),
  gridUrl: gridUrlSchema.optional(),
  capabilities: z.record(z.string(), z.unknown()).optional(),
  cdpUrl: cdpUrlSchema.optional(),
  args: z.array(z.string().startsWith('--', 'must be a switch that begins with --')).optional(),
  sessionId: filledText.optional(),
  startTimeout: z.int().min(1000).max(1_800_000).optional(),
  maxSessions: z.int().min(1).max(10_000).optional(),
  transport: z.enum(['auto', 'playwright', 'cdp']).optional(),
  exposeNetwork: z
    .string()
    .refine(isHostPattern, {
      error: "must be hosts, separated by commas, such as '<loopback>' or '*.internal:8080'",
    })
    .optional(),
  executablePath: filledText.optional(),
} satisfies Partial<Record<keyof SessionOptions, z.ZodType>>);

const recordingMode = z.enum([
  'off',
  'on',
  'retain-on-failure',
  'on-first-retry',
  'on-all-retries',
  'retain-on-first-failure',
  'retain-on-failure-and-retries',
]);

/** The test options. */
export const testOptionsSchema = z.object({
  isolation: z
    .union(
      [
        z.enum(['context', 'session']),
        z.strictObject({ mode: z.literal('session'), keepState: z.boolean().optional() }),
      ],
      { error: "must be 'context', 'session' or { mode: 'session', keepState }" },
    )
    .optional(),
  cookieFile: filledText.regex(/[^/\\\0]$/, 'must be the path of a file').optional(),
  saveCookies: z.enum(['always', 'on-success', 'never']).optional(),
  recording: z
    .union(
      [
        recordingMode,
        z.strictObject({
          mode: recordingMode,
          size: size(16, 4096).optional(), // the largest side that the H.264 level in use can hold
          fps: z.int().min(1).max(60).optional(),
        }),
      ],
      {
        error: `must be one of ${recordingMode.options.map((mode) => `'${mode}'`).join(', ')}, or { mode, size, fps }`,
      },
    )
    .optional(),
  viewerLink: z.enum(['locked', 'open']).optional(),
} satisfies Record<keyof SessionTestOptions, z.ZodType>);

/**
 * Checks session options.
 * @param path - where they are set, for the message: `use.sessionOptions`
 * @throws {@link OptionsError} naming every wrong option, what is allowed and what it was
 */
export function validateSessionOptions(value: unknown, path: string): void {
  refuse(findSessionIssues(value, path));
}

/**
 * Checks the test options among some values, and ignores the others.
 * @throws {@link OptionsError} as {@link validateSessionOptions} does
 */
export function validateTestOptions(values: object, path: string): void {
  refuse(check(testOptionsSchema, values, path));
}

/**
 * Checks our options in the `use` of a project, and finds misspelled ones: Playwright accepts any name.
 * @throws {@link OptionsError} as {@link validateSessionOptions} does
 */
export function validateProjectUse(use: Readonly<Record<string, unknown>>, path: string): void {
  refuse([
    ...findMisspelled(Object.keys(use), path),
    ...(use['sessionOptions'] === undefined
      ? []
      : findSessionIssues(use['sessionOptions'], `${path}.sessionOptions`)),
    ...check(testOptionsSchema, use, path),
  ]);
}

/** Names that are one typing error away from one of our options. Names that differ more may be the suite's own options. */
function findMisspelled(names: readonly string[], path: string): Issue[] {
  const ours = ['sessionOptions', ...Object.keys(testOptionsSchema.shape)];
  const letters = (name: string): string => name.replace(/[_-]/g, '').toLowerCase();
  return names
    .filter((name) => !ours.includes(name))
    .flatMap((name) => {
      const nearest = ours.find((option) => editDistance(letters(name), letters(option)) <= 1);
      const message = `unknown option; did you mean "${nearest}"?`;
      return nearest === undefined ? [] : [{ path: `${path}.${name}`, message }];
    });
}

function findSessionIssues(value: unknown, path: string): Issue[] {
  const own = check(sessionOptionsSchema, value, path);
  if (!isRecord(value)) return own;
  const options = value as SessionOptions;
  const asked = Object.entries(options).filter(([name]) =>
    Object.hasOwn(startOptionsSchema.shape, name),
  );
  const cdpUrl = cdpUrlOf(options);
  const start = { ...Object.fromEntries(asked), ...(cdpUrl !== undefined && { cdpUrl }) };
  const ofStart = findStartIssues(asStarted(options, start))
    .map((issue) => ({ ...issue, path: `${path}.${issue.path}` }))
    .filter((issue) => !own.some((it) => it.path === issue.path));
  const issues = [...own, ...ofStart];
  if (issues.length > 0) return issues;
  return [
    ...checkEnvironment(options),
    ...findConflicts(options).map((issue) => ({ ...issue, path: `${path}.${issue.path}` })),
  ];
}

/** Embedded sessions have their own defaults, and never solve captchas. */
function asStarted(options: SessionOptions, start: StartOptions): StartOptions {
  if (hasRemoteApi(options)) return start;
  const { maxDuration = MINUTES.maxDuration * MINUTE_MS } = start;
  const { idleTimeout = Math.min(MINUTES.maxIdle * MINUTE_MS, maxDuration) } = start;
  const solveCaptchas = start.solveCaptchas ?? false;
  return {
    ...start,
    idleTimeout,
    maxDuration,
    solveCaptchas: solveCaptchas ? false : solveCaptchas,
  };
}

const NEEDS_CLOUD =
  'needs a session API that can do it; embedded sessions cannot. Set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl, or leave it out';
const BOTH_SOURCES =
  'asks for embedded sessions, but apiUrl or apiKey for remote ones; leave one of them out';

/** The facts that rules between options need. */
interface Facts extends SessionOptions {
  isRemote: boolean;
  isOnGrid: boolean;
  isOnCloud: boolean;
  namesApi: boolean;
}

/** What must hold between options that are valid by themselves. */
const RULES: readonly [at: string, isBroken: (facts: Facts) => boolean, message: string][] = [
  [
    'gridUrl',
    ({ backend, isOnGrid, namesApi }) => backend === 'grid' && !isOnGrid && !namesApi,
    "is missing: backend 'grid' needs the URL of a Selenium Grid. Set it, or SELENIUM_REMOTE_URL",
  ],
  [
    'gridUrl',
    ({ gridUrl, backend = 'grid', cdpUrl }) =>
      gridUrl !== undefined && (backend !== 'grid' || cdpUrl !== undefined),
    "needs the backend 'grid', and no cdpUrl",
  ],
  ['gridUrl', ({ gridUrl, namesApi }) => gridUrl !== undefined && namesApi, BOTH_SOURCES],
  [
    'capabilities',
    ({ capabilities, isOnGrid }) => capabilities !== undefined && !isOnGrid,
    'need a Selenium Grid. Set gridUrl, or leave them out',
  ],
  [
    'profile',
    ({ profile, isOnGrid }) => profile !== undefined && isOnGrid,
    'needs a browser that keeps its files, and those of a Selenium Grid do not. Use cookieFile or storageState, or leave it out',
  ],
  ['backend', ({ backend, namesApi }) => backend !== undefined && namesApi, BOTH_SOURCES],
  [
    'cdpUrl',
    ({ backend, cdpUrl }) => backend === 'cdp' && cdpUrl === undefined,
    "is missing: backend 'cdp' drives the browser behind it. Set it, or SESSIONWRIGHT_CDP_URL",
  ],
  [
    'cdpHeaders',
    ({ cdpHeaders, isOnCloud }) => cdpHeaders !== undefined && isOnCloud,
    "need a sessionwright server: the cloud's session API has no field for them. Set backend: 'cdp', or leave them out",
  ],
  [
    'backend',
    ({ backend, cdpUrl }) => backend === 'chromium' && cdpUrl !== undefined,
    "must be 'cdp' (or left out) with cdpUrl, got 'chromium'",
  ],
  ['solveCaptchas', (facts) => facts.solveCaptchas === true && !facts.isRemote, NEEDS_CLOUD],
  ['proxies', (facts) => hasCloudProxy(facts) && !facts.isRemote, NEEDS_CLOUD],
  [
    'transport',
    ({ transport, isRemote }) => transport === 'playwright' && !isRemote,
    "'playwright' needs a session server with a Playwright next to its browsers; embedded sessions are driven over CDP. Leave it out, or set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl",
  ],
  [
    'sessionId',
    ({ sessionId, isRemote }) => sessionId !== undefined && !isRemote,
    'is the id of a session of a session API, and none is configured. Set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl',
  ],
];

/** Options that have an effect on a session that already runs. */
const FOR_RUNNING: readonly string[] = [
  'apiUrl',
  'apiKey',
  'startTimeout',
  'maxSessions',
  'transport',
  'exposeNetwork',
];

function findConflicts(options: SessionOptions): Issue[] {
  const facts = {
    ...options,
    cdpUrl: cdpUrlOf(options),
    isRemote: hasRemoteApi(options),
    isOnGrid: gridUrlOf(options) !== undefined,
    isOnCloud:
      hasRemoteApi(options) && isCloud(options.apiUrl ?? environment.apiUrl ?? CLOUD_API_URL),
    namesApi: (options.apiUrl ?? options.apiKey) !== undefined,
  };
  const issues = RULES.filter(([, isBroken]) => isBroken(facts)).map(([path, , message]) => ({
    path,
    message,
  }));
  const shapesNoStart = Object.entries(options).every(
    ([name, value]) => value === undefined || [...FOR_RUNNING, 'sessionId'].includes(name),
  );
  if (options.sessionId !== undefined && !shapesNoStart)
    issues.push({
      path: 'sessionId',
      message: `excludes every option that shapes a start, because the session already runs. With it, only ${FOR_RUNNING.join(', ')} have an effect`,
    });
  return issues;
}

function hasCloudProxy({ proxies }: SessionOptions): boolean {
  return (
    proxies === true || (Array.isArray(proxies) && proxies.some(({ type }) => type !== 'external'))
  );
}

function refuse(issues: readonly Issue[]): void {
  const [first] = issues;
  if (!first) return;
  const lines = issues.map(({ path, message }) => `${path}: ${message}`);
  const message =
    lines.length === 1
      ? lines.join()
      : `${lines.length} options are wrong:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  throw new OptionsError(message, { path: first.path });
}
