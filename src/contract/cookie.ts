/** A cookie as the session API and cookie files hold it, and as Playwright does. Loads no schema library: a test's process starts faster so. */

/** A cookie of the session API and of cookie files. Its names are the same on the wire. */
export interface Cookie {
  /** Its name; with `domain`, `path` and the partition it tells one cookie from another. */
  name: string;
  /** Its value, a secret as a rule: keep it out of logs. */
  value: string;
  /** The host it is sent to; with a dot in front, its subdomains too. */
  domain: string;
  /** It is sent with requests below this path; `/` for all. */
  path: string;
  /** Whether scripts of pages cannot read it. */
  httpOnly: boolean;
  /** Whether it is sent over HTTPS only. @default false */
  secure?: boolean;
  /** Sent to exactly this host, not to its subdomains. */
  hostOnly?: boolean;
  /** Gone when the browser ends. */
  session?: boolean;
  /** Whether requests from other sites carry it. Left out, the browser decides (`Lax` in Chromium). */
  sameSite?: 'Lax' | 'None' | 'Strict';
  /** When it expires, in seconds since 1970; -1 for a session cookie. The same as `expirationDate`. */
  expires?: number;
  /** The same as `expires`; other clients read this one. */
  expirationDate?: number;
  /** Id of the browser profile that it was exported from, as extensions of Chrome write it. Has no effect. */
  storeId?: string;
  /** The site under which alone it is sent, of a partitioned cookie (CHIPS). */
  partitionKey?: string;
  /**
   * The second half of its partition: whether a frame of another site is between the page and the frame that the cookie is for. Has no
   * effect without `partitionKey`. @default true
   */
  hasCrossSiteAncestor?: boolean;
}

/** What names the partition of a cookie. */
type PartitionFields = Pick<Cookie, 'partitionKey' | 'hasCrossSiteAncestor'>;

/** Playwright's name for `hasCrossSiteAncestor`: it is in storage states, and not in Playwright's types. */
export const CROSS_SITE_ANCESTOR = '_crHasCrossSiteAncestor';

/** A cookie as Playwright's `context.cookies()` gives it and `context.addCookies()` takes it. */
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
/** The latest expiry that Playwright accepts: the end of the year 9999, in seconds since 1970. */
const LATEST_EXPIRY_S = 253_402_300_799;

/** A cookie that may come from a storage state. */
type AnyCookie = Cookie & Pick<PlaywrightCookie, typeof CROSS_SITE_ANCESTOR>;

/** The cookie with the names of the session API. */
export function withApiNames({
  [CROSS_SITE_ANCESTOR]: ofPlaywright,
  ...cookie
}: AnyCookie): Cookie {
  const hasCrossSiteAncestor = cookie.hasCrossSiteAncestor ?? ofPlaywright;
  return hasCrossSiteAncestor === undefined ? cookie : { ...cookie, hasCrossSiteAncestor };
}

/** The cookie with both expiry fields: whichever is missing is copied from the other, and a session cookie has -1 in both. */
export function normalizeCookie(cookie: Cookie): Cookie {
  const expires = cookie.expires ?? cookie.expirationDate ?? SESSION_COOKIE_EXPIRES;
  return { ...withApiNames(cookie), expires, expirationDate: cookie.expirationDate ?? expires };
}

/** The partition of a cookie: two cookies in different partitions are two cookies. Undefined for one that is not partitioned. */
export function partitionOf({
  partitionKey,
  hasCrossSiteAncestor = true,
}: PartitionFields): { topLevelSite: string; hasCrossSiteAncestor: boolean } | undefined {
  if (partitionKey === undefined || partitionKey === '') return undefined;
  return { topLevelSite: partitionKey, hasCrossSiteAncestor };
}

/** What makes a cookie the same cookie: RFC 6265 section 5.3 step 11, and the partition of CHIPS. */
export function cookieKey(cookie: Cookie): string {
  const { topLevelSite, hasCrossSiteAncestor } = partitionOf(cookie) ?? {};
  const partition = topLevelSite === undefined ? [] : [topLevelSite, hasCrossSiteAncestor];
  return JSON.stringify([cookie.name, cookie.domain.toLowerCase(), cookie.path, ...partition]);
}

/** Only what Playwright accepts. A cookie without an expiry, or with one of 0 or below, is a session cookie there. */
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

/** A cookie of Playwright with what the session API adds: both expiry fields, `session` and `hostOnly`. */
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
