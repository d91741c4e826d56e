/** Cookies of the contract as the browser's protocol gives and takes them. */
import type { CdpCookie, CdpCookieParam } from '../../cdp/protocol';
import type { Cookie } from '../../contract/cookies';
import { fromPlaywrightCookie, toPlaywrightCookie } from '../../contract/cookies';

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
    ...(partitionKey && { partitionKey: partitionKey.topLevelSite }),
  });
}

/** A cookie for the browser. */
export function toCdp(cookie: Cookie): CdpCookieParam {
  const { expires, partitionKey, ...rest } = toPlaywrightCookie(cookie);
  return {
    ...rest,
    ...(expires > 0 && { expires }),
    ...(partitionKey !== undefined && {
      partitionKey: { topLevelSite: partitionKey, hasCrossSiteAncestor: true },
    }), // as Playwright does
  };
}
