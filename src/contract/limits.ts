/** What a session may be at most, and is by default: the one set of limits that the API, its clients and the options of suites share. No code to load but this. */

/** The builds of Chromium that a session may ask for. */
export const BROWSER_TYPES = ['chromium', 'chrome', 'chrome-nightly', 'chrome-turbo'] as const;

/** One minute, in milliseconds. */
export const MINUTE_MS = 60_000;

/** Limits and defaults of a session's duration and idle time, in minutes as on the wire (session-api 2.2). */
export const MINUTES = {
  /** One day: the API's longest session. */
  maxDuration: 1440,
  /** The API's longest idle time. */
  maxIdle: 30,
  /** What the API takes when a request does not say. */
  defaultDuration: 15,
  defaultIdle: 3,
} as const;

/** Largest width and height of a page, in CSS pixels: beyond it Chromium's screenshots fail. */
export const MAX_VIEWPORT_PX = 10_000;
/** Longest user agent, in characters: what common servers accept in all headers together. */
export const MAX_USER_AGENT_LENGTH = 8_192;
/** Longest command line switches, in characters altogether: what Windows takes. */
export const MAX_ARGS_LENGTH = 32_000;
/** Most managed logins of one session. */
export const MAX_AUTH_IDS = 10;

/** A header's name: a token of RFC 9110, section 5.6.2. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** A header's value: no control characters; a line end would begin another header. */
export const HEADER_VALUE = /^[^\p{Cc}]*$/u;
/** A country as proxies name it. */
export const COUNTRY = /^[a-z]{2}$/;

/** A width and a height: of a page, a picture or a video. */
export interface Size {
  /** In pixels; of a page, in CSS pixels. */
  width: number;
  /** In pixels; of a page, in CSS pixels. */
  height: number;
}
