/** Which HTTP proxy stands between this machine and a host, as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say. */
import { authorizationFor, hostOf, isLoopback, portOf } from '../base/addresses';
import { OptionsError } from '../contract/errors';
import { environment } from './environment';

/** Schemes of connections that are encrypted. */
const SECURE = ['https:', 'wss:'];

/**
 * The proxy that a connection goes through: for `https:` and `wss:` that of `HTTPS_PROXY`, else that of `HTTP_PROXY`.
 * @returns undefined when it goes straight to its host: no proxy is named, `NO_PROXY` names the host, or it is this machine
 * @throws {@link OptionsError} when what is named is no URL of an HTTP proxy. What it is, is not repeated: it may hold a password.
 */
export function proxyFor(url: URL): URL | undefined {
  // A proxy elsewhere would look for this machine on its own.
  if (isLoopback(hostOf(url))) return undefined;
  const { http, https, none } = environment.networkProxies;
  const [name, value] =
    SECURE.includes(url.protocol) && https !== undefined
      ? ['HTTPS_PROXY', https]
      : ['HTTP_PROXY', http];
  if (value === undefined || isExcepted(url, none ?? '')) return undefined;
  const text = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy && ['http:', 'https:'].includes(proxy.protocol) && isDecodable(proxy)) return proxy;
  throw new OptionsError(
    `${name} in the environment is no URL of an HTTP proxy, such as http://proxy.example.com:3128. Correct it, or name in NO_PROXY the hosts that are reached without.`,
    { path: name },
  );
}

/** A `%` that stands for itself is to be written `%25`. */
function isDecodable(proxy: URL): boolean {
  try {
    authorizationFor(proxy);
    return true;
  } catch {
    return false;
  }
}

/** Hosts are excepted by name, which goes for those below it too, a port that they are reached by, or `*`, all of them. */
function isExcepted(url: URL, list: string): boolean {
  const host = withoutDot(hostOf(url));
  return list
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, written = entry, port] = /^([^:]+|\[.+\]):(\d+)$/.exec(entry) ?? [];
      const name = withoutDot(written.replace(/^\*?\./, '').replace(/^\[|\]$/g, ''));
      if (port !== undefined && Number(port) !== portOf(url)) return false;
      return name === '*' || host === name || host.endsWith(`.${name}`);
    });
}

/** A name may end in the dot of the root of all names. */
function withoutDot(host: string): string {
  return host.replace(/\.$/, '');
}
