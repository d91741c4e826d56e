/** Proxies of a session as they travel: one of the cloud, an external one, or a node of a tailnet. */
import * as z from 'zod';

import { isRecord, withoutNulls } from '../base/json';
import { COUNTRY } from './limits';
import { camelize, snakify } from './naming';
import { looseBoolean } from './values';

/** A proxy for a session's traffic: of the cloud (residential, by country and city), your own, or a node of your tailnet. */
export type ProxyOptions =
  | {
      type: 'notte';
      /** Id of one proxy of the cloud's. */
      id?: string | undefined;
      /** Where its address is: two lower-case letters, such as `de`. */
      country?: string | undefined;
      /** The city in that country. */
      city?: string | undefined;
    }
  | {
      type: 'external';
      /** Its URL: `http`, `https`, `socks4` or `socks5`, host and port. */
      server: string;
      /** Name to sign in with. */
      username?: string | undefined;
      /** Password to sign in with. */
      password?: string | undefined;
      /** Comma-separated hosts that are reached without it. */
      bypass?: string | undefined;
    }
  | {
      type: 'tailnet';
      /** Id of an OAuth client of your tailnet, with which the session joins it. */
      oauthClientId: string;
      /** Secret of that client. */
      oauthClientSecret?: string | undefined;
    };

const text = z.string().nullish();

const proxySchema = z.preprocess(
  flattenGeolocation,
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('notte'),
      id: text,
      country: z
        .string()
        .regex(COUNTRY, 'Invalid input: expected two lower-case letters, such as "us"')
        .nullish(),
      city: z.string().trim().min(1).nullish(),
    }),
    z.strictObject({
      type: z.literal('external'),
      server: z.string().min(1),
      username: text,
      password: text,
      bypass: text,
    }),
    z.strictObject({
      type: z.literal('tailnet'),
      oauth_client_id: z.string().min(1),
      oauth_client_secret: text,
    }),
  ]),
);

/** `proxies` of a start request: on or off, or a list whose members each name their `type`. */
export const proxiesSchema = z.union([looseBoolean, z.array(proxySchema)], {
  error: 'Invalid input: expected true, false or a list of proxies',
});

/** TypeScript's names for what came over the wire. */
export function decodeProxies(proxies: z.output<typeof proxiesSchema>): boolean | ProxyOptions[] {
  return typeof proxies === 'boolean'
    ? proxies
    : proxies.map((proxy) => camelize(withoutNulls(proxy)) as ProxyOptions);
}

/** Wire names for what the caller wrote; what is no proxy is passed on, to be refused by the schema. */
export function encodeProxies(proxies: unknown): unknown {
  return Array.isArray(proxies)
    ? proxies.map((proxy: unknown) => (isRecord(proxy) ? snakify(proxy) : proxy))
    : proxies;
}

/** Older clients nest country and city under `geolocation`. */
function flattenGeolocation(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { geolocation, ...rest } = value;
  return { ...(geolocation as object | null | undefined), ...rest };
}
