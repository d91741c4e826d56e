/** Calls on profiles: browser state that outlives sessions. */
import { cookiesSchema, encodeCookies } from '../cookies';
import {
  decodeProfileCookies,
  decodeProfileListQuery,
  decodeProfileName,
  encodeProfile,
  encodeProfileCookies,
  encodeProfileCookiesSet,
  encodeProfileDeleted,
  encodeProfileList,
  encodeProfileListQuery,
  encodeProfileName,
  profileCookiesSchema,
  profileCookiesSetSchema,
  profileDeletedSchema,
  profileListQuerySchema,
  profileListSchema,
  profileNameSchema,
  profileSchema,
} from '../profiles';
import type { Operation } from './operation';

const profile = { schema: profileSchema, encode: encodeProfile };
const name = { schema: profileNameSchema, decode: decodeProfileName, encode: encodeProfileName };

export const profileOperations = {
  createProfile: {
    method: 'POST',
    path: '/profiles/create',
    summary: 'Make a profile',
    request: name,
    response: profile,
  },
  listProfiles: {
    method: 'GET',
    path: '/profiles',
    summary: 'List profiles, newest first',
    query: {
      schema: profileListQuerySchema,
      decode: decodeProfileListQuery,
      encode: encodeProfileListQuery,
    },
    response: { schema: profileListSchema, encode: encodeProfileList },
  },
  getProfile: {
    method: 'GET',
    path: '/profiles/{profile_id}',
    summary: 'Show a profile; 400 when it was deleted',
    response: profile,
    failures: [400],
  },
  deleteProfile: {
    method: 'DELETE',
    path: '/profiles/{profile_id}',
    summary: 'Delete a profile and its state',
    response: { schema: profileDeletedSchema, encode: encodeProfileDeleted },
    failures: [400],
  },
  getProfileCookies: {
    method: 'GET',
    path: '/profiles/{profile_id}/cookies',
    summary: 'The cookies that sessions on the profile start with',
    response: { schema: cookiesSchema, encode: encodeCookies },
    failures: [400],
  },
  setProfileCookies: {
    method: 'POST',
    path: '/profiles/{profile_id}/cookies',
    summary: 'Add to them, or replace them',
    repeatable: true,
    request: {
      schema: profileCookiesSchema,
      decode: decodeProfileCookies,
      encode: encodeProfileCookies,
    },
    response: { schema: profileCookiesSetSchema, encode: encodeProfileCookiesSet },
  },
  duplicateProfile: {
    method: 'POST',
    path: '/profiles/{profile_id}/duplicate',
    summary: 'Make a profile with the state of another',
    request: name,
    response: profile,
  },
} as const satisfies Record<string, Operation>;
