/** Sets cookies in a browser, and reports which ones it accepted. */
import { countText } from '../../base/texts';
import type { CdpConnection } from '../../cdp/connection';
import type { CdpCookie, CdpCookieParam } from '../../cdp/protocol';
import type { Cookie } from '../../contract/cookies';
import { isSessionwrightError } from '../../contract/errors';
import type { Issue } from '../../contract/issues';
import { refused } from '../../contract/refusals';
import { toCdp } from './cdp-cookies';

/**
 * Sets the cookies in the default context: all of them, or none when one is malformed.
 * @returns how many were set, and which were not and why, in words. Chromium drops some without an error.
 * @throws {@link InvalidRequestError} naming each malformed one by its position
 */
export async function setCookies(
  connection: CdpConnection,
  cookies: readonly Cookie[],
): Promise<string> {
  const params = cookies.map(toCdp);
  try {
    await connection.send('Storage.setCookies', { cookies: params });
  } catch (error) {
    if (!isSessionwrightError(error, 'cdp_error')) throw error;
    const found = await malformed(connection, params).catch((): Issue[] => []); // an external browser may not allow new contexts
    throw refused(
      'The browser refused the cookies, and none was set',
      found.length > 0 ? found : [{ path: 'cookies', message: error.message }],
    );
  }
  const kept = await connection.send('Storage.getCookies', {});
  const dropped = params.flatMap((cookie, index) =>
    kept.cookies.some((it) => isSame(it, cookie))
      ? []
      : [`cookies.${index} ("${cookie.name}"): ${reasonFor(cookie)}`],
  );
  const count = cookies.length - dropped.length;
  if (dropped.length === 0) return `${countText(count, 'cookie')} set`;
  return `${count} of ${countText(cookies.length, 'cookie')} set; not: ${dropped.join('; ')}`;
}

/** Tries each cookie separately, in a new context: the session's cookies do not change. */
async function malformed(
  connection: CdpConnection,
  params: readonly CdpCookieParam[],
): Promise<Issue[]> {
  const context = await connection.send('Target.createBrowserContext', { disposeOnDetach: true });
  const tries = await Promise.allSettled(
    params.map(async (cookie) =>
      connection.send('Storage.setCookies', { cookies: [cookie], ...context }),
    ),
  );
  await connection.send('Target.disposeBrowserContext', context);
  return tries.flatMap(({ status }, index) =>
    status === 'fulfilled' ? [] : [{ path: `cookies.${index}`, message: problemOf(params[index]) }],
  );
}

/** Chromium only reports that a cookie is wrong. */
function problemOf(cookie: CdpCookieParam | undefined): string {
  const name = cookie?.name ?? '';
  if (/^__(Secure|Host)-/i.test(name) && cookie?.secure !== true)
    return `the name "${name}" is only for cookies that are secure`;
  return `the browser takes no cookie "${name}" like this; check its name, value, domain and path`;
}

function isSame(kept: CdpCookie, wanted: CdpCookieParam): boolean {
  const domainOf = ({ domain = '' }: { domain?: string }): string =>
    domain.replace(/^\./, '').toLowerCase();
  return (
    kept.name === wanted.name &&
    kept.value === wanted.value &&
    kept.path === (wanted.path || '/') &&
    domainOf(kept) === domainOf(wanted) &&
    kept.sameSite === wanted.sameSite &&
    kept.partitionKey?.topLevelSite === wanted.partitionKey?.topLevelSite &&
    kept.partitionKey?.hasCrossSiteAncestor === wanted.partitionKey?.hasCrossSiteAncestor
  );
}

function reasonFor({ expires, sameSite, secure }: CdpCookieParam): string {
  if (expires !== undefined && expires * 1000 <= Date.now()) return 'it has expired';
  if (sameSite === 'None' && secure !== true) return 'SameSite=None needs Secure';
  return 'the browser did not take it';
}
