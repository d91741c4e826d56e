/** Profiles of the account: browser state that sessions start from, and that they can be saved to. */
import { cookiesSchema, normalizeCookie, type Cookie } from '../contract/cookies';
import { ApiError } from '../contract/errors';
import { snakify } from '../contract/naming';
import {
  encodeProfileListQuery,
  profileCookiesSetSchema,
  profileDeletedSchema,
  profileListSchema,
  profileSchema,
  type CookieMode,
  type CookieSource,
  type Profile,
  type ProfileList,
  type ProfileListOptions,
} from '../contract/profiles';
import { routes } from '../contract/routes';
import type { Call, HttpClient } from './http';

/** How to set a profile's cookies. */
export interface ProfileCookieOptions {
  /** Whether they are added to those of the profile, or take their place. @default 'append' */
  mode?: CookieMode | undefined;
  /** Who wrote them, when they are not as this package gives them. */
  sourceFormat?: CookieSource | undefined;
}

/** Calls on profiles. A session starts on one by `start({ profile: { id, persist } })`. */
export class Profiles {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** A new profile, without any state. */
  async create(options: { name?: string | undefined } = {}): Promise<Profile> {
    return this.#http.call(
      { purpose: 'create a profile', method: 'POST', path: routes.createProfile, body: options },
      profileSchema,
    );
  }

  /** @throws {@link NotFoundError}; {@link ApiError} for a deleted one */
  async get(id: string): Promise<Profile> {
    return this.#http.call(
      { purpose: `look up profile ${id}`, method: 'GET', path: routes.profile(id) },
      profileSchema,
    );
  }

  /** One page of profiles, newest first. */
  async list(options: ProfileListOptions = {}): Promise<ProfileList> {
    return this.#http.call(
      {
        purpose: 'list profiles',
        method: 'GET',
        path: routes.profiles,
        query: encodeProfileListQuery(options),
      },
      profileListSchema,
    );
  }

  /** Deletes a profile and its state. Sessions that run on it go on, and are not saved. */
  async delete(id: string): Promise<void> {
    const call: Call = {
      purpose: `delete profile ${id}`,
      method: 'DELETE',
      path: routes.profile(id),
    };
    const { success, message } = await this.#http.call(call, profileDeletedSchema);
    if (success === false) throw refusal(call, message ?? 'the API refused');
  }

  /** The cookies that a session on this profile starts with. */
  async cookies(id: string): Promise<Cookie[]> {
    const { cookies } = await this.#http.call(
      {
        purpose: `read the cookies of profile ${id}`,
        method: 'GET',
        path: routes.profileCookies(id),
      },
      cookiesSchema,
    );
    return cookies;
  }

  /**
   * Sets cookies of a profile. Sessions that run on it are not changed.
   * @throws {@link InvalidRequestError} naming each wrong cookie; nothing is set then
   */
  async setCookies(
    id: string,
    cookies: readonly (Cookie | Record<string, unknown>)[],
    { mode = 'append', sourceFormat }: ProfileCookieOptions = {},
  ): Promise<void> {
    const sent =
      sourceFormat === undefined
        ? cookies.map((cookie) => normalizeCookie(cookie as Cookie))
        : cookies;
    const call: Call = {
      purpose: `set cookies of profile ${id}`,
      method: 'POST',
      path: routes.profileCookies(id),
      body: snakify({ cookies: sent, mode, sourceFormat }),
      isIdempotent: true,
    };
    const { success, message } = await this.#http.call(call, profileCookiesSetSchema);
    if (!success) throw refusal(call, message);
  }

  /** A new profile with the state of this one. */
  async duplicate(id: string, options: { name?: string | undefined } = {}): Promise<Profile> {
    return this.#http.call(
      {
        purpose: `duplicate profile ${id}`,
        method: 'POST',
        path: routes.duplicateProfile(id),
        body: options,
      },
      profileSchema,
    );
  }
}

function refusal({ purpose, method, path }: Call, message: string): ApiError {
  return new ApiError(`Could not ${purpose}: ${message}`, { code: 'request_failed', method, path });
}
