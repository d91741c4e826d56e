/** Limits and defaults of sessions, shared by the API, its clients and the suite's options. Imports nothing. */

/** Builds of Chromium that a session can select. */
export const BROWSER_TYPES = ['chromium', 'chrome', 'chrome-nightly', 'chrome-turbo'] as const;

/** One minute, in milliseconds. */
export const MINUTE_MS = 60_000;

/** Limits and defaults of a session's duration and idle time, in minutes as on the wire (session-api 2.2). */
export const MINUTES = {
  /** One day: the API's maximum duration. */
  maxDuration: 1440,
  /** The API's maximum idle timeout. */
  maxIdle: 30,
  /** The API's defaults. */
  defaultDuration: 15,
  defaultIdle: 3,
} as const;

/** Maximum width and height of a page, in CSS pixels: Chromium's screenshots fail beyond it. */
export const MAX_VIEWPORT_PX = 10_000;
/** Maximum length of a user agent, in characters: what common servers accept for all headers together. */
export const MAX_USER_AGENT_LENGTH = 8_192;
/** Maximum total length of command line switches, in characters: the limit of Windows. */
export const MAX_ARGS_LENGTH = 32_000;
/** Maximum number of managed logins per session. */
export const MAX_AUTH_IDS = 10;

/** Header name: a token of RFC 9110, section 5.6.2. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** Header value without control characters: a line break would start another header. */
export const HEADER_VALUE = /^[^\p{Cc}]*$/u;
/** Country code of a proxy. */
export const COUNTRY = /^[a-z]{2}$/;

/** Width and height of a page, a picture or a video. */
export interface Size {
  /** In pixels; for a page in CSS pixels. */
  width: number;
  /** In pixels; for a page in CSS pixels. */
  height: number;
}
