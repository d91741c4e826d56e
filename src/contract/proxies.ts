/** Proxies of a session on the wire: a cloud proxy, an external one, or a tailnet node. */
import * as z from 'zod';

import { isRecord, withoutNulls } from '../base/json';
import { COUNTRY } from './limits';
import { camelize, snakify } from './naming';
import { looseBoolean } from './values';

/** A proxy for a session's traffic: a cloud proxy (residential, by country and city), your own, or a node of your tailnet. */
export type ProxyOptions =
  | {
      type: 'notte';
      /** Id of a cloud proxy. */
      id?: string | undefined;
      /** Country of its address: two lower-case letters, such as `de`. */
      country?: string | undefined;
      /** City in that country. */
      city?: string | undefined;
    }
  | {
      type: 'external';
      /** URL with the scheme `http`, `https`, `socks4` or `socks5`, host and port. */
      server: string;
      /** User name. */
      username?: string | undefined;
      /** Password. */
      password?: string | undefined;
      /** Comma-separated hosts that bypass the proxy. */
      bypass?: string | undefined;
    }
  | {
      type: 'tailnet';
      /** Id of an OAuth client with which the session joins your tailnet. */
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

/** `proxies` of a start request: a boolean, or a list of proxies with a `type`. */
export const proxiesSchema = z.union([looseBoolean, z.array(proxySchema)], {
  error: 'Invalid input: expected true, false or a list of proxies',
});

/** Converts wire names to TypeScript names. */
export function decodeProxies(proxies: z.output<typeof proxiesSchema>): boolean | ProxyOptions[] {
  return typeof proxies === 'boolean'
    ? proxies
    : proxies.map((proxy) => camelize(withoutNulls(proxy)) as ProxyOptions);
}

/** Converts TypeScript names to wire names. Passes on invalid values for the schema to refuse. */
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
