/** Cookies as Playwright's contexts take and give them: the contract's conversion, without the schema library that its module loads (a test's process starts faster so). */
import type { Cookie, PlaywrightCookie } from '../contract/cookies';

/** The latest expiry that Playwright accepts: the end of the year 9999, in seconds since 1970. */
const LATEST_EXPIRY_S = 253_402_300_799;

/** What `BrowserContext.addCookies()` takes for a cookie. One without an expiry, or with 0 or less, lives as long as its browser. */
export function toPlaywrightCookie(cookie: Cookie): PlaywrightCookie {
  const { name, value, domain, path, httpOnly, sameSite, partitionKey } = cookie;
  const expires = cookie.expires ?? cookie.expirationDate ?? -1;
  return {
    ...{ name, value, domain, path, httpOnly, secure: cookie.secure ?? false, expires: expires > 0 ? Math.min(expires, LATEST_EXPIRY_S) : -1 },
    ...(sameSite && { sameSite }),
    ...(partitionKey !== undefined && { partitionKey }),
  };
}

/** The contract's cookie for one of `BrowserContext.cookies()`: with both expiry fields, `session` and `hostOnly`. */
export function fromPlaywrightCookie(cookie: PlaywrightCookie): Cookie {
  const { name, value, domain, path, httpOnly, secure, sameSite, partitionKey, expires } = cookie;
  return {
    ...{ name, value, domain, path, httpOnly, secure, hostOnly: !domain.startsWith('.'), session: expires <= 0, expires, expirationDate: expires },
    ...(sameSite && { sameSite }),
    ...(partitionKey !== undefined && { partitionKey }),
  };
}
