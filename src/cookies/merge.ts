/** Decides which cookies a file holds after a test: a three-way merge of the file, the loaded and the current cookies. No I/O. */
import { cookieKey, type Cookie } from '../contract/cookie';

/** Two expiry times closer than this are the same, in seconds: browsers round them. */
const EXPIRY_TOLERANCE_S = 1;

/**
 * An expiry further away than this is as good as any other, in seconds: Chromium cuts all of them to 400 days from now
 * (RFC 6265bis, section 5.5), so a cookie would look changed by merely being loaded.
 */
const FAR_FUTURE_S = 399 * 86_400;

/** What happened to the cookies of a browser. */
export interface CookieChange {
  /** The cookies that the browser was given. */
  loaded: readonly Cookie[];
  /** The cookies that it has now. */
  current: readonly Cookie[];
}

/**
 * Puts what changed into the cookies of the file.
 * @returns the new content, in the file's order with new cookies last, and how many were added or changed.
 */
export function mergeCookies(
  inFile: readonly Cookie[],
  change: CookieChange,
): { cookies: Cookie[]; saved: number } {
  const merged = byKey(inFile);
  const loaded = byKey(change.loaded);
  let saved = 0;
  for (const [key, cookie] of byKey(withoutExpired(change.current))) {
    const present = merged.get(key);
    const untouched = isSame(cookie, loaded.get(key));
    if (isSame(cookie, present) || (untouched && present)) continue;
    merged.set(key, cookie);
    saved++;
  }
  return { cookies: withoutExpired([...merged.values()]), saved };
}

/** The current cookies that differ from the loaded ones. */
export function changedCookies({ loaded, current }: CookieChange): Cookie[] {
  const before = byKey(loaded);
  return withoutExpired(current).filter((cookie) => !isSame(cookie, before.get(cookieKey(cookie))));
}

/** Leaves out expired cookies. A session cookie (expiry absent, 0 or negative) is kept. */
export function withoutExpired(cookies: readonly Cookie[], nowMs = Date.now()): Cookie[] {
  return cookies.filter((cookie) => {
    const expires = expiryOf(cookie);
    return expires === undefined || expires * 1000 > nowMs;
  });
}

/** Of several cookies with the same key the last one counts, as in a browser. */
function byKey(cookies: readonly Cookie[]): Map<string, Cookie> {
  return new Map(cookies.map((cookie) => [cookieKey(cookie), cookie]));
}

/** True if a browser treats both alike. An absent field has its default. */
function isSame(cookie: Cookie, other: Cookie | undefined): boolean {
  if (!other || cookie.value !== other.value || cookie.httpOnly !== other.httpOnly) return false;
  if ((cookie.secure ?? false) !== (other.secure ?? false)) return false;
  if ((cookie.sameSite ?? 'Lax') !== (other.sameSite ?? 'Lax')) return false; // Chromium's default
  return isSameExpiry(expiryOf(cookie), expiryOf(other));
}

function isSameExpiry(one: number | undefined, other: number | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const farFuture = Date.now() / 1000 + FAR_FUTURE_S;
  return Math.abs(Math.min(one, farFuture) - Math.min(other, farFuture)) <= EXPIRY_TOLERANCE_S;
}

/** When the cookie expires, in seconds since 1970; undefined for a session cookie. */
function expiryOf(cookie: Cookie): number | undefined {
  const expires = cookie.expires ?? cookie.expirationDate ?? -1;
  return expires > 0 ? expires : undefined;
}
