/** Handlers of profiles: create, list, show, delete, duplicate, and their cookies. */
import { countText } from '../../base/texts';
import type { Account } from '../accounts/account';
import type { ProfileStore } from '../data/profiles';
import type { Handlers } from './bind';

/** Each account has its own profiles. The operator has access to all. */
export function profileHandlers(profiles: ProfileStore) {
  const idOf = (call: { params: { profileId: string }; account: Account }): string => {
    profiles.checkOwner(call.params.profileId, call.account);
    return call.params.profileId;
  };
  return {
    createProfile: async ({ body: { name }, account }) => profiles.create(name, account),
    listProfiles: ({ query, account }) => profiles.list(query, account),
    getProfile: (call) => profiles.get(idOf(call)),
    deleteProfile: async (call) => {
      const id = idOf(call);
      await profiles.delete(id);
      return { success: true, message: `The profile ${id} was deleted.` };
    },
    getProfileCookies: (call) => ({ cookies: profiles.cookies(idOf(call)) }),
    setProfileCookies: async (call) => {
      const { cookies, mode } = call.body;
      const count = await profiles.setCookies(idOf(call), cookies, mode);
      const message = `${countText(cookies.length, 'cookie')} set; the profile now has ${count}.`;
      return { success: true, message, mode, count };
    },
    duplicateProfile: async (call) => profiles.duplicate(idOf(call), call.body.name),
  } satisfies Partial<Handlers>;
}
