/** Handlers of profiles: make, list, show, delete, duplicate, and their cookies. */
import { countText } from '../../base/texts';
import type { ProfileStore } from '../data/profiles';
import type { Handlers } from './bind';

/** Every call on profiles. */
export function profileHandlers(
  profiles: ProfileStore,
): Handlers<
  | 'createProfile'
  | 'listProfiles'
  | 'getProfile'
  | 'deleteProfile'
  | 'getProfileCookies'
  | 'setProfileCookies'
  | 'duplicateProfile'
> {
  return {
    createProfile: async ({ body: { name } }) => profiles.create(name),
    listProfiles: ({ query }) => profiles.list(query),
    getProfile: ({ params: { profileId } }) => profiles.get(profileId),
    deleteProfile: async ({ params: { profileId } }) => {
      await profiles.delete(profileId);
      return { success: true, message: `The profile ${profileId} was deleted.` };
    },
    getProfileCookies: ({ params: { profileId } }) => ({ cookies: profiles.cookies(profileId) }),
    setProfileCookies: async ({ params: { profileId }, body: { cookies, mode } }) => {
      const count = await profiles.setCookies(profileId, cookies, mode);
      const message = `${countText(cookies.length, 'cookie')} taken; the profile has ${count} now.`;
      return { success: true, message, mode, count };
    },
    duplicateProfile: async ({ params: { profileId }, body: { name } }) =>
      profiles.duplicate(profileId, name),
  };
}
