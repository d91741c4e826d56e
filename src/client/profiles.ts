/** Profiles of the account: browser state that sessions start from, and that they can be saved to. */
import type { Cookie } from '../contract/cookies';
import { ApiError } from '../contract/errors';
import type {
  CookieMode,
  CookieSource,
  Profile,
  ProfileList,
  ProfileListOptions,
} from '../contract/profiles';
import type { Answer, HttpClient } from './http';

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

  /** @internal Called by the client. */
  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** A new profile, without any state. */
  async create(options: { name?: string | undefined } = {}): Promise<Profile> {
    return this.#http.call('createProfile', { purpose: 'create a profile', body: options });
  }

  /**
   * A profile by its id.
   * @throws {@link NotFoundError} when there is none; {@link ApiError} for a deleted one
   */
  async get(id: string): Promise<Profile> {
    return this.#http.call('getProfile', {
      purpose: `look up profile ${id}`,
      params: { profileId: id },
    });
  }

  /** One page of profiles, newest first. */
  async list(options: ProfileListOptions = {}): Promise<ProfileList> {
    return this.#http.call('listProfiles', { purpose: 'list profiles', query: options });
  }

  /**
   * Deletes a profile and its state. Sessions that run on it go on, and are not saved.
   * @throws {@link NotFoundError} when there is none; {@link ApiError} when the API refuses
   */
  async delete(id: string): Promise<void> {
    const answer = await this.#http.send('deleteProfile', {
      purpose: `delete profile ${id}`,
      params: { profileId: id },
    });
    const { success, message } = answer.read();
    if (success === false) throw refusal(answer, message ?? 'the API refused');
  }

  /** The cookies that a session on this profile starts with. */
  async cookies(id: string): Promise<Cookie[]> {
    const { cookies } = await this.#http.call('getProfileCookies', {
      purpose: `read the cookies of profile ${id}`,
      params: { profileId: id },
    });
    return cookies;
  }

  /**
   * Sets cookies of a profile. Sessions that run on it are not changed.
   * @throws {@link OptionsError} naming each wrong option or cookie, {@link InvalidRequestError} naming each wrong cookie of another
   * source; nothing is set then
   */
  async setCookies(
    id: string,
    cookies: readonly (Cookie | Record<string, unknown>)[],
    options: ProfileCookieOptions = {},
  ): Promise<void> {
    const answer = await this.#http.send('setProfileCookies', {
      purpose: `set cookies of profile ${id}`,
      params: { profileId: id },
      body: { ...options, cookies },
    });
    const { success, message } = answer.read();
    if (!success) throw refusal(answer, message);
  }

  /** A new profile with the state of this one. */
  async duplicate(id: string, options: { name?: string | undefined } = {}): Promise<Profile> {
    return this.#http.call('duplicateProfile', {
      purpose: `duplicate profile ${id}`,
      params: { profileId: id },
      body: options,
    });
  }
}

function refusal({ exchange: { purpose, method, path } }: Answer, message: string): ApiError {
  return new ApiError(`Could not ${purpose}: ${message}`, { code: 'request_failed', method, path });
}
