/** Chooses the HTTP proxy for a host from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. */
import { authorizationFor, hostOf, isLoopback, portOf } from '../base/addresses';
import { OptionsError } from '../contract/errors';
import { environment } from './environment';

/** Schemes of encrypted connections. */
const SECURE = ['https:', 'wss:'];

/**
 * The proxy for a connection: `HTTPS_PROXY` for `https:` and `wss:` if it is set, else `HTTP_PROXY`.
 * @returns undefined for a direct connection: no proxy is set, `NO_PROXY` contains the host, or it is this machine
 * @throws {@link OptionsError} if the variable is not the URL of an HTTP proxy. The message does not repeat it: it may contain a password.
 */
export function proxyFor(url: URL): URL | undefined {
  if (isLoopback(hostOf(url))) return undefined; // for the proxy, it would be the proxy's own machine
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
    `${name} in the environment is not the URL of an HTTP proxy, such as http://proxy.example.com:3128. Correct it, or add the hosts that need no proxy to NO_PROXY.`,
    { path: name },
  );
}

/** False if the credentials contain a `%` that is not written as `%25`. */
function isDecodable(proxy: URL): boolean {
  try {
    authorizationFor(proxy);
    return true;
  } catch {
    return false;
  }
}

/** An entry of `NO_PROXY` is a host name, which includes its subdomains, with an optional port, or `*` for all hosts. */
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

/** A fully qualified name may end with a dot. */
function withoutDot(host: string): string {
  return host.replace(/\.$/, '');
}
