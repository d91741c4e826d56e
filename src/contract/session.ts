/** Session information of the API, on the wire and in TypeScript. `start.ts` has start requests. */
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

/** `active`: running. `closed`: stopped. `error`: ended unexpectedly. `timed_out`: exceeded its idle timeout or its maximum duration. */
export const sessionStatuses = ['active', 'closed', 'error', 'timed_out'] as const;
/** `active` at first; then `closed` (stopped), `timed_out` (idle timeout or maximum duration) or `error` (browser crash). */
export type SessionStatus = (typeof sessionStatuses)[number];

/** An entry of a session's trajectory. */
export interface SessionStep {
  type: string;
  value?: unknown;
}

/** Information about a session. */
export interface SessionInfo {
  /** The id, a UUID. */
  id: string;
  /** Status. */
  status: SessionStatus;
  /** Time of its start. */
  createdAt: Date;
  /** Time of its end; `null` while it is active. */
  closedAt: Date | null;
  /** Time of its last use, from which the idle timeout counts. */
  lastAccessedAt: Date;
  /** Duration so far, in milliseconds. */
  duration: number;
  /** Idle timeout, in milliseconds. */
  idleTimeout: number;
  /** Maximum duration, in milliseconds. */
  maxDuration: number;
  /** Actions through the API, oldest first. Empty in lists. */
  steps: SessionStep[];
  /** Reason of an unexpected end. */
  error: string | null;
  /** Whether its traffic goes through a proxy. */
  proxies: boolean;
  /** Requested build of Chromium, such as `chromium`. */
  channel: string;
  /** Whether its actions can upload files, and the downloads of its pages are kept. */
  useFileStorage: boolean;
  /** Bytes sent by its pages in finished requests, without WebSocket frames. */
  networkRequestBytes: number;
  /** Bytes received by its pages. */
  networkResponseBytes: number;
  /** Requested `User-Agent`; `null` for that of the browser. */
  userAgent: string | null;
  /** Size of its page; `null` if the API chose it. */
  viewport: Size | null;
  /** Whether the browser is headless. */
  headless: boolean;
  /** Whether captchas are solved; `null` if the API omits it. */
  solveCaptchas: boolean | null;
  /** CDP WebSocket URL of the browser. It gives full control over the browser: keep it out of logs. */
  cdpUrl: string | null;
  /**
   * WebSocket URL for `chromium.connect()`: a Playwright server on the browser's machine, so that an action takes one round trip. It gives
   * full control over the browser: keep it out of logs. Our server has one; `null` on other APIs.
   */
  playwrightUrl: string | null;
  /** Playwright version of that server, such as `1.65.1`; the client needs the same first two numbers. `null` without one. */
  playwrightVersion: string | null;
  /**
   * Folder on the browser's machine for downloads of remote CDP clients: `downloadPath` of `Browser.setDownloadBehavior`. It is removed
   * when the last client disconnects. `null` if the browser is not on the API's machine, and on APIs other than our server.
   */
  downloadsPath: string | null;
  /** Live view of the session; `null` after its end. Contains a token: keep it out of logs. */
  viewerUrl: string | null;
  /** Whether requests are signed as those of a known bot. */
  webBotAuth: boolean;
  /** Ids of its managed logins. */
  authIds: string[];
  /** Whether the API started it for its own purposes. */
  systemHidden: boolean;
  /** `Idempotency-Key` of its start, to find the session if the answer was lost; `null` without one, or if the API omits it. */
  idempotencyKey: string | null;
}

const step: z.ZodType<SessionStep> = z.looseObject({ type: z.string() });

/** A session in an answer. Fields that all clients need are required; unknown fields are ignored. */
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
    /** Servers from before there were two timeouts send only this one. */
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

/** Codec of a session in an answer. It writes all fields, including nulls. */
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
