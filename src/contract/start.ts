/** The start request: what a caller may ask of a new session, on the wire and in TypeScript. */
import * as z from 'zod';

import { withoutNulls } from '../base/json';
import { exactly } from './exact';
import { describeIssues } from './issues';
import { camelize, toCamelCase } from './naming';
import { decodeProxies, encodeProxies, proxiesSchema, type ProxyOptions } from './proxies';
import { checkOptions, namesIn, readBody, refusedOptions, wireNames } from './checks';
import { looseBoolean, positiveInteger } from './values';

/** Width and height in CSS pixels. */
export interface Size {
  /** In CSS pixels. */
  width: number;
  /** In CSS pixels. */
  height: number;
}

/** What a new session shall be like. Nothing is required; what is not set is left to the session API, whose defaults are named here. */
export interface StartOptions {
  /** Whether the browser runs without a window. @default true */
  headless?: boolean | undefined;
  /** Whether captchas are solved. @default true (our own server cannot solve captchas) */
  solveCaptchas?: boolean | undefined;
  /**
   * The session ends after so many minutes, used or not: 1 to 1440.
   * @default 15
   */
  maxDurationMinutes?: number | undefined;
  /**
   * The session ends when unused for so many minutes: 1 to 30, and at most `maxDurationMinutes`.
   * @default 3
   */
  idleTimeoutMinutes?: number | undefined;
  /**
   * `true` asks for the API's own residential proxy.
   * @default false
   */
  proxies?: boolean | ProxyOptions[] | undefined;
  /** Which build of Chromium runs. @default 'chromium' */
  browserType?: (typeof BROWSER_TYPES)[number] | undefined;
  /** The `User-Agent` of the whole session. @default the browser's own */
  userAgent?: string | undefined;
  /** Command line switches of the browser, in place of the API's own. */
  chromeArgs?: string[] | undefined;
  /** Size of the page; excludes `aspectRatio`. */
  viewport?: Size | null | undefined;
  /** The largest page of this shape; excludes `viewport`. */
  aspectRatio?: '5:4' | '16:9' | undefined;
  /** WebSocket URL of a browser to use instead of a new one. Excludes `headless: false`, `userAgent`, `chromeArgs` and `viewport`. */
  cdpUrl?: string | undefined;
  /** Whether its actions can upload files, and what its pages download is kept. @default true */
  useFileStorage?: boolean | undefined;
  /** Which screenshot the API keeps of each action. @default 'last_action' */
  screenshotType?: 'raw' | 'full' | 'last_action' | undefined;
  /** Browser state to start from; with `persist` it is saved back at the end. */
  profile?: { id: string; /** @default false */ persist?: boolean | undefined } | undefined;
  /** Whether requests are signed as those of a known bot. The cloud only. @default false */
  webBotAuth?: boolean | undefined;
  /** Headers that every request of a page carries. */
  extraHttpHeaders?: Record<string, string> | undefined;
  /** Id of a vault of the cloud whose credentials the session may use. */
  vaultId?: string | undefined;
  /** Managed logins to apply: at most 10, each once. */
  authIds?: string[] | undefined;
  /** Whether the start waits for the managed logins, and fails with them. @default true */
  waitForAuthentication?: boolean | undefined;
}

const BROWSER_TYPES = ['chromium', 'chrome', 'chrome-nightly', 'chrome-turbo'] as const;

/** One day: the API's longest session, in minutes. */
const MAX_DURATION_MINUTES = 1440;
/** The API's longest idle time, in minutes. */
const MAX_IDLE_MINUTES = 30;
/** What the API takes when a request does not say, in minutes. */
const DEFAULT_DURATION_MINUTES = 15;
const DEFAULT_IDLE_MINUTES = 3;

/** Largest width and height of a page, in CSS pixels: that of an 8K screen, twice. Chromium answers no more for pages that are much larger. */
const MAX_VIEWPORT_PX = 15_360;
/** Longest user agent, in characters: what common servers accept in all headers together. */
const MAX_USER_AGENT_LENGTH = 8_192;
/** Longest command line switches, in characters altogether: what Windows takes. */
const MAX_ARGS_LENGTH = 32_000;

/** Text that can stand in a header: no line ends, which would begin another one. */
const headerValue = z
  .string()
  .regex(/^[^\p{Cc}]*$/u, { error: 'Invalid input: must not hold control characters' });

const fields = z.strictObject({
  headless: looseBoolean.optional(),
  solve_captchas: looseBoolean.optional(),
  max_duration_minutes: positiveInteger(MAX_DURATION_MINUTES).optional(),
  idle_timeout_minutes: positiveInteger(MAX_IDLE_MINUTES).optional(),
  /** Older name of `idle_timeout_minutes`. */
  timeout_minutes: positiveInteger(MAX_IDLE_MINUTES).optional(),
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
  use_file_storage: looseBoolean.optional(),
  screenshot_type: z.enum(['raw', 'full', 'last_action']).optional(),
  profile: z.strictObject({ id: z.string(), persist: looseBoolean.optional() }).nullish(),
  web_bot_auth: looseBoolean.optional(),
  extra_http_headers: z
    .record(
      z
        .string()
        .regex(/^[!#$%&'*+.^_`|~\w-]+$/, { error: 'Invalid input: expected the name of a header' }),
      headerValue,
    )
    .nullish(),
  vault_id: z.string().nullish(),
  auth_ids: z.array(z.string()).max(10).optional(),
  wait_for_authentication: looseBoolean.optional(),
});

type Fields = z.output<typeof fields>;

/** One rule between fields: the field it is reported at, whether it is broken, and what to say (with the names of whoever reads it). */
interface StartRule {
  at: keyof Fields;
  broken: (request: Fields) => boolean;
  message: (name: (wireName: string) => string) => string;
}

const idleMinutes = (request: Fields) =>
  request.idle_timeout_minutes ?? request.timeout_minutes ?? DEFAULT_IDLE_MINUTES;
const isSet = (value: unknown) => value !== undefined && value !== null;

const RULES: readonly StartRule[] = [
  {
    at: 'timeout_minutes',
    broken: (r) => isSet(r.idle_timeout_minutes) && isSet(r.timeout_minutes),
    message: (n) => `older name of ${n('idle_timeout_minutes')}; send one of the two`,
  },
  {
    at: 'idle_timeout_minutes',
    broken: (r) => idleMinutes(r) > (r.max_duration_minutes ?? DEFAULT_DURATION_MINUTES),
    message: (n) =>
      `must be at most ${n('max_duration_minutes')} (defaults: ${DEFAULT_IDLE_MINUTES} idle, ${DEFAULT_DURATION_MINUTES} in all); set both`,
  },
  {
    at: 'chrome_args',
    broken: (r) => (r.chrome_args ?? []).join(' ').length > MAX_ARGS_LENGTH,
    message: () => `must be at most ${MAX_ARGS_LENGTH} characters long altogether`,
  },
  {
    at: 'viewport_width',
    broken: (r) => isSet(r.viewport_height) && !isSet(r.viewport_width),
    message: () => 'is required when the height is set',
  },
  {
    at: 'viewport_height',
    broken: (r) => isSet(r.viewport_width) && !isSet(r.viewport_height),
    message: () => 'is required when the width is set',
  },
  {
    at: 'aspect_ratio',
    broken: (r) => isSet(r.aspect_ratio) && (isSet(r.viewport_width) || isSet(r.viewport_height)),
    message: () => 'excludes a viewport size; set one of the two',
  },
  {
    at: 'solve_captchas',
    broken: (r) =>
      (r.browser_type === 'chrome-nightly' || r.browser_type === 'chrome-turbo') &&
      r.solve_captchas !== false &&
      !hasProxy(r),
    message: (n) =>
      `needs ${n('proxies')} with this ${n('browser_type')}; set ${n('solve_captchas')} to false, or add a proxy`,
  },
  {
    at: 'headless',
    broken: (r) => isSet(r.cdp_url) && r.headless === false,
    message: besideExternal,
  },
  {
    at: 'user_agent',
    broken: (r) => isSet(r.cdp_url) && isSet(r.user_agent),
    message: besideExternal,
  },
  {
    at: 'chrome_args',
    broken: (r) => isSet(r.cdp_url) && isSet(r.chrome_args),
    message: besideExternal,
  },
  {
    at: 'viewport_width',
    broken: (r) => isSet(r.cdp_url) && (isSet(r.viewport_width) || isSet(r.viewport_height)),
    message: besideExternal,
  },
  {
    at: 'auth_ids',
    broken: (r) => new Set(r.auth_ids).size !== (r.auth_ids?.length ?? 0),
    message: () => 'each id may be given once',
  },
];

/** A start request on the wire. Unknown fields are refused. */
export const startRequestSchema = fields.superRefine((request, context) => {
  for (const { at, broken, message } of RULES) {
    if (broken(request))
      context.addIssue({
        code: 'custom',
        path: [at],
        message: message((name) => name),
        params: { message },
      });
  }
});

/** A start request as JSON. */
export type StartRequestWire = z.input<typeof startRequestSchema>;

/** On the wire a viewport is two numbers, which are checked there. */
const viewportShape = z.looseObject({
  viewport: z.strictObject({ width: z.unknown(), height: z.unknown() }).partial().nullish(),
});

const FIELD_NAMES = Object.keys(fields.shape);
/** Every option of a start. */
export const OPTION_NAMES = [
  ...FIELD_NAMES.filter((name) => name !== 'timeout_minutes' && !name.startsWith('viewport_')),
  'viewport',
];

/**
 * The wire form of start options, without what is not set.
 * @throws {@link OptionsError} naming every wrong or unknown option
 */
export function encodeStartRequest(options: StartOptions): StartRequestWire {
  const what = 'Cannot start a session with these options';
  const { viewport, proxies, ...rest } = wireNames(what, options);
  checkOptions(what, viewportShape, options);
  const size = viewport ? { viewport_width: viewport.width, viewport_height: viewport.height } : {};
  const wire = withoutNulls({
    ...rest,
    ...size,
    ...(proxies === undefined ? {} : { proxies: encodeProxies(proxies) }),
  });
  const parsed = exactly(startRequestSchema).safeParse(wire, { reportInput: true });
  if (parsed.success) return wire;
  const issues = describeIssues(parsed.error.issues.map(inOptionNames), optionsAt, optionName);
  throw refusedOptions(what, issues);
}

/**
 * Start options from a request body.
 * @throws {@link InvalidRequestError} (422) naming every wrong or unknown field
 */
export function decodeStartRequest(body: unknown): StartOptions {
  const request = readBody('Invalid start request', startRequestSchema, body);
  const {
    timeout_minutes: alias,
    viewport_width: width,
    viewport_height: height,
    proxies,
    ...rest
  } = withoutNulls(request) as Fields;
  return {
    ...(camelize(rest) as StartOptions),
    ...(alias === undefined ? {} : { idleTimeoutMinutes: alias }),
    ...(isSet(width) && isSet(height) ? { viewport: { width, height } } : {}),
    ...(proxies === undefined ? {} : { proxies: decodeProxies(proxies) }),
  };
}

/** The names that may stand at a place in the options. */
function optionsAt(path: readonly PropertyKey[]): readonly string[] {
  return path.length === 0 ? OPTION_NAMES : namesIn(fields)(path);
}

function besideExternal(name: (wireName: string) => string): string {
  return `has no effect on another provider's browser; leave it out beside ${name('cdp_url')}`;
}

function hasProxy({ proxies }: Fields): boolean {
  return Array.isArray(proxies) ? proxies.length > 0 : proxies === true;
}

/** TypeScript's name of a wire field. */
function optionName(wireName: string): string {
  return wireName.startsWith('viewport_')
    ? `viewport.${wireName.slice('viewport_'.length)}`
    : toCamelCase(wireName);
}

function inOptionNames(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const write =
    issue.code === 'custom'
      ? (issue.params?.['message'] as StartRule['message'] | undefined)
      : undefined;
  return write ? { ...issue, message: write(optionName) } : issue;
}
