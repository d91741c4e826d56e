/** Start request: options in TypeScript, wire schema, and conversion. */
import * as z from 'zod';

import { withoutNulls } from '../base/json';
import { namesIn, readBody, refusedOptions } from './checks';
import { exactly } from './exact';
import { describeIssues, type Issue } from './issues';
import {
  BROWSER_TYPES,
  HEADER_NAME,
  HEADER_VALUE,
  MAX_ARGS_LENGTH,
  MAX_AUTH_IDS,
  MAX_USER_AGENT_LENGTH,
  MAX_VIEWPORT_PX,
  MINUTE_MS,
  MINUTES,
  type Size,
} from './limits';
import { toCamelCase, toSnakeCase } from './naming';
import { decodeProxies, encodeProxies, proxiesSchema, type ProxyOptions } from './proxies';
import { looseBoolean, positiveInteger, wholeMinutes } from './values';

/** Saved browser state: cookies, storage and cache. */
export interface ProfileOptions {
  /** Id of the profile, such as `notte-profile-0123456789abcdef`. */
  id: string;
  /**
   * Whether the session saves its state to the profile when it ends.
   * @default false
   */
  persist?: boolean | undefined;
}

/** Options of a new session. All are optional; the defaults are those of the session API. */
export interface StartOptions {
  /** Whether the browser is headless. @default true */
  headless?: boolean | undefined;
  /** Whether captchas are solved. @default true (our server cannot solve captchas) */
  solveCaptchas?: boolean | undefined;
  /**
   * Maximum duration of the session, in milliseconds: whole minutes from 60000 (1 minute) to 86400000 (1 day).
   * @default 900000 (15 minutes)
   */
  maxDuration?: number | undefined;
  /**
   * Idle timeout of the session, in milliseconds: whole minutes from 60000 (1 minute) to 1800000 (30 minutes), and at most
   * `maxDuration`.
   * @default 180000 (3 minutes)
   */
  idleTimeout?: number | undefined;
  /**
   * Proxies of the session. `true` selects the API's residential proxy.
   * @default false
   */
  proxies?: boolean | ProxyOptions[] | undefined;
  /** Build of Chromium. @default 'chromium' */
  channel?: (typeof BROWSER_TYPES)[number] | undefined;
  /** `User-Agent` of the session. @default that of the browser */
  userAgent?: string | undefined;
  /** Command line switches of the browser, instead of the API's. */
  args?: string[] | undefined;
  /** Size of the page, in CSS pixels (1 to 10000 each). With `null`, the API chooses. @default null */
  viewport?: Size | null | undefined;
  /** CDP WebSocket URL of an existing browser to use. Excludes `headless: false`, `userAgent`, `args` and `viewport`. */
  cdpUrl?: string | undefined;
  /** Headers of the WebSocket to `cdpUrl`. Secret. Our own server only. */
  cdpHeaders?: Record<string, string> | undefined;
  /** Whether its actions can upload files, and downloads are kept. @default true */
  useFileStorage?: boolean | undefined;
  /** Browser state to start from. With `persist`, the session saves it at its end. */
  profile?: ProfileOptions | undefined;
  /** Whether requests are signed as those of a known bot. Cloud only. @default false */
  webBotAuth?: boolean | undefined;
  /** Headers of all requests of its pages. */
  extraHTTPHeaders?: Record<string, string> | undefined;
  /** Id of a cloud vault whose credentials the session may use. */
  vaultId?: string | undefined;
  /** Managed logins: at most 10, without duplicates. */
  authIds?: string[] | undefined;
}

/** A header value without line breaks, which would start another header. */
const headerValue = z
  .string()
  .regex(HEADER_VALUE, { error: 'Invalid input: must not hold control characters' });

/** Names and values of headers. */
export const headersSchema = z.record(
  z.string().regex(HEADER_NAME, { error: 'Invalid input: expected the name of a header' }),
  headerValue,
);

const fields = z.strictObject({
  headless: looseBoolean.optional(),
  solve_captchas: looseBoolean.optional(),
  max_duration_minutes: positiveInteger(MINUTES.maxDuration).optional(),
  idle_timeout_minutes: positiveInteger(MINUTES.maxIdle).optional(),
  /** Former name of `idle_timeout_minutes`. */
  timeout_minutes: positiveInteger(MINUTES.maxIdle).optional(),
  proxies: proxiesSchema.optional(),
  browser_type: z.enum(BROWSER_TYPES).optional(),
  user_agent: headerValue.max(MAX_USER_AGENT_LENGTH).nullish(),
  chrome_args: z
    .array(
      z.string().regex(/^[^\0]*$/, { error: 'Invalid input: must not hold the character NUL' }),
    )
    .nullish(),
  viewport_width: positiveInteger(MAX_VIEWPORT_PX).nullish(),
  viewport_height: positiveInteger(MAX_VIEWPORT_PX).nullish(),
  aspect_ratio: z.enum(['5:4', '16:9']).nullish(),
  cdp_url: z.string().nullish(),
  /** An extension of our server: the cloud has no such field. */
  cdp_headers: headersSchema.nullish(),
  use_file_storage: looseBoolean.optional(),
  /** Has no effect on our server. */
  screenshot_type: z.enum(['raw', 'full', 'last_action']).optional(),
  profile: z.strictObject({ id: z.string(), persist: looseBoolean.optional() }).nullish(),
  web_bot_auth: looseBoolean.optional(),
  extra_http_headers: headersSchema.nullish(),
  vault_id: z.string().nullish(),
  auth_ids: z.array(z.string()).max(MAX_AUTH_IDS).optional(),
  /** Has no effect on our server. */
  wait_for_authentication: looseBoolean.optional(),
});

type Fields = z.output<typeof fields>;

const isSet = (value: unknown): boolean => value !== undefined && value !== null;
const NOT_WITH_CDP_URL = "has no effect on another provider's browser; leave it out";

/** Constraints between fields. */
const RULES: readonly [
  at: keyof Fields,
  isBroken: (request: Fields) => boolean,
  message: string,
][] = [
  [
    'timeout_minutes',
    (r) => isSet(r.idle_timeout_minutes) && isSet(r.timeout_minutes),
    'older name of idle_timeout_minutes; send one of the two',
  ],
  [
    'viewport_width',
    (r) => isSet(r.viewport_height) && !isSet(r.viewport_width),
    'is required when the height is set',
  ],
  [
    'viewport_height',
    (r) => isSet(r.viewport_width) && !isSet(r.viewport_height),
    'is required when the width is set',
  ],
  [
    'idle_timeout_minutes',
    (r) =>
      (r.idle_timeout_minutes ?? r.timeout_minutes ?? MINUTES.defaultIdle) >
      (r.max_duration_minutes ?? MINUTES.defaultDuration),
    `must be at most the maximum duration (defaults: ${MINUTES.defaultIdle} and ${MINUTES.defaultDuration} minutes); set both`,
  ],
  [
    'chrome_args',
    (r) => (r.chrome_args ?? []).join(' ').length > MAX_ARGS_LENGTH,
    `must be at most ${MAX_ARGS_LENGTH} characters long altogether`,
  ],
  [
    'aspect_ratio',
    (r) => isSet(r.aspect_ratio) && (isSet(r.viewport_width) || isSet(r.viewport_height)),
    'excludes a viewport size; set one of the two',
  ],
  [
    'solve_captchas',
    (r) =>
      ['chrome-nightly', 'chrome-turbo'].includes(r.browser_type ?? '') &&
      r.solve_captchas !== false &&
      (Array.isArray(r.proxies) ? r.proxies.length === 0 : r.proxies !== true),
    'this browser solves captchas only through a proxy; turn this off, or add a proxy',
  ],
  ['headless', (r) => isSet(r.cdp_url) && r.headless === false, NOT_WITH_CDP_URL],
  ['user_agent', (r) => isSet(r.cdp_url) && isSet(r.user_agent), NOT_WITH_CDP_URL],
  ['chrome_args', (r) => isSet(r.cdp_url) && isSet(r.chrome_args), NOT_WITH_CDP_URL],
  ['viewport_width', (r) => isSet(r.cdp_url) && isSet(r.viewport_width), NOT_WITH_CDP_URL],
  [
    'cdp_headers',
    (r) => isSet(r.cdp_headers) && !isSet(r.cdp_url),
    'are those of a CDP endpoint; set its URL, or leave them out',
  ],
  [
    'auth_ids',
    ({ auth_ids: ids = [] }) => new Set(ids).size !== ids.length,
    'each id may be given once',
  ],
];

/** A start request on the wire. Unknown fields are refused. */
export const startRequestSchema = fields.superRefine((request, context) => {
  for (const [at, isBroken, message] of RULES)
    if (isBroken(request)) context.addIssue({ code: 'custom', path: [at], message });
});

/** A start request as JSON. */
export type StartRequestWire = z.input<typeof startRequestSchema>;

/** Options whose name is not the field's in camelCase. */
const FIELD_OF: Readonly<Record<string, string>> = {
  maxDuration: 'max_duration_minutes',
  idleTimeout: 'idle_timeout_minutes',
  channel: 'browser_type',
  args: 'chrome_args',
  extraHTTPHeaders: 'extra_http_headers',
};
const OPTION_OF: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(FIELD_OF).map(([option, field]) => [field, option]),
);
/** Fields without an option: they have no effect on our server, or are aliases. */
const ONLY_ON_THE_WIRE = /^(timeout_minutes|viewport_.*|aspect_ratio|screenshot_type|wait_for_.*)$/;

const pixels = z.int().min(1).max(MAX_VIEWPORT_PX);

/** Schema of the options. Only options whose wire form differs are checked here; the wire schema checks the others. */
export const startOptionsSchema = z
  .strictObject({
    ...Object.fromEntries(
      Object.keys(fields.shape)
        .filter((field) => !ONLY_ON_THE_WIRE.test(field))
        .map((field) => [optionName(field), z.unknown()]),
    ),
    viewport: z.strictObject({ width: pixels, height: pixels }).nullable(),
    maxDuration: wholeMinutes(MINUTES.maxDuration),
    idleTimeout: wholeMinutes(MINUTES.maxIdle),
  })
  .partial();

/** Describes invalid options by the names that the caller used. */
export function findStartIssues(options: unknown): Issue[] {
  const own = startOptionsSchema.safeParse(options, { reportInput: true });
  if (!own.success) return describeIssues(own.error.issues, namesIn(startOptionsSchema));
  const wire = exactly(startRequestSchema).safeParse(toRequest(own.data), {
    reportInput: true,
  });
  return wire.success ? [] : describeIssues(wire.error.issues, namesIn(fields), optionName);
}

/**
 * Encodes start options for the wire, without unset fields.
 * @throws {@link OptionsError} names each invalid or unknown option
 */
export function encodeStartRequest(options: StartOptions): StartRequestWire {
  const issues = findStartIssues(options);
  if (issues.length > 0) throw refusedOptions('Cannot start a session with these options', issues);
  return toRequest(options);
}

/**
 * Decodes start options from a request body.
 * @throws {@link InvalidRequestError} (422) names each invalid or unknown field
 */
export function decodeStartRequest(body: unknown): StartOptions {
  const {
    timeout_minutes: olderIdle,
    idle_timeout_minutes: idle = olderIdle,
    max_duration_minutes: longest,
    viewport_width: width,
    viewport_height: height,
    aspect_ratio: shape,
    screenshot_type: _screenshot,
    wait_for_authentication: _wait,
    proxies,
    ...rest
  } = withoutNulls(readBody('Invalid start request', startRequestSchema, body)) as Fields;
  return withoutNulls({
    ...Object.fromEntries(Object.entries(rest).map(([field, value]) => [optionName(field), value])),
    maxDuration: longest && longest * MINUTE_MS,
    idleTimeout: idle && idle * MINUTE_MS,
    viewport: shape ? LARGEST[shape] : width && height ? { width, height } : undefined,
    proxies: proxies && decodeProxies(proxies),
  });
}

/** Page sizes with a width of 1280 pixels, as in the reference engine. */
const LARGEST: Readonly<Record<string, Size>> = {
  '16:9': { width: 1280, height: 720 },
  '5:4': { width: 1280, height: 1024 },
};

function toRequest(options: StartOptions): StartRequestWire {
  const { viewport, proxies, maxDuration, idleTimeout, ...rest } = options;
  return withoutNulls({
    ...Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [FIELD_OF[name] ?? toSnakeCase(name), value]),
    ),
    max_duration_minutes: maxDuration && maxDuration / MINUTE_MS,
    idle_timeout_minutes: idleTimeout && idleTimeout / MINUTE_MS,
    viewport_width: viewport?.width,
    viewport_height: viewport?.height,
    proxies: encodeProxies(proxies),
  });
}

/** Returns the TypeScript name of a wire field. */
export function optionName(field: string): string {
  return OPTION_OF[field] ?? toCamelCase(field.replace(/^viewport_(width|height)$/, 'viewport.$1'));
}
