/** Profiles of the account: saved browser state for sessions to start from, and to save to. */
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

/** Options of `setCookies()`. */
export interface ProfileCookieOptions {
  /** Whether to add the cookies to the profile's, or to replace them. @default 'append' */
  mode?: CookieMode | undefined;
  /** The tool that exported the cookies, if they do not have this package's format. */
  sourceFormat?: CookieSource | undefined;
}

/** Calls on profiles. `start({ profile: { id, persist } })` starts a session on a profile. */
export class Profiles {
  readonly #http: HttpClient;

  /** @internal Called by the client. */
  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Creates an empty profile. */
  async create(options: { name?: string | undefined } = {}): Promise<Profile> {
    return this.#http.call('createProfile', { purpose: 'create a profile', body: options });
  }

  /**
   * Returns a profile by its id.
   * @throws {@link NotFoundError} if it does not exist; {@link ApiError} if it was deleted
   */
  async get(id: string): Promise<Profile> {
    return this.#http.call('getProfile', {
      purpose: `look up profile ${id}`,
      params: { profileId: id },
    });
  }

  /** Returns one page of profiles, newest first. */
  async list(options: ProfileListOptions = {}): Promise<ProfileList> {
    return this.#http.call('listProfiles', { purpose: 'list profiles', query: options });
  }

  /**
   * Deletes a profile and its state. Active sessions on it continue, and are not saved.
   * @throws {@link NotFoundError} if it does not exist; {@link ApiError} if the API refuses
   */
  async delete(id: string): Promise<void> {
    const answer = await this.#http.send('deleteProfile', {
      purpose: `delete profile ${id}`,
      params: { profileId: id },
    });
    const { success, message } = answer.read();
    if (success === false) throw refusal(answer, message ?? 'the API refused');
  }

  /** Returns the cookies of new sessions on this profile. */
  async cookies(id: string): Promise<Cookie[]> {
    const { cookies } = await this.#http.call('getProfileCookies', {
      purpose: `read the cookies of profile ${id}`,
      params: { profileId: id },
    });
    return cookies;
  }

  /**
   * Sets cookies of a profile. Active sessions on it do not change.
   * @throws {@link OptionsError} names each invalid option or cookie; {@link InvalidRequestError} names each invalid cookie of another
   * tool. Then no cookie was set
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

  /** Creates a profile with the state of this one. */
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
