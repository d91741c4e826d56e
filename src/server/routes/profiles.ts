/** Routes of profiles: make, list, show, delete, duplicate, and their cookies. */
import {
  decodeProfileListQuery,
  encodeProfile,
  encodeProfileList,
  profileCookiesSchema,
  profileNameSchema,
} from '../../contract/profiles';
import { routes } from '../../contract/routes';
import type { Exchange, Route } from '../http/http-router';
import type { ProfileStore } from '../data/profiles';
import { checkedBody } from './checked-body';

/** Every call on profiles. */
export function profileRoutes(profiles: ProfileStore): Route[] {
  const idOf = ({ params }: Exchange): string => params['id'] ?? '';
  return [
    {
      method: 'POST',
      path: routes.createProfile,
      handle: async (exchange) =>
        exchange.json(encodeProfile(await profiles.create(await nameIn(exchange)))),
    },
    {
      method: 'GET',
      path: routes.profiles,
      handle: ({ query, json }) =>
        json(encodeProfileList(profiles.list(decodeProfileListQuery(query)))),
    },
    {
      method: 'GET',
      path: '/profiles/:id',
      handle: (exchange) => exchange.json(encodeProfile(profiles.get(idOf(exchange)))),
    },
    {
      method: 'DELETE',
      path: '/profiles/:id',
      handle: (exchange) => deleteProfile(profiles, idOf(exchange), exchange),
    },
    {
      method: 'GET',
      path: '/profiles/:id/cookies',
      handle: (exchange) => exchange.json({ cookies: profiles.cookies(idOf(exchange)) }),
    },
    {
      method: 'POST',
      path: '/profiles/:id/cookies',
      handle: (exchange) => setCookies(profiles, idOf(exchange), exchange),
    },
    {
      method: 'POST',
      path: '/profiles/:id/duplicate',
      handle: async (exchange) =>
        exchange.json(
          encodeProfile(await profiles.duplicate(idOf(exchange), await nameIn(exchange))),
        ),
    },
  ];
}

async function nameIn(exchange: Exchange): Promise<string | null> {
  return (await checkedBody(exchange, profileNameSchema, 'Invalid profile')).name ?? null;
}

async function deleteProfile(
  profiles: ProfileStore,
  id: string,
  { json }: Exchange,
): Promise<void> {
  await profiles.delete(id);
  json({ success: true, message: `The profile ${id} was deleted.` });
}

async function setCookies(profiles: ProfileStore, id: string, exchange: Exchange): Promise<void> {
  profiles.get(id);
  const { cookies, mode } = await checkedBody(exchange, profileCookiesSchema, 'Invalid cookies');
  const count = await profiles.setCookies(id, cookies, mode);
  exchange.json({
    success: true,
    message: `${cookies.length} cookies taken; the profile has ${count} now.`,
    mode,
    cookies_count: count,
  });
}
