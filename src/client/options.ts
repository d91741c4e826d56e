/** The options of a client and of a start, and their checks before any request. */
import * as z from 'zod';

import { MAX_TIMER_MS } from '../base/deadline';
import { checkOptions } from '../contract/checks';
import { AuthenticationError, OptionsError } from '../contract/errors';
import { MINUTE_MS } from '../contract/limits';
import type { SessionInfo, StartOptions } from '../contract/session';
import { startOptionsSchema } from '../contract/start';
import { CLOUD_API_URL, DEFAULT_START_TIMEOUT_MS } from '../options/defaults';
import { environment } from '../options/environment';
import type { OptionNames } from './api-errors';

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

/** One call, in milliseconds: what the cloud's own client allows. */
const DEFAULT_TIMEOUT_MS = 60_000;
/** Retries of a failed call: as many as the cloud's command line client makes. */
const DEFAULT_RETRIES = 3;
/** First wait, in milliseconds: half of what the cloud's command line client waits, because most APIs here are near. */
const DEFAULT_RETRY_DELAY_MS = 500;

const callback = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', {
  error: 'Invalid input: expected a function',
});
const whole = (least: number) => z.int().min(least).max(MAX_TIMER_MS);
const noCallback = (): undefined => undefined;

const clientSchema = z.strictObject({
  apiUrl: z.string().optional(),
  apiKey: z.unknown().optional(), // its messages depend on where it comes from
  timeout: whole(1).default(DEFAULT_TIMEOUT_MS),
  retries: whole(0).default(DEFAULT_RETRIES),
  retryDelay: whole(0).default(DEFAULT_RETRY_DELAY_MS),
  handleSignals: z.boolean().default(true),
  onStart: callback.default(() => noCallback),
  onStop: callback.default(() => noCallback),
  onWarning: callback.default(() => emitWarning),
});

/** The options of a start, with those that the client itself uses. */
const startSchema = startOptionsSchema.extend({
  cookieFile: z.string().min(1).optional(),
  startTimeout: whole(1).optional(),
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

/**
 * Fills in defaults, from the environment too.
 * @throws {@link AuthenticationError} without a key; {@link OptionsError} for a wrong or unknown option
 */
export function resolveClientOptions<Session>(
  options: OptionsOf<Session>,
): ResolvedClientOptions<Session> {
  const given = checkOptions('Cannot make a client with these options', clientSchema, options);
  const { timeout: timeoutMs, retryDelay: retryDelayMs, ...rest } = given;
  const names: OptionNames = {
    apiUrl: given.apiUrl === undefined ? environment.apiNames.apiUrl : 'apiUrl',
    apiKey: given.apiKey === undefined ? environment.apiNames.apiKey : 'apiKey',
  };
  const apiUrl = resolveApiUrl(given.apiUrl, names);
  const apiKey = requireKey(given.apiKey ?? environment.apiKey, { apiUrl, name: names.apiKey });
  return {
    ...rest,
    timeoutMs,
    retryDelayMs,
    names,
    apiUrl,
    apiKey,
  } as ResolvedClientOptions<Session>;
}

/**
 * Checks the options of a start that can be checked before anything is done. The others are checked when the request is made.
 * @returns the start timeout to use, in milliseconds
 * @throws {@link OptionsError}
 */
export function checkStartOptions(options: StartSessionOptions): number {
  checkOptions('Cannot start a session with these options', startSchema, options);
  return options.startTimeout ?? DEFAULT_START_TIMEOUT_MS;
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

/** It goes into a header; a line break at its end, from a file or a secret store, is the usual mistake. */
function requireKey(apiKey: unknown, { apiUrl, name }: { apiUrl: string; name: string }): string {
  if (typeof apiKey === 'string' && /^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  if (apiKey)
    throw new OptionsError(
      `${name} must be ASCII letters, digits and signs, without spaces and line breaks.`,
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

/** The base URL without a slash at its end, and without query and fragment. */
function parseApiUrl(text: string, source: string): string {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url)
    throw new OptionsError(
      `${source} is not the URL of a session API: ${withoutUserInfo(text)}. Write it with its scheme, such as https://api.notte.cc or http://127.0.0.1:8484.`,
      { path: source },
    );
  if (url.username || url.password)
    throw new OptionsError(
      `${source} must not contain a user or password; put the key into apiKey or SESSIONWRIGHT_API_KEY.`,
      { path: source },
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function withoutUserInfo(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^/]*@/, '//').replace(/[?#].*$/, ''));
}

function emitWarning({ code, message }: ClientWarning): void {
  process.emitWarning(message, {
    type: 'SessionwrightWarning',
    code: `SESSIONWRIGHT_${code.toUpperCase()}`,
  });
}
