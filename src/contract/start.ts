/** The start request on the wire, and the way between it and `StartOptions`. */
import * as z from 'zod';

import { withoutNulls } from '../base/json';
import { exactly } from './exact';
import { describeIssues } from './issues';
import {
  ASPECT_RATIOS,
  BROWSER_TYPES,
  HEADER_NAME,
  HEADER_VALUE,
  MAX_AUTH_IDS,
  MAX_USER_AGENT_LENGTH,
  MAX_VIEWPORT_PX,
  MINUTE_MS,
  MINUTES,
  SCREENSHOT_TYPES,
} from './limits';
import { toCamelCase, toSnakeCase } from './naming';
import { decodeProxies, encodeProxies, proxiesSchema } from './proxies';
import {
  checkOptions,
  namesIn,
  readBody,
  refusedOptions,
  refuseUnknownOptions,
  wireNames,
} from './checks';
import type { StartOptions } from './start-options';
import { START_RULES, type StartRule } from './start-rules';
import { looseBoolean, positiveInteger, wholeMinutes } from './values';

/** Text that can stand in a header: no line ends, which would begin another one. */
const headerValue = z
  .string()
  .regex(HEADER_VALUE, { error: 'Invalid input: must not hold control characters' });

const fields = z.strictObject({
  headless: looseBoolean.optional(),
  solve_captchas: looseBoolean.optional(),
  max_duration_minutes: positiveInteger(MINUTES.maxDuration).optional(),
  idle_timeout_minutes: positiveInteger(MINUTES.maxIdle).optional(),
  /** Older name of `idle_timeout_minutes`. */
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
  aspect_ratio: z.enum(ASPECT_RATIOS).nullish(),
  cdp_url: z.string().nullish(),
  use_file_storage: looseBoolean.optional(),
  screenshot_type: z.enum(SCREENSHOT_TYPES).optional(),
  profile: z.strictObject({ id: z.string(), persist: looseBoolean.optional() }).nullish(),
  web_bot_auth: looseBoolean.optional(),
  extra_http_headers: z
    .record(
      z.string().regex(HEADER_NAME, { error: 'Invalid input: expected the name of a header' }),
      headerValue,
    )
    .nullish(),
  vault_id: z.string().nullish(),
  auth_ids: z.array(z.string()).max(MAX_AUTH_IDS).optional(),
  wait_for_authentication: looseBoolean.optional(),
});

type Fields = z.output<typeof fields>;

/** Rules that only the wire needs: a name of old, and a viewport that is two numbers there. */
const WIRE_RULES: readonly {
  at: keyof Fields;
  isBroken: (request: Fields) => boolean;
  message: StartRule['message'];
}[] = [
  {
    at: 'timeout_minutes',
    isBroken: (r) => isSet(r.idle_timeout_minutes) && isSet(r.timeout_minutes),
    message: (name) => `older name of ${name('idleTimeout')}; send one of the two`,
  },
  {
    at: 'viewport_width',
    isBroken: (r) => isSet(r.viewport_height) && !isSet(r.viewport_width),
    message: () => 'is required when the height is set',
  },
  {
    at: 'viewport_height',
    isBroken: (r) => isSet(r.viewport_width) && !isSet(r.viewport_height),
    message: () => 'is required when the width is set',
  },
];

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** A start request on the wire. Unknown fields are refused. */
export const startRequestSchema = fields.superRefine((request, context) => {
  const options = toOptions(request);
  const broken = [
    ...WIRE_RULES.filter(({ isBroken }) => isBroken(request)),
    ...START_RULES.filter(({ isBroken }) => isBroken(options)).map(({ at, message }) => ({
      at: wireName(at),
      message,
    })),
  ];
  for (const { at, message } of broken)
    context.addIssue({
      code: 'custom',
      path: [at],
      message: message(wireName),
      params: { message },
    });
});

/** A start request as JSON. */
export type StartRequestWire = z.input<typeof startRequestSchema>;

/** What has another shape on the wire: a viewport is two numbers there, which are checked there, and durations are minutes. */
const ownShape = z.looseObject({
  viewport: z.strictObject({ width: z.unknown(), height: z.unknown() }).partial().nullish(),
  maxDuration: wholeMinutes(MINUTES.maxDuration).optional(),
  idleTimeout: wholeMinutes(MINUTES.maxIdle).optional(),
});

/** Wire fields whose option has another name than the same one in camel case. */
const OPTION_OF: Readonly<Record<string, keyof StartOptions>> = {
  max_duration_minutes: 'maxDuration',
  idle_timeout_minutes: 'idleTimeout',
  browser_type: 'channel',
  chrome_args: 'args',
  extra_http_headers: 'extraHTTPHeaders',
};
const FIELD_OF: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(OPTION_OF).map(([field, option]) => [option, field]),
);
/** Every option of a start. */
export const OPTION_NAMES = [
  ...Object.keys(fields.shape)
    .filter((name) => name !== 'timeout_minutes' && !name.startsWith('viewport_'))
    .map(optionName),
  'viewport',
];

/**
 * The wire form of start options, without what is not set.
 * @throws {@link OptionsError} naming every wrong or unknown option
 */
export function encodeStartRequest(options: StartOptions): StartRequestWire {
  const what = 'Cannot start a session with these options';
  wireNames(what, options); // refuses what is no object, and names of the wire
  refuseUnknownOptions(what, options, OPTION_NAMES);
  checkOptions(what, ownShape, options);
  const { viewport, proxies, maxDuration, idleTimeout, ...rest } = options;
  const size = viewport ? { viewport_width: viewport.width, viewport_height: viewport.height } : {};
  const wire = withoutNulls({
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [wireName(name), value])),
    max_duration_minutes: maxDuration && maxDuration / MINUTE_MS,
    idle_timeout_minutes: idleTimeout && idleTimeout / MINUTE_MS,
    ...size,
    proxies: encodeProxies(proxies),
  }) as StartRequestWire;
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
  return toOptions(readBody('Invalid start request', startRequestSchema, body));
}

/** TypeScript's names and shapes for a request whose fields are allowed. A viewport is whole when one of its numbers is there. */
function toOptions(request: Fields): StartOptions {
  const {
    timeout_minutes: alias,
    viewport_width: width,
    viewport_height: height,
    proxies,
    ...rest
  } = withoutNulls(request) as Fields;
  const idleTimeout = rest.idle_timeout_minutes ?? alias;
  return {
    ...(Object.fromEntries(
      Object.entries(rest).map(([field, value]) => [optionName(field), value]),
    ) as StartOptions),
    ...(rest.max_duration_minutes !== undefined && {
      maxDuration: rest.max_duration_minutes * MINUTE_MS,
    }),
    ...(idleTimeout !== undefined && { idleTimeout: idleTimeout * MINUTE_MS }),
    ...(isSet(width) || isSet(height)
      ? { viewport: { width: width ?? 0, height: height ?? 0 } }
      : {}),
    ...(proxies === undefined ? {} : { proxies: decodeProxies(proxies) }),
  };
}

/** The names that may stand at a place in the options. */
function optionsAt(path: readonly PropertyKey[]): readonly string[] {
  return path.length === 0 ? OPTION_NAMES : namesIn(fields)(path);
}

/** The wire's name of an option; of a viewport, that of its width. */
function wireName(option: string): keyof Fields {
  return (
    option === 'viewport' ? 'viewport_width' : (FIELD_OF[option] ?? toSnakeCase(option))
  ) as keyof Fields;
}

/** TypeScript's name of a wire field. */
export function optionName(wireName: string): string {
  return (
    OPTION_OF[wireName] ?? toCamelCase(wireName.replace(/^viewport_(width|height)$/, 'viewport.$1'))
  );
}

function inOptionNames(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const write =
    issue.code === 'custom'
      ? (issue.params?.['message'] as StartRule['message'] | undefined)
      : undefined;
  return write ? { ...issue, message: write((option) => option) } : issue;
}
