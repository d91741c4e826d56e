/** Profiles, saved browser state, on the wire and in TypeScript. */
import * as z from 'zod';

import { normalizeCookie, cookieSchema, type Cookie } from './cookies';
import { snakify } from './naming';
import { readBody, readQuery, checkWire, toWire, wireNames } from './checks';
import { coerceNumber, datetime, positiveInteger } from './values';
import { orElse, orNull, pageOf, wireObject, type Page } from './wire';

/** Saved browser state. Sessions can start from it and save to it. */
export interface Profile {
  /** `notte-profile-` and 16 hexadecimal digits. */
  id: string;
  /** Name from its creation; `null` without a name. */
  name: string | null;
  /** Time of its creation. */
  createdAt: Date;
  /** Time of the last change of its state. */
  updatedAt: Date;
  /** Domains of its cookies. */
  persistedDomains: string[];
}

/** A page of profiles. */
export type ProfileList = Page<Profile>;

/** Query of a list of profiles. */
export interface ProfileListOptions {
  /** Part of the name; case-insensitive. */
  name?: string | undefined;
  /** Page number, from 1. @default 1 */
  page?: number | undefined;
  /** Profiles per page: 1 to 100. @default 20 */
  pageSize?: number | undefined;
}

/** Whether to keep the existing cookies of a profile. */
export type CookieMode = 'append' | 'replace';

/** Source of the cookies: exporters such as Chrome extensions, or Playwright's `context.cookies()`. */
export type CookieSource = 'chrome' | 'playwright';

/** Default profiles per page: that of the API. */
const DEFAULT_PAGE_SIZE = 20;
/** Maximum length of a name, in characters; our own limit. */
const MAX_NAME_LENGTH = 256;

/** A profile in an answer. */
export const profileSchema = wireObject<Profile>()(
  {
    profile_id: z.string().min(1),
    name: orNull(z.string()),
    created_at: datetime,
    updated_at: datetime,
    persisted_domains: orElse(z.array(z.string()), []),
  },
  { id: 'profile_id' },
);

/** A page of profiles in an answer. */
export const profileListSchema = pageOf(profileSchema);

/**
 * Returns the query string of a list call.
 * @throws {@link OptionsError} names each invalid or unknown option
 */
export function encodeProfileListQuery(options: ProfileListOptions = {}): string {
  toWire('Cannot list profiles with these options', profileListQuerySchema, options);
  const { name, page = 1, pageSize = DEFAULT_PAGE_SIZE } = options;
  const query = new URLSearchParams({ page: String(page), page_size: String(pageSize) });
  if (name !== undefined) query.set('name', name);
  return query.toString();
}

/** Query of a list call. */
export const profileListQuerySchema = z.object({
  name: z.string().optional(),
  page: positiveInteger(Number.MAX_SAFE_INTEGER).default(1),
  page_size: positiveInteger(100).default(DEFAULT_PAGE_SIZE),
});

/**
 * Parses the query of a list call. Ignores unknown parameters.
 * @throws {@link InvalidRequestError} (422) for an invalid value
 */
export function decodeProfileListQuery(query: URLSearchParams): {
  name: string | undefined;
  page: number;
  pageSize: number;
} {
  const { name, page, page_size: pageSize } = readQuery(profileListQuerySchema, query);
  return { name, page, pageSize };
}

/** Request body to create or duplicate a profile. */
export const profileNameSchema = z.strictObject({
  name: z.string().trim().min(1).max(MAX_NAME_LENGTH).nullish(),
});

/** Parses the name of a new profile; `null` for none. */
export function decodeProfileName(body: unknown): { name: string | null } {
  return { name: readBody('Invalid profile', profileNameSchema, body).name ?? null };
}

/**
 * Returns the request body to create or duplicate a profile.
 * @throws {@link OptionsError} names each invalid or unknown option
 */
export function encodeProfileName(options: { name?: string | undefined } = {}) {
  return toWire('Cannot make a profile with these options', profileNameSchema, options);
}

const SAME_SITE: Readonly<Record<string, unknown>> = {
  no_restriction: 'None',
  none: 'None',
  lax: 'Lax',
  strict: 'Strict',
  unspecified: null,
};

/** Accepts Chrome's spelling of `sameSite`, and cookies without fields that this contract requires. */
function fromForeign(cookie: unknown): unknown {
  if (typeof cookie !== 'object' || cookie === null) return cookie;
  const { sameSite, expirationDate, expires, ...rest } = cookie as Record<string, unknown>;
  const known = typeof sameSite === 'string' ? SAME_SITE[sameSite.toLowerCase()] : undefined;
  const times = { expires: coerceNumber(expires), expirationDate: coerceNumber(expirationDate) };
  return {
    path: '/',
    httpOnly: false,
    ...rest,
    ...times,
    sameSite: known === undefined ? sameSite : known,
  };
}

const profileCookieFields = z.strictObject({
  cookies: z.array(cookieSchema),
  mode: z
    .enum(['append', 'replace'])
    .nullish()
    .transform((mode): CookieMode => mode ?? 'append'),
  source_format: z.enum(['chrome', 'playwright']).nullish(),
});

/** Request body to set a profile's cookies. */
export const profileCookiesSchema = z.preprocess((body) => {
  const { cookies, source_format: source } = (body ?? {}) as {
    cookies?: unknown;
    source_format?: unknown;
  };
  return typeof source === 'string' && Array.isArray(cookies)
    ? { ...(body as object), cookies: cookies.map(fromForeign) }
    : body;
}, profileCookieFields);

/** Cookies to set, with options. */
export interface ProfileCookies {
  /** In this package's format, or in the format of `source`. */
  cookies: readonly (Cookie | Record<string, unknown>)[];
  mode?: CookieMode | undefined;
  sourceFormat?: CookieSource | undefined;
}

/**
 * Parses cookies to set.
 * @throws {@link InvalidRequestError} (422) names each invalid cookie
 */
export function decodeProfileCookies(body: unknown): { cookies: Cookie[]; mode: CookieMode } {
  return readBody('Invalid cookies', profileCookiesSchema, body);
}

/**
 * Returns the request body to set a profile's cookies.
 * @throws {@link OptionsError} names each invalid or unknown option; cookies from another source are not checked
 */
export function encodeProfileCookies({ cookies, ...options }: ProfileCookies) {
  const what = 'Cannot set cookies of a profile';
  const isForeign = options.sourceFormat !== undefined;
  const wire = wireNames(what, options);
  checkWire(what, profileCookieFields, {
    ...wire,
    cookies: isForeign && Array.isArray(cookies) ? [] : cookies,
  });
  return snakify({
    cookies: isForeign ? cookies : cookies.map((cookie) => normalizeCookie(cookie as Cookie)),
    ...wire,
    mode: options.mode ?? 'append',
  });
}

/** Answer to setting cookies. `cookies_count` is the new number of cookies of the profile. */
export const profileCookiesSetSchema = wireObject<{
  success: boolean;
  message: string;
  mode: string | null;
  count: number | null;
}>()(
  {
    success: z.boolean(),
    message: z.string(),
    mode: orNull(z.string()),
    cookies_count: orNull(z.int()),
  },
  { count: 'cookies_count' },
);

/** Answer to deleting a profile. */
export const profileDeletedSchema = z.object({
  success: z.boolean().nullish(),
  message: z.string().nullish(),
});
