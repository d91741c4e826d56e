/** Profiles: browser state that outlives sessions. What travels, and its view in TypeScript. */
import * as z from 'zod';

import { normalizeCookie, cookieSchema, type Cookie } from './cookies';
import { snakify } from './naming';
import { readBody, readQuery, checkWire, toWire, wireNames } from './checks';
import { coerceNumber, datetime, positiveInteger } from './values';
import { orElse, orNull, pageOf, wireObject, type Page } from './wire';

/** Browser state that sessions start from, and that they are saved to when asked. */
export interface Profile {
  /** `notte-profile-` and 16 hexadecimal digits. */
  id: string;
  /** What it was called when it was made; `null` without a name. */
  name: string | null;
  /** When it was made. */
  createdAt: Date;
  /** When its state last changed. */
  updatedAt: Date;
  /** Domains of which it holds cookies. */
  persistedDomains: string[];
}

/** One page of profiles. */
export type ProfileList = Page<Profile>;

/** Which profiles to list. */
export interface ProfileListOptions {
  /** Part of the name; upper and lower case are the same. */
  name?: string | undefined;
  /** Counted from 1. @default 1 */
  page?: number | undefined;
  /** Profiles per page: 1 to 100. @default 20 */
  pageSize?: number | undefined;
}

/** What to do with the cookies that a profile already has. */
export type CookieMode = 'append' | 'replace';

/** Who wrote the cookies: Chrome's extensions and exporters, or Playwright's `context.cookies()`. */
export type CookieSource = 'chrome' | 'playwright';

/** Profiles per page when a request does not say: the API's default. */
const DEFAULT_PAGE_SIZE = 20;
/** Longest name, in characters; ours, since nobody reads more. */
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
 * The query string of a list call.
 * @throws {@link OptionsError} naming each wrong or unknown option
 */
export function encodeProfileListQuery(options: ProfileListOptions = {}): string {
  toWire('Cannot list profiles with these options', profileListQuerySchema, options);
  const { name, page = 1, pageSize = DEFAULT_PAGE_SIZE } = options;
  const query = new URLSearchParams({ page: String(page), page_size: String(pageSize) });
  if (name !== undefined) query.set('name', name);
  return query.toString();
}

/** The query of a list call. */
export const profileListQuerySchema = z.object({
  name: z.string().optional(),
  page: positiveInteger(Number.MAX_SAFE_INTEGER).default(1),
  page_size: positiveInteger(100).default(DEFAULT_PAGE_SIZE),
});

/**
 * What a list call asks for. Unknown parameters are ignored.
 * @throws {@link InvalidRequestError} (422) for a wrong value
 */
export function decodeProfileListQuery(query: URLSearchParams): {
  name: string | undefined;
  page: number;
  pageSize: number;
} {
  const { name, page, page_size: pageSize } = readQuery(profileListQuerySchema, query);
  return { name, page, pageSize };
}

/** The body of creating and of duplicating. */
export const profileNameSchema = z.strictObject({
  name: z.string().trim().min(1).max(MAX_NAME_LENGTH).nullish(),
});

/** What a profile is to be called; `null` when it has no name. */
export function decodeProfileName(body: unknown): { name: string | null } {
  return { name: readBody('Invalid profile', profileNameSchema, body).name ?? null };
}

/**
 * The body of creating and of duplicating.
 * @throws {@link OptionsError} naming each wrong or unknown option
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

/** Chrome's own spelling of `sameSite`, and cookies that lack what this contract wants. */
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

/** The body of setting a profile's cookies. */
export const profileCookiesSchema = z.preprocess((body) => {
  const { cookies, source_format: source } = (body ?? {}) as {
    cookies?: unknown;
    source_format?: unknown;
  };
  return typeof source === 'string' && Array.isArray(cookies)
    ? { ...(body as object), cookies: cookies.map(fromForeign) }
    : body;
}, profileCookieFields);

/** Cookies to set, and how. */
export interface ProfileCookies {
  /** As this package gives them; of another source, as that one writes them. */
  cookies: readonly (Cookie | Record<string, unknown>)[];
  mode?: CookieMode | undefined;
  sourceFormat?: CookieSource | undefined;
}

/**
 * Cookies to set.
 * @throws {@link InvalidRequestError} (422) naming each wrong one
 */
export function decodeProfileCookies(body: unknown): { cookies: Cookie[]; mode: CookieMode } {
  return readBody('Invalid cookies', profileCookiesSchema, body);
}

/**
 * The body of setting a profile's cookies.
 * @throws {@link OptionsError} naming each wrong or unknown option; of cookies from another source nothing is checked
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

/** The answer to setting them. `cookies_count` is how many the profile then has. */
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

/** The answer to deleting. */
export const profileDeletedSchema = z.object({
  success: z.boolean().nullish(),
  message: z.string().nullish(),
});
