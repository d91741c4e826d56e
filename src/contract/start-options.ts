/** What a caller may ask of a new session, as types: the one place that tells it. */
import type { ASPECT_RATIOS, BROWSER_TYPES, SCREENSHOT_TYPES, Size } from './limits';
import type { ProxyOptions } from './proxies';

/** Browser state that outlives a session: cookies, storage and cache. */
export interface ProfileOptions {
  /** The profile's id, such as `notte-profile-0123456789abcdef`. */
  id: string;
  /**
   * Whether the session's state is saved to the profile when the session ends.
   * @default false
   */
  persist?: boolean | undefined;
}

/** What a new session shall be like. Nothing is required; what is not set is left to the session API, whose defaults are named here. */
export interface StartOptions {
  /** Whether the browser runs without a window. @default true */
  headless?: boolean | undefined;
  /** Whether captchas are solved. @default true (our own server cannot solve captchas) */
  solveCaptchas?: boolean | undefined;
  /**
   * The session ends after this time, used or not, in milliseconds: whole minutes from 60000 (1 minute) to 86400000 (1 day).
   * @default 900000 (15 minutes)
   */
  maxDuration?: number | undefined;
  /**
   * The session ends after this time without use, in milliseconds: whole minutes from 60000 (1 minute) to 1800000 (30 minutes), and at
   * most `maxDuration`.
   * @default 180000 (3 minutes)
   */
  idleTimeout?: number | undefined;
  /**
   * `true` asks for the API's own residential proxy.
   * @default false
   */
  proxies?: boolean | ProxyOptions[] | undefined;
  /** Which build of Chromium runs. @default 'chromium' */
  channel?: (typeof BROWSER_TYPES)[number] | undefined;
  /** The `User-Agent` of the whole session. @default the browser's own */
  userAgent?: string | undefined;
  /** Command line switches of the browser, in place of the API's own. */
  args?: string[] | undefined;
  /** Size of the page, in CSS pixels (1 to 10000 each); excludes `aspectRatio`. `null` leaves it to the API. @default null */
  viewport?: Size | null | undefined;
  /** The largest page of this shape; excludes `viewport`. */
  aspectRatio?: (typeof ASPECT_RATIOS)[number] | undefined;
  /** WebSocket URL of a browser to use instead of a new one. Excludes `headless: false`, `userAgent`, `args` and `viewport`. */
  cdpUrl?: string | undefined;
  /** Whether its actions can upload files, and what its pages download is kept. @default true */
  useFileStorage?: boolean | undefined;
  /** Which screenshot the API keeps of each action. @default 'last_action' */
  screenshotType?: (typeof SCREENSHOT_TYPES)[number] | undefined;
  /** Browser state to start from; with `persist` it is saved back at the end. */
  profile?: ProfileOptions | undefined;
  /** Whether requests are signed as those of a known bot. The cloud only. @default false */
  webBotAuth?: boolean | undefined;
  /** Headers that every request of a page carries. */
  extraHTTPHeaders?: Record<string, string> | undefined;
  /** Id of a vault of the cloud whose credentials the session may use. */
  vaultId?: string | undefined;
  /** Managed logins to apply: at most 10, each once. */
  authIds?: string[] | undefined;
  /** Whether the start waits for the managed logins, and fails with them. @default true */
  waitForAuthentication?: boolean | undefined;
}
