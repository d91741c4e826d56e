/** The options of a client and of a start, and their checks before the first request. */
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

/** Options of a client. `S` is the type of its sessions. */
export interface OptionsOf<Session> {
  /**
   * Base URL of the session API, with its scheme.
   * @default `SESSIONWRIGHT_API_URL`, else `NOTTE_API_URL`, else the cloud
   */
  apiUrl?: string | undefined;
  /** Key of the session API. Keep it out of shared files. @default `SESSIONWRIGHT_API_KEY`, else `NOTTE_API_KEY` */
  apiKey?: string | undefined;
  /**
   * Timeout of one call with its retries and waits, in milliseconds. A start uses `startTimeout` instead.
   * @default 60000
   */
  timeout?: number | undefined;
  /**
   * Maximum number of retries of a failed call, where repeating it is safe. 0 turns retries off.
   * @default 3
   */
  retries?: number | undefined;
  /**
   * Wait before the first retry, in milliseconds. It doubles with each retry, up to 30 s, plus or minus a quarter. A longer
   * `Retry-After` wins. If it exceeds the remaining time of the call, the call fails at once.
   * @default 500
   */
  retryDelay?: number | undefined;
  /**
   * Whether to stop open sessions on SIGINT, SIGTERM and when the event loop is empty.
   * @default true
   */
  handleSignals?: boolean | undefined;
  /** Called when a session has started. A rejection stops the session and fails the start. */
  onStart?: ((session: Session) => unknown) | undefined;
  /** Called when this client has stopped a session. */
  onStop?: ((sessionId: string) => unknown) | undefined;
  /**
   * Called about problems that cannot be thrown: a session that may be left, or a failure while disposing.
   * @default process.emitWarning
   */
  onWarning?: ((warning: ClientWarning) => void) | undefined;
}

/** A problem that does not fail a call. */
export interface ClientWarning {
  /** `possible_orphan`: a start without an answer may have left a session. `stop_failed`: a session may still run. `cookies_not_saved`. */
  code: 'possible_orphan' | 'stop_failed' | 'cookies_not_saved';
  /** What happened, and what to do. */
  message: string;
  /** The sessions in question; empty if they are unknown. */
  sessionIds: string[];
  /** The cause, if there is one. */
  cause?: unknown;
}

/** Options of {@link SessionsClient.start}: those of the session, and those of the client. */
export interface StartSessionOptions extends StartOptions {
  /** File with a JSON array of cookies: loaded after the start of the session, saved before its stop. */
  cookieFile?: string | undefined;
  /**
   * Timeout of the start in milliseconds, with its retries and the wait for free capacity.
   * @default 120000
   */
  startTimeout?: number | undefined;
  /** Aborts the start at once. */
  signal?: AbortSignal | undefined;
  /** Called each time the API has no capacity (429, 503, 529), before the next try. */
  onFull?: (() => void) | undefined;
  /**
   * `Idempotency-Key` of all tries of this start: our server starts one session for them. Use each key once. If you save it before the
   * start, you find the session by it (`info.idempotencyKey`), even after this process was killed.
   * @default a random one
   */
  idempotencyKey?: string | undefined;
  /** Called after a start, successful or not, that may have left an unknown session. */
  onUnclear?: (() => void) | undefined;
}

/** Client options with all defaults. */
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

/** Timeout of a call, in milliseconds: that of the cloud's client. */
const DEFAULT_TIMEOUT_MS = 60_000;
/** Retries of a failed call: those of the cloud's command line client. */
const DEFAULT_RETRIES = 3;
/** First wait, in milliseconds: half of that of the cloud's command line client, because most APIs of our users are near. */
const DEFAULT_RETRY_DELAY_MS = 500;

const callback = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', {
  error: 'Invalid input: expected a function',
});
const whole = (least: number) => z.int().min(least).max(MAX_TIMER_MS);
const noCallback = (): undefined => undefined;

const clientSchema = z.strictObject({
  apiUrl: z.string().optional(),
  apiKey: z.unknown().optional(), // checked later: its messages depend on its source
  timeout: whole(1).default(DEFAULT_TIMEOUT_MS),
  retries: whole(0).default(DEFAULT_RETRIES),
  retryDelay: whole(0).default(DEFAULT_RETRY_DELAY_MS),
  handleSignals: z.boolean().default(true),
  onStart: callback.default(() => noCallback),
  onStop: callback.default(() => noCallback),
  onWarning: callback.default(() => emitWarning),
});

/** The options of a start, with those of the client. */
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
 * Adds defaults, from the environment too.
 * @throws {@link AuthenticationError} without a key; {@link OptionsError} for an invalid or unknown option
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
 * Checks the options of the client. The request checks the others.
 * @returns the start timeout, in milliseconds
 * @throws {@link OptionsError}
 */
export function checkStartOptions(options: StartSessionOptions): number {
  checkOptions('Cannot start a session with these options', startSchema, options);
  return options.startTimeout ?? DEFAULT_START_TIMEOUT_MS;
}

/** Describes how a session ended. */
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

/** The key becomes a header. The usual mistake is a line break at its end, from a file or a secret store. */
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

/** The cloud's URL is the default, unless the key belongs to the user's own server. */
function resolveApiUrl(option: string | undefined, names: OptionNames): string {
  const given = option ?? environment.apiUrl;
  if (given === undefined && names.apiKey === 'SESSIONWRIGHT_API_KEY')
    throw new OptionsError(
      'SESSIONWRIGHT_API_KEY is the key of your own server, and nothing names that server. Set SESSIONWRIGHT_API_URL, or pass apiUrl.',
      { path: 'apiUrl' },
    );
  return parseApiUrl(given ?? CLOUD_API_URL, names.apiUrl);
}

/** Returns the base URL without trailing slash, query and fragment. */
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
