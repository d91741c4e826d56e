/** A session as the API describes it, on the wire and in TypeScript. Start requests are in `start.ts`. */
import * as z from 'zod';

import { camelize, snakify } from './naming';
import { MINUTE_MS, MINUTES, type Size } from './limits';
import { datetime, duration } from './values';
import { leftOut, orElse, orNull } from './wire';

export {
  decodeStartRequest,
  encodeStartRequest,
  startRequestSchema,
  type StartOptions,
} from './start';

/** `active`: running. `closed`: ended as asked. `error`: ended unexpectedly. `timed_out`: idle or old for too long. */
export const sessionStatuses = ['active', 'closed', 'error', 'timed_out'] as const;
/** `active` while it runs; then `closed` (it was stopped), `timed_out` (idle or too old) or `error` (its browser died). */
export type SessionStatus = (typeof sessionStatuses)[number];

/** One entry of a session's trajectory. */
export interface SessionStep {
  type: string;
  value?: unknown;
}

/** What the API says of a session. */
export interface SessionInfo {
  /** Its id, a UUID. */
  id: string;
  /** Whether it runs, or how it ended. */
  status: SessionStatus;
  /** When it was started. */
  createdAt: Date;
  /** When it ended; `null` while it runs. */
  closedAt: Date | null;
  /** When it was last used; the idle time counts from here. */
  lastAccessedAt: Date;
  /** How long it has run, in milliseconds. */
  duration: number;
  /** It ends after this time without use, in milliseconds. */
  idleTimeout: number;
  /** It ends after this time, used or not, in milliseconds. */
  maxDuration: number;
  /** What was done in it through the API, oldest first. Empty in lists. */
  steps: SessionStep[];
  /** Why it ended, if unexpectedly. */
  error: string | null;
  /** Whether its traffic goes through a proxy. */
  proxies: boolean;
  /** The build of Chromium that was asked for, such as `chromium`. */
  channel: string;
  /** Whether its actions can upload files, and what its pages download is kept. */
  useFileStorage: boolean;
  /** Bytes that its pages have sent over the network, in requests that have ended. WebSocket frames are not counted. */
  networkRequestBytes: number;
  /** Bytes that its pages have received. */
  networkResponseBytes: number;
  /** The `User-Agent` that was asked for; `null` for the browser's own. */
  userAgent: string | null;
  /** Size of its page; `null` when the API chose. */
  viewport: Size | null;
  /** Whether its browser runs without a window. */
  headless: boolean;
  /** Whether captchas are solved; `null` when the API does not say. */
  solveCaptchas: boolean | null;
  /** WebSocket URL of its browser. Whoever holds it drives the browser: keep it out of logs. */
  cdpUrl: string | null;
  /**
   * WebSocket URL for `chromium.connect()`: a Playwright server beside the browser, with which an action takes one round trip. Whoever
   * holds it drives the browser: keep it out of logs. `null` where the API has none; our own server has.
   */
  playwrightUrl: string | null;
  /** The version of Playwright that is spoken there, such as `1.65.1`: a client's must have the same first two numbers. `null` without one. */
  playwrightVersion: string | null;
  /**
   * Folder on the browser's machine for what a CDP client on another machine lets its pages download: `downloadPath` of
   * `Browser.setDownloadBehavior`. It goes when the last client leaves. `null` where the browser is not on the machine of the API, and
   * where the API does not say; our own server does.
   */
  downloadsPath: string | null;
  /** Page that shows it live. Holds a token: keep it out of logs. `null` once it ended. */
  viewerUrl: string | null;
  /** Whether requests are signed as those of a known bot. */
  webBotAuth: boolean;
  /** Ids of the managed logins that were applied. */
  authIds: string[];
  /** Started by the API for its own purposes. */
  systemHidden: boolean;
  /** The `Idempotency-Key` that its start came with, by which whoever lost the answer finds it; `null` without one, and where the API does not say. */
  idempotencyKey: string | null;
}

const step: z.ZodType<SessionStep> = z.looseObject({ type: z.string() });

/** A session in an answer. Only what every client requires is required; unknown fields are ignored. */
const answerSchema = z
  .object({
    session_id: z.string().min(1),
    idle_timeout_minutes: leftOut(z.int()),
    max_duration_minutes: orElse(z.int(), MINUTES.defaultDuration),
    created_at: datetime,
    closed_at: orNull(datetime),
    last_accessed_at: datetime,
    duration: leftOut(duration),
    status: z.enum(sessionStatuses),
    steps: orElse(z.array(step), []),
    error: orNull(z.string()),
    proxies: orElse(z.boolean(), false),
    browser_type: orElse(z.string(), 'chromium'),
    use_file_storage: orElse(z.boolean(), false),
    network_request_bytes: orElse(z.int(), 0),
    network_response_bytes: orElse(z.int(), 0),
    user_agent: orNull(z.string()),
    viewport_width: orNull(z.int()),
    viewport_height: orNull(z.int()),
    headless: orElse(z.boolean(), true),
    solve_captchas: orNull(z.boolean()),
    cdp_url: orNull(z.string()),
    playwright_url: orNull(z.string()),
    playwright_version: orNull(z.string()),
    downloads_path: orNull(z.string()),
    viewer_url: orNull(z.string()),
    web_bot_auth: orElse(z.boolean(), false),
    auth_ids: orElse(z.array(z.string()), []),
    system_hidden: orElse(z.boolean(), false),
    idempotency_key: orNull(z.string()),
    /** Servers before the two timeouts were told apart send only this one. */
    timeout_minutes: leftOut(z.int()),
  })
  .refine((it) => (it.idle_timeout_minutes ?? it.timeout_minutes) !== null, {
    path: ['idle_timeout_minutes'],
    error: 'Invalid input: expected int, received undefined',
  })
  .meta({
    required: ['session_id', 'idle_timeout_minutes', 'created_at', 'last_accessed_at', 'status'],
  });

type SessionAnswer = z.output<typeof answerSchema>;

/** A session in an answer, as TypeScript sees it. What is written has every field, nulls included. */
export const sessionSchema = z.codec(answerSchema, z.custom<SessionInfo>(), {
  decode: toSessionInfo,
  encode: toAnswer,
});

function toSessionInfo({
  session_id: id,
  idle_timeout_minutes: idleMinutes,
  timeout_minutes: olderIdleMinutes,
  max_duration_minutes: maxMinutes,
  browser_type: channel,
  viewport_width: width,
  viewport_height: height,
  duration: reported,
  ...rest
}: SessionAnswer): SessionInfo {
  const { created_at: createdAt, closed_at: closedAt } = rest;
  return {
    ...camelize(rest),
    ...{ id, channel },
    idleTimeout: (idleMinutes ?? olderIdleMinutes ?? 0) * MINUTE_MS,
    maxDuration: maxMinutes * MINUTE_MS,
    duration: reported ?? Math.max(0, (closedAt ?? new Date()).getTime() - createdAt.getTime()),
    viewport: width === null || height === null ? null : { width, height },
  };
}

function toAnswer(info: SessionInfo): SessionAnswer {
  const { id, idleTimeout, maxDuration, channel, viewport, ...rest } = info;
  return {
    ...snakify(rest),
    session_id: id,
    idle_timeout_minutes: idleTimeout / MINUTE_MS,
    timeout_minutes: idleTimeout / MINUTE_MS,
    max_duration_minutes: maxDuration / MINUTE_MS,
    browser_type: channel,
    viewport_width: viewport?.width ?? null,
    viewport_height: viewport?.height ?? null,
  };
}
