/** The schemas of cookies on the wire. The cookie itself is in `cookie.ts`. */
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

/** One cookie in a request; unknown keys are ignored, and `null` means not set. */
export const cookieSchema = cookieFields.transform(withoutNulls);

/** The cookies in an answer. */
export const cookiesAnswerSchema = z.object({
  cookies: z.array(
    z.codec(exactly(cookieFields), z.custom<Cookie>(), {
      decode: (cookie) => withoutNulls(cookie) as Cookie,
      encode: (cookie) => cookie,
    }),
  ),
});

/** The body of setting cookies. */
export const cookiesSchema = z.object({ cookies: z.array(cookieSchema) });

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
