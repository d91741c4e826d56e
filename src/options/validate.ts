/** Schemas of the options, and rules between options. Loads zod, so test workers must not import it. */
import * as z from 'zod';

import { isRecord } from '../base/json';
import { OptionsError } from '../contract/errors';
import type { Issue } from '../contract/issues';
import { MINUTE_MS, MINUTES } from '../contract/limits';
import { editDistance } from '../contract/naming';
import { findStartIssues, startOptionsSchema } from '../contract/start';
import type { StartOptions } from '../contract/session';
import {
  apiUrlSchema,
  cdpUrlSchema,
  check,
  checkEnvironment,
  gridUrlSchema,
  keepFailedSchema,
} from './environment-checks';
import { isHostPattern } from './host-pattern';
import { findConflicts } from './between-options';
import { cdpUrlOf, defaultMaxDurationMs, hasRemoteApi } from './source';
import type { SessionOptions, SessionTestOptions } from './types';

const filledText = z.string().regex(/\S/, { error: 'must not be empty' });
const size = (least: number, most: number) =>
  z.strictObject({ width: z.int().min(least).max(most), height: z.int().min(least).max(most) });

/** `sessionOptions`. Options of the session API are checked by the schema of a start request, too. */
export const sessionOptionsSchema = startOptionsSchema.extend({
  apiUrl: apiUrlSchema.optional(),
  apiKey: filledText.optional(),
  backend: z
    .union(
      [
        z.enum(['chromium', 'grid', 'cdp']),
        z.tuple([filledText]),
        z.tuple([filledText, z.record(z.string(), z.unknown())]),
      ],
      {
        error:
          "must be 'chromium', 'grid', 'cdp' or [module, options], such as ['./my-cloud.mjs', { region: 'eu' }]",
      },
    )
    .optional(),
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
  keepFailed: keepFailedSchema.optional(),
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
  const { maxDuration = defaultMaxDurationMs(options) } = start;
  const { idleTimeout = Math.min(MINUTES.maxIdle * MINUTE_MS, maxDuration) } = start;
  const solveCaptchas = start.solveCaptchas ?? false;
  return {
    ...start,
    idleTimeout,
    maxDuration,
    solveCaptchas: solveCaptchas ? false : solveCaptchas,
  };
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
