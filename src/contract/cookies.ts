/** The schemas of cookies on the wire. The cookie itself is in `cookie.ts`. */
import * as z from 'zod';

import { withoutNulls } from '../base/json';
import { looseBoolean, looseNumber } from './values';

export {
  fromPlaywrightCookie,
  normalizeCookie,
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
  })
  .transform(withoutNulls);

/** The body of both cookie calls. */
export const cookiesSchema = z.object({ cookies: z.array(cookieSchema) });

/** The answer to setting cookies. */
export const cookiesSetSchema = z.object({ success: z.boolean(), message: z.string() });
