/** The schemas of cookies on the wire. The cookie itself is in `cookie.ts`. */
import * as z from 'zod';

import { withoutNulls } from '../base/json';
import { normalizeCookie, type Cookie } from './cookie';
import { checkWire, readBody } from './checks';
import { looseBoolean, looseNumber } from './values';

export {
  cookieKey,
  CROSS_SITE_ANCESTOR,
  fromPlaywrightCookie,
  normalizeCookie,
  partitionOf,
  SESSION_COOKIE_EXPIRES,
  toPlaywrightCookie,
  type Cookie,
  type PlaywrightCookie,
} from './cookie';

const flag = looseBoolean.nullish();
const seconds = looseNumber.nullish();

/** One cookie; unknown keys are ignored, and `null` means not set. */
export const cookieSchema = z
  .object({
    name: z.string(),
    value: z.string(),
    domain: z.string(),
    path: z.string(),
    httpOnly: looseBoolean,
    secure: flag,
    hostOnly: flag,
    session: flag,
    sameSite: z.enum(['Lax', 'None', 'Strict']).nullish(),
    expires: seconds,
    expirationDate: seconds,
    storeId: z.string().nullish(),
    partitionKey: z.string().nullish(),
    hasCrossSiteAncestor: flag,
  })
  .transform(withoutNulls);

/** The body of both cookie calls. */
export const cookiesSchema = z.object({ cookies: z.array(cookieSchema) });

/** Cookies as they travel. */
export function encodeCookies(cookies: { cookies: readonly Cookie[] }) {
  return cookies;
}

/**
 * Cookies to set.
 * @throws {@link InvalidRequestError} (422) naming each wrong one
 */
export function decodeCookies(body: unknown): { cookies: Cookie[] } {
  return readBody('Invalid cookies', cookiesSchema, body);
}

/**
 * The body that sets cookies.
 * @throws {@link OptionsError} naming each wrong one
 */
export function encodeCookiesToSet(given: { cookies: readonly Cookie[] }) {
  checkWire('Could not set cookies', cookiesSchema, given, (name) => name);
  return { cookies: given.cookies.map(normalizeCookie).map(withoutDefaults) };
}

/** APIs other than ours do not know the second half of a partition: it is sent only where it is not what they take it for. */
function withoutDefaults({ hasCrossSiteAncestor, ...cookie }: Cookie): Cookie {
  return hasCrossSiteAncestor === false ? { ...cookie, hasCrossSiteAncestor } : cookie;
}

/** The answer to setting cookies. */
export const cookiesSetSchema = z.object({ success: z.boolean(), message: z.string() });
