/** Wire schemas of cookies. `cookie.ts` has the cookie itself. */
import * as z from 'zod';

import { withoutNulls } from '../base/json';
import { normalizeCookie, type Cookie } from './cookie';
import { checkWire, readBody } from './checks';
import { exactly } from './exact';
import { looseBoolean, looseNumber } from './values';

export {
  cookieKey,
  CROSS_SITE_ANCESTOR,
  fromPlaywrightCookie,
  normalizeCookie,
  partitionOf,
  toPlaywrightCookie,
  type Cookie,
} from './cookie';

const flag = looseBoolean.nullish();
const seconds = looseNumber.nullish();

const cookieFields = z.object({
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
});

/** A cookie in a request. Unknown keys are ignored; `null` means unset. */
export const cookieSchema = cookieFields.transform(withoutNulls);

/** Cookies in an answer. */
export const cookiesAnswerSchema = z.object({
  cookies: z.array(
    z.codec(exactly(cookieFields), z.custom<Cookie>(), {
      decode: (cookie) => withoutNulls(cookie) as Cookie,
      encode: (cookie) => cookie,
    }),
  ),
});

/** Request body to set cookies. */
export const cookiesSchema = z.object({ cookies: z.array(cookieSchema) });

/**
 * Parses cookies to set.
 * @throws {@link InvalidRequestError} (422) names each invalid cookie
 */
export function decodeCookies(body: unknown): { cookies: Cookie[] } {
  return readBody('Invalid cookies', cookiesSchema, body);
}

/**
 * Returns the request body to set cookies.
 * @throws {@link OptionsError} names each invalid cookie
 */
export function encodeCookiesToSet(given: { cookies: readonly Cookie[] }) {
  checkWire('Could not set cookies', cookiesSchema, given, (name) => name);
  return { cookies: given.cookies.map(normalizeCookie).map(withoutDefaults) };
}

/** Other APIs do not know the second part of a partition. It is only sent if it differs from the default. */
function withoutDefaults({ hasCrossSiteAncestor, ...cookie }: Cookie): Cookie {
  return hasCrossSiteAncestor === false ? { ...cookie, hasCrossSiteAncestor } : cookie;
}

/** Answer to setting cookies. */
export const cookiesSetSchema = z.object({ success: z.boolean(), message: z.string() });
