/** Calls on profiles: saved browser state. */
import { cookiesAnswerSchema } from '../cookies';
import {
  decodeProfileCookies,
  decodeProfileListQuery,
  decodeProfileName,
  encodeProfileCookies,
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

const name = { schema: profileNameSchema, decode: decodeProfileName, encode: encodeProfileName };

export const profileOperations = {
  createProfile: {
    method: 'POST',
    path: '/profiles/create',
    summary: 'Make a profile',
    request: name,
    response: profileSchema,
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
    response: profileListSchema,
  },
  getProfile: {
    method: 'GET',
    path: '/profiles/{profile_id}',
    summary: 'Show a profile; 400 when it was deleted',
    response: profileSchema,
    failures: [400],
  },
  deleteProfile: {
    method: 'DELETE',
    path: '/profiles/{profile_id}',
    summary: 'Delete a profile and its state',
    response: profileDeletedSchema,
    failures: [400],
  },
  getProfileCookies: {
    method: 'GET',
    path: '/profiles/{profile_id}/cookies',
    summary: 'The cookies that sessions on the profile start with',
    response: cookiesAnswerSchema,
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
    response: profileCookiesSetSchema,
  },
  duplicateProfile: {
    method: 'POST',
    path: '/profiles/{profile_id}/duplicate',
    summary: 'Make a profile with the state of another',
    request: name,
    response: profileSchema,
  },
} as const satisfies Record<string, Operation>;
