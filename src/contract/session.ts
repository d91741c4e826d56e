/** A session as the API describes it, on the wire and in TypeScript. Start requests are in `start.ts`. */
import * as z from 'zod';

import { isRecord } from '../base/json';
import { camelize } from './naming';
import { MINUTE_MS, type Size } from './limits';
import { datetime, duration, formatDuration } from './values';

export {
  decodeStartRequest,
  encodeStartRequest,
  startRequestSchema,
  type StartRequestWire,
} from './start';
export type { StartOptions } from './start-options';

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

const nullableText = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const nullableInteger = z
  .int()
  .nullish()
  .transform((value) => value ?? null);
const count = z
  .int()
  .nullish()
  .transform((value) => value ?? 0);
const flag = (missing: boolean) =>
  z
    .boolean()
    .nullish()
    .transform((value) => value ?? missing);

/** A session in an answer. Only what every client requires is required; unknown fields are ignored. */
export const sessionResponseSchema = z.preprocess(
  idleFromOlderName,
  z.object({
    session_id: z.string().min(1),
    idle_timeout_minutes: z.int(),
    max_duration_minutes: z
      .int()
      .nullish()
      .transform((value) => value ?? 15),
    created_at: datetime,
    closed_at: datetime.nullish(),
    last_accessed_at: datetime,
    duration: duration.nullish(),
    status: z.enum(sessionStatuses),
    steps: z
      .array(z.looseObject({ type: z.string() }))
      .nullish()
      .transform((steps) => steps ?? []),
    error: nullableText,
    proxies: flag(false),
    browser_type: z
      .string()
      .nullish()
      .transform((value) => value ?? 'chromium'),
    use_file_storage: flag(false),
    network_request_bytes: count,
    network_response_bytes: count,
    user_agent: nullableText,
    viewport_width: nullableInteger,
    viewport_height: nullableInteger,
    headless: flag(true),
    solve_captchas: z
      .boolean()
      .nullish()
      .transform((value) => value ?? null),
    cdp_url: nullableText,
    playwright_url: nullableText,
    playwright_version: nullableText,
    downloads_path: nullableText,
    viewer_url: nullableText,
    web_bot_auth: flag(false),
    auth_ids: z
      .array(z.string())
      .nullish()
      .transform((ids) => ids ?? []),
    system_hidden: flag(false),
    idempotency_key: nullableText,
  }),
);

/** TypeScript's view of a parsed session. */
export function toSessionInfo(parsed: z.output<typeof sessionResponseSchema>): SessionInfo {
  const {
    session_id: id,
    viewport_width: width,
    viewport_height: height,
    duration: reported,
    closed_at: closed,
    idle_timeout_minutes: idleMinutes,
    max_duration_minutes: maxMinutes,
    browser_type: channel,
    ...rest
  } = parsed;
  const closedAt = closed ?? null;
  const durationMs =
    reported ?? Math.max(0, (closedAt?.getTime() ?? Date.now()) - rest.created_at.getTime());
  return {
    id,
    ...camelize(rest),
    closedAt,
    channel,
    idleTimeout: idleMinutes * MINUTE_MS,
    maxDuration: maxMinutes * MINUTE_MS,
    duration: durationMs,
    viewport: width === null || height === null ? null : { width, height },
  };
}

/** A session in an answer, as TypeScript sees it. */
export const sessionSchema = sessionResponseSchema.transform(toSessionInfo);

/** The answer that describes a session: every field is there, nulls included, in the order of the API. */
export function encodeSession(info: SessionInfo) {
  return {
    session_id: info.id,
    idle_timeout_minutes: info.idleTimeout / MINUTE_MS,
    max_duration_minutes: info.maxDuration / MINUTE_MS,
    created_at: datetime.encode(info.createdAt),
    closed_at: info.closedAt && datetime.encode(info.closedAt),
    last_accessed_at: datetime.encode(info.lastAccessedAt),
    duration: formatDuration(info.duration),
    status: info.status,
    steps: info.steps,
    error: info.error,
    proxies: info.proxies,
    browser_type: info.channel,
    use_file_storage: info.useFileStorage,
    network_request_bytes: info.networkRequestBytes,
    network_response_bytes: info.networkResponseBytes,
    user_agent: info.userAgent,
    viewport_width: info.viewport?.width ?? null,
    viewport_height: info.viewport?.height ?? null,
    headless: info.headless,
    solve_captchas: info.solveCaptchas,
    cdp_url: info.cdpUrl,
    playwright_url: info.playwrightUrl,
    playwright_version: info.playwrightVersion,
    downloads_path: info.downloadsPath,
    viewer_url: info.viewerUrl,
    web_bot_auth: info.webBotAuth,
    auth_ids: info.authIds,
    system_hidden: info.systemHidden,
    idempotency_key: info.idempotencyKey,
    timeout_minutes: info.idleTimeout / MINUTE_MS,
  };
}

/** Servers before the two timeouts were told apart send only `timeout_minutes`. */
function idleFromOlderName(body: unknown): unknown {
  return isRecord(body) ? { idle_timeout_minutes: body['timeout_minutes'], ...body } : body;
}
