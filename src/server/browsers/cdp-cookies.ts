/** Cookies of the contract in the form of the browser's protocol. */
import type { CdpCookie, CdpCookieParam } from '../../cdp/protocol';
import type { Cookie } from '../../contract/cookies';
import {
  CROSS_SITE_ANCESTOR,
  fromPlaywrightCookie,
  partitionOf,
  toPlaywrightCookie,
} from '../../contract/cookies';

/** A cookie of the browser. */
export function fromCdp({
  name,
  value,
  domain,
  path,
  expires,
  httpOnly,
  secure,
  sameSite,
  partitionKey,
}: CdpCookie): Cookie {
  return fromPlaywrightCookie({
    name,
    value,
    domain,
    path,
    expires,
    httpOnly,
    secure,
    ...(sameSite && { sameSite }),
    ...(partitionKey && {
      partitionKey: partitionKey.topLevelSite,
      [CROSS_SITE_ANCESTOR]: partitionKey.hasCrossSiteAncestor,
    }),
  });
}

/** A cookie for the browser. */
export function toCdp(cookie: Cookie): CdpCookieParam {
  const { name, value, domain, path, httpOnly, secure, sameSite, expires } =
    toPlaywrightCookie(cookie);
  const partitionKey = partitionOf(cookie);
  return {
    ...{ name, value, domain, path, httpOnly, secure },
    ...(sameSite && { sameSite }),
    ...(expires > 0 && { expires }),
    ...(partitionKey && { partitionKey }),
  };
}
