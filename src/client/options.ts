/** What a client may be told, and the check of it before any request is made. */
import * as z from 'zod';

import { MAX_TIMER_MS } from '../base/deadline';
import { checkOptions, refuseUnknownOptions } from '../contract/checks';
import { AuthenticationError, OptionsError } from '../contract/errors';
import { MINUTE_MS } from '../contract/limits';
import type { SessionInfo, StartOptions } from '../contract/session';
import { nearestName } from '../contract/naming';
import { OPTION_NAMES } from '../contract/start';
import { CLOUD_API_URL, DEFAULT_START_TIMEOUT_MS } from '../options/defaults';
import { environment } from '../options/environment';
import type { OptionNames } from './api-errors';
import { callback } from './option-schemas';

/** Options of a client whose sessions are of this type. */
export interface OptionsOf<Session> {
  /**
   * Base URL of the session API, with its scheme.
   * @default `SESSIONWRIGHT_API_URL`, else `NOTTE_API_URL`, else the cloud
   */
  apiUrl?: string | undefined;
  /** Key of the session API. Keep it out of files that are shared. @default `SESSIONWRIGHT_API_KEY`, else `NOTTE_API_KEY` */
  apiKey?: string | undefined;
  /**
   * How long one call may take, tries and waits included, in milliseconds. A start has `startTimeout` for all of its tries.
   * @default 60000
   */
  timeout?: number | undefined;
  /**
   * How often a failed call is tried again, where that is safe. 0 turns it off.
   * @default 3
   */
  retries?: number | undefined;
  /**
   * Wait before the first new try, in milliseconds; doubled with each, at most 30 s, give or take a quarter. A longer
   * `Retry-After` wins, as far as the time of the call allows: an answer that asks for more is thrown at once.
   * @default 500
   */
  retryDelay?: number | undefined;
  /**
   * Whether sessions that are still open are stopped on SIGINT and SIGTERM and when the process has nothing left to do.
   * @default true
   */
  handleSignals?: boolean | undefined;
  /** Called once a session has started; a rejection stops the session and fails the start. */
  onStart?: ((session: Session) => unknown) | undefined;
  /** Called once a session has been stopped through this client. */
  onStop?: ((sessionId: string) => unknown) | undefined;
  /**
   * Called with what went wrong where no error can be thrown: a session that may have been left behind, a failure while disposing.
   * @default process.emitWarning
   */
  onWarning?: ((warning: ClientWarning) => void) | undefined;
}

/** Something that a caller should know of, and that fails no call. */
export interface ClientWarning {
  /** `possible_orphan`: a start that got no answer may have left a session. `stop_failed`: a session may still run. `cookies_not_saved`. */
  code: 'possible_orphan' | 'stop_failed' | 'cookies_not_saved';
  /** What happened, and what to do, for people. */
  message: string;
  /** The sessions in question; may be empty when they could not be found out. */
  sessionIds: string[];
  /** The error behind it, if there was one. */
  cause?: unknown;
}

/** Options of {@link SessionsClient.start}: what the session shall be like, and what the client does around it. */
export interface StartSessionOptions extends StartOptions {
  /** JSON array of cookies: given to the session after its start, and saved from it before its stop. */
  cookieFile?: string | undefined;
  /**
   * How long the start may take, tries and waiting for a free place included, in milliseconds.
   * @default 120000
   */
  startTimeout?: number | undefined;
  /** When aborted, the start is given up at once. */
  signal?: AbortSignal | undefined;
  /** Called whenever the API has no place for the session now (429, 503, 529), before the next try. */
  onFull?: (() => void) | undefined;
  /**
   * Key that all tries of the start carry, so that a server of ours makes one session of them; one key for each start. Whoever writes it
   * down beforehand finds the session by it (`info.idempotencyKey`), whatever happens to this process.
   * @default a random one
   */
  idempotencyKey?: string | undefined;
  /** Called when the start is over, with a session or without, and may have left one that this client does not know. */
  onUnclear?: (() => void) | undefined;
}

/** Client options with every default filled in. */
export interface ResolvedClientOptions<Session = never> {
  apiUrl: string;
  apiKey: string;
  names: OptionNames;
  timeoutMs: number;
  retries: number;
  retryDelayMs: number;
  handleSignals: boolean;
  onStart: (session: Session) => unknown;
  onStop: (sessionId: string) => unknown;
  onWarning: (warning: ClientWarning) => void;
}

/** What a client may be told. */
const NAMES: Record<keyof OptionsOf<unknown>, true> = {
  apiUrl: true,
  apiKey: true,
  timeout: true,
  retries: true,
  retryDelay: true,
  handleSignals: true,
  onStart: true,
  onStop: true,
  onWarning: true,
};

/** Those that are checked nowhere else. */
const clientSchema = z.looseObject({
  apiUrl: z.string().optional(),
  handleSignals: z.boolean().optional(),
  onStart: callback.optional(),
  onStop: callback.optional(),
  onWarning: callback.optional(),
});

/** What the client does around a start. */
const aroundStartSchema = z.looseObject({
  cookieFile: z.string().min(1).optional(),
  startTimeout: z.number().optional(),
  signal: z.instanceof(AbortSignal).optional(),
  onFull: callback.optional(),
  idempotencyKey: z
    .string()
    .regex(
      /^[\x21-\x7e]{1,255}$/,
      'must be 1 to 255 ASCII letters, digits and signs, without spaces',
    )
    .optional(),
  onUnclear: callback.optional(),
});

/** One call, in milliseconds: what the cloud's own client allows. */
const DEFAULT_TIMEOUT_MS = 60_000;
/** New tries of a failed call: what the cloud's command line client makes. */
const DEFAULT_RETRIES = 3;
/** First wait, in milliseconds: half of what the cloud's command line client waits, since most APIs here are near. */
const DEFAULT_RETRY_DELAY_MS = 500;

/**
 * Fills in defaults, from the environment too.
 * @throws {@link AuthenticationError} without a key; {@link OptionsError} for an unknown option, and for an URL, a key or a number that cannot be used
 */
export function resolveClientOptions<Session>(
  options: OptionsOf<Session>,
): ResolvedClientOptions<Session> {
  refuseUnknown(options);
  checkOptions('Cannot make a client with these options', clientSchema, options);
  const names = namesOf(options);
  const apiUrl = resolveApiUrl(options.apiUrl, names);
  const {
    timeout: timeoutMs = DEFAULT_TIMEOUT_MS,
    retries = DEFAULT_RETRIES,
    retryDelay: retryDelayMs = DEFAULT_RETRY_DELAY_MS,
    handleSignals = true,
  } = options;
  return {
    apiUrl,
    apiKey: requireKey(options.apiKey ?? environment.apiKey, { apiUrl, name: names.apiKey }),
    names,
    handleSignals,
    timeoutMs: checkNumber('timeout', timeoutMs, 1),
    retries: checkNumber('retries', retries, 0),
    retryDelayMs: checkNumber('retryDelay', retryDelayMs, 0),
    onStart: options.onStart ?? nothing,
    onStop: options.onStop ?? nothing,
    onWarning: options.onWarning ?? emitWarning,
  };
}

/**
 * Checks what can be told of a start's options before anything is done; the rest is checked when they are put on the wire.
 * @throws {@link OptionsError}
 */
export function checkStartOptions(options: StartSessionOptions): void {
  const what = 'Cannot start a session with these options';
  checkOptions(what, aroundStartSchema, options);
  const known = [...OPTION_NAMES, ...Object.keys(aroundStartSchema.shape)];
  refuseUnknownOptions(what, options, known);
}

/** The start timeout to use. */
export function resolveStartTimeout(startTimeout: number | undefined): number {
  return checkNumber('startTimeout', startTimeout ?? DEFAULT_START_TIMEOUT_MS, 1);
}

/** The reason that a session gives for its end, in words. */
export function describeEnd(info: SessionInfo): string {
  const since = info.closedAt ? ` at ${info.closedAt.toISOString()}` : '';
  const how = {
    active: 'is still active',
    closed: `was stopped${since}`,
    error: `ended unexpectedly${since}`,
    timed_out: `timed out${since}`,
  }[info.status];
  const limits =
    info.status === 'timed_out'
      ? ` (limits: ${info.idleTimeout / MINUTE_MS} min idle, ${info.maxDuration / MINUTE_MS} min in all)`
      : '';
  return `${how}${limits}${info.error ? `: ${info.error}` : ''}`;
}

/** Whatever was not passed comes from the environment. */
function namesOf(options: {
  apiUrl?: string | undefined;
  apiKey?: string | undefined;
}): OptionNames {
  return {
    apiUrl: options.apiUrl === undefined ? environment.apiNames.apiUrl : 'apiUrl',
    apiKey: options.apiKey === undefined ? environment.apiNames.apiKey : 'apiKey',
  };
}

function refuseUnknown(options: object): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, Object.keys(NAMES));
  throw new OptionsError(
    `${unknown} is no option of a client; ${nearest === undefined ? `known are ${Object.keys(NAMES).join(', ')}` : `did you mean '${nearest}'?`}`,
    { path: unknown },
  );
}

/** It goes into a header; a line break at its end, from a file or a secret store, is the usual mistake. */
function requireKey(apiKey: unknown, { apiUrl, name }: { apiUrl: string; name: string }): string {
  if (typeof apiKey === 'string' && /^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  if (apiKey)
    throw new OptionsError(
      `${name} must be a text of ASCII letters, digits and signs, without spaces and line breaks.`,
      { path: 'apiKey' },
    );
  const message = `There is no key for the session API ${apiUrl}. Set ${name === 'apiKey' ? environment.apiNames.apiKey : name}, or pass apiKey.`;
  throw new AuthenticationError(message, { code: 'unauthorized', method: '', path: '' });
}

/** The cloud's URL is the default, unless the key is that of the user's own server. */
function resolveApiUrl(option: string | undefined, names: OptionNames): string {
  const given = option ?? environment.apiUrl;
  if (given === undefined && names.apiKey === 'SESSIONWRIGHT_API_KEY')
    throw new OptionsError(
      'SESSIONWRIGHT_API_KEY is the key of your own server, and nothing names that server. Set SESSIONWRIGHT_API_URL, or pass apiUrl.',
      { path: 'apiUrl' },
    );
  return parseApiUrl(given ?? CLOUD_API_URL, names.apiUrl);
}

/** The base URL without a slash at its end. Its query and fragment mean nothing, and are left out. */
function parseApiUrl(text: string, source: string): string {
  const example =
    'Write it with its scheme, such as https://api.notte.cc or http://127.0.0.1:8484.';
  const url = /^https?:\/\//i.test(text) ? tryParse(text) : undefined;
  if (!url)
    throw new OptionsError(
      `${source} is no URL of a session API: ${withoutUserInfo(text)}. ${example}`,
      { path: source },
    );
  if (url.username || url.password)
    throw new OptionsError(
      `${source} must not hold a user or password; the key goes into apiKey or SESSIONWRIGHT_API_KEY.`,
      { path: source },
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function tryParse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function withoutUserInfo(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^/]*@/, '//').replace(/[?#].*$/, ''));
}

function checkNumber(path: string, value: number, minimum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= MAX_TIMER_MS) return value;
  throw new OptionsError(
    `${path} must be a whole number from ${minimum} to ${MAX_TIMER_MS}, not ${String(value)}.`,
    { path },
  );
}

function nothing(): void {}

function emitWarning({ code, message }: ClientWarning): void {
  process.emitWarning(message, {
    type: 'SessionwrightWarning',
    code: `SESSIONWRIGHT_${code.toUpperCase()}`,
  });
}
