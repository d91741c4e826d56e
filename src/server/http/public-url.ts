/** The URL by which others reach the server through a proxy, an ingress or a tunnel. */
import { addresses, CLOUD_ONLY, sockets } from '../../contract/addresses';
import { OptionsError } from '../../contract/errors';
import { operationList } from '../../contract/operations';

/** The first parts of all paths of the API, which a prefix must differ from. */
const ROOT_NAMES = new Set([
  ...[
    ...operationList.map(({ path }) => path),
    ...Object.values(addresses),
    ...Object.values(sockets),
  ].map((path) => path.split('/')[1] ?? ''),
  ...Object.keys(CLOUD_ONLY),
]);

/** The parts of a public URL. */
export interface PublicUrl {
  /** The start of every URL in answers, without a slash at the end. */
  base: string;
  /** Scheme, host and port: the origin of the server's pages. */
  origin: string;
  /** The host without the port. */
  hostname: string;
  /** The path, such as `/sessions-api`; may be empty. */
  prefix: string;
}

/**
 * Reads a public URL.
 * @throws {@link OptionsError} if it is not `http:` or `https:`, has a query, a fragment or credentials, or a path of the API
 */
export function parsePublicUrl(text: string): PublicUrl {
  const refuse = (what: string): never => {
    throw new OptionsError(
      `The public URL ${what}. Use the URL by which others reach this server, such as https://sessions.example or https://example.com/browsers.`,
      { path: 'publicUrl' },
    );
  };
  if (!URL.canParse(text)) return refuse('is not a URL');
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol))
    refuse(`starts with ${url.protocol}//, not with https:// or http://`);
  if (url.username !== '' || url.password !== '') refuse('contains a user name or a password');
  if (/[?#]/.test(text)) refuse('has a query or a fragment');
  const prefix = url.pathname.replace(/\/+$/, '');
  if (prefix.includes('//')) refuse('has two slashes in its path');
  const [, first = ''] = prefix.split('/');
  if (ROOT_NAMES.has(first)) refuse(`has the path /${first}, which is a path of the session API`);
  return { base: url.origin + prefix, origin: url.origin, hostname: url.hostname, prefix };
}

/** The target of a request without the prefix, which some proxies remove and others keep. */
export function withoutPrefix(target: string, prefix: string): string {
  if (prefix === '' || !target.startsWith(prefix)) return target;
  const rest = target.slice(prefix.length);
  return /^($|[/?])/.test(rest) ? `/${rest.replace(/^\//, '')}` : target;
}
