/** Cookies of the session API, of cookie files and of Playwright. Does not load zod, so that workers start faster. */

/** A cookie of the session API and of cookie files. The wire uses the same names. */
export interface Cookie {
  /** Name. `name`, `domain`, `path` and the partition identify a cookie. */
  name: string;
  /** Value, usually a secret: keep it out of logs. */
  value: string;
  /** Host of the cookie. A leading dot includes subdomains. */
  domain: string;
  /** Path prefix of its requests; `/` for all. */
  path: string;
  /** Whether it is hidden from scripts. */
  httpOnly: boolean;
  /** Whether it is only sent over HTTPS. @default false */
  secure?: boolean;
  /** Whether it is only sent to this host and not to subdomains. */
  hostOnly?: boolean;
  /** Whether the browser deletes it when it closes. */
  session?: boolean;
  /** Whether requests from other sites carry it. If omitted, the browser decides (`Lax` in Chromium). */
  sameSite?: 'Lax' | 'None' | 'Strict';
  /** Expiry in seconds since 1970; -1 for a session cookie. Same as `expirationDate`. */
  expires?: number;
  /** Same as `expires`, for other clients. */
  expirationDate?: number;
  /** Id of the exporting browser profile, written by Chrome extensions. Has no effect. */
  storeId?: string;
  /** Top-level site of a partitioned cookie (CHIPS). */
  partitionKey?: string;
  /**
   * Second part of the partition: whether a frame of another site is between the page and the cookie's frame. Has no effect without
   * `partitionKey`. @default true
   */
  hasCrossSiteAncestor?: boolean;
}

/** The partition of a cookie. */
type PartitionFields = Pick<Cookie, 'partitionKey' | 'hasCrossSiteAncestor'>;

/** Playwright's name for `hasCrossSiteAncestor`. Storage states contain it, but Playwright's types do not. */
export const CROSS_SITE_ANCESTOR = '_crHasCrossSiteAncestor';

/** A cookie of Playwright's `context.cookies()` and `context.addCookies()`. */
export interface PlaywrightCookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  expires: number;
  httpOnly: boolean;
  secure: boolean;
  sameSite?: 'Lax' | 'None' | 'Strict';
  partitionKey?: string;
  [CROSS_SITE_ANCESTOR]?: boolean;
}

/** `expires` of a session cookie. */
const SESSION_COOKIE_EXPIRES = -1;
/** Playwright's maximum expiry: the end of the year 9999, in seconds since 1970. */
const LATEST_EXPIRY_S = 253_402_300_799;

/** A cookie, possibly from a storage state. */
type AnyCookie = Cookie & Pick<PlaywrightCookie, typeof CROSS_SITE_ANCESTOR>;

/** Converts a cookie to the names of the session API. */
export function withApiNames({
  [CROSS_SITE_ANCESTOR]: ofPlaywright,
  ...cookie
}: AnyCookie): Cookie {
  const hasCrossSiteAncestor = cookie.hasCrossSiteAncestor ?? ofPlaywright;
  return hasCrossSiteAncestor === undefined ? cookie : { ...cookie, hasCrossSiteAncestor };
}

/** Fills in the missing expiry field from the other one. Session cookies have -1 in both. */
export function normalizeCookie(cookie: Cookie): Cookie {
  const expires = cookie.expires ?? cookie.expirationDate ?? SESSION_COOKIE_EXPIRES;
  return { ...withApiNames(cookie), expires, expirationDate: cookie.expirationDate ?? expires };
}

/** Returns the partition of a cookie, which is part of its identity; undefined if it is not partitioned. */
export function partitionOf({
  partitionKey,
  hasCrossSiteAncestor = true,
}: PartitionFields): { topLevelSite: string; hasCrossSiteAncestor: boolean } | undefined {
  if (partitionKey === undefined || partitionKey === '') return undefined;
  return { topLevelSite: partitionKey, hasCrossSiteAncestor };
}

/** Returns the identity of a cookie: RFC 6265 section 5.3 step 11, and the CHIPS partition. */
export function cookieKey(cookie: Cookie): string {
  const { topLevelSite, hasCrossSiteAncestor } = partitionOf(cookie) ?? {};
  const partition = topLevelSite === undefined ? [] : [topLevelSite, hasCrossSiteAncestor];
  return JSON.stringify([cookie.name, cookie.domain.toLowerCase(), cookie.path, ...partition]);
}

/** Keeps only what Playwright accepts. Without a positive expiry, the cookie is a session cookie. */
export function toPlaywrightCookie(cookie: Cookie): PlaywrightCookie {
  const { name, value, domain, path, httpOnly, sameSite } = cookie;
  const { partitionKey, hasCrossSiteAncestor } = cookie;
  const expires = cookie.expires ?? cookie.expirationDate ?? SESSION_COOKIE_EXPIRES;
  return {
    ...{
      name,
      value,
      domain,
      path,
      httpOnly,
      secure: cookie.secure ?? false,
      expires: expires > 0 ? Math.min(expires, LATEST_EXPIRY_S) : SESSION_COOKIE_EXPIRES,
    },
    ...(sameSite && { sameSite }),
    ...(partitionKey !== undefined && { partitionKey }),
    ...(hasCrossSiteAncestor !== undefined && { [CROSS_SITE_ANCESTOR]: hasCrossSiteAncestor }),
  };
}

/** Adds the session API's fields to a Playwright cookie: both expiry fields, `session` and `hostOnly`. */
export function fromPlaywrightCookie(cookie: PlaywrightCookie): Cookie {
  const { name, value, domain, path, httpOnly, secure, sameSite, expires } = cookie;
  const { partitionKey, [CROSS_SITE_ANCESTOR]: hasCrossSiteAncestor } = cookie;
  return {
    ...{
      name,
      value,
      domain,
      path,
      httpOnly,
      secure,
      hostOnly: !domain.startsWith('.'),
      session: expires <= 0,
      expires,
      expirationDate: expires,
    },
    ...(sameSite && { sameSite }),
    ...(partitionKey !== undefined && { partitionKey }),
    ...(hasCrossSiteAncestor !== undefined && { hasCrossSiteAncestor }),
  };
}
