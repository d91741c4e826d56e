/** The URL under which others reach the server, when something stands in front of it: a proxy, an ingress, a tunnel. */
import { addresses, CLOUD_ONLY, sockets } from '../../contract/addresses';
import { OptionsError } from '../../contract/errors';
import { operationList } from '../../contract/operations';

/** What there is below the root of the API. A prefix of that name could not be told from it. */
const ROOT_NAMES = new Set([
  ...[
    ...operationList.map(({ path }) => path),
    ...Object.values(addresses),
    ...Object.values(sockets),
  ].map((path) => path.split('/')[1] ?? ''),
  ...Object.keys(CLOUD_ONLY),
]);

/** A public URL, in its parts. */
export interface PublicUrl {
  /** Every URL that the server gives out begins with it; without a slash at its end. */
  base: string;
  /** Its scheme, host and port: where pages of this server come from. */
  origin: string;
  /** Its host without the port. */
  hostname: string;
  /** Its path, such as `/sessions-api`; empty for none. */
  prefix: string;
}

/**
 * Reads a public URL.
 * @throws {@link OptionsError} when it is not `http:` or `https:`, has a query, a fragment or credentials, or a path that the API has itself
 */
export function parsePublicUrl(text: string): PublicUrl {
  const refuse = (what: string): never => {
    throw new OptionsError(
      `The public URL ${what}. Give the one that others reach this server by, such as https://sessions.example or https://example.com/browsers.`,
      { path: 'publicUrl' },
    );
  };
  if (!URL.canParse(text)) return refuse('is no URL');
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol))
    refuse(`begins with ${url.protocol}//, not with https:// or http://`);
  if (url.username !== '' || url.password !== '') refuse('holds a user name or a password');
  if (/[?#]/.test(text)) refuse('has a query or a fragment');
  const prefix = url.pathname.replace(/\/+$/, '');
  if (prefix.includes('//')) refuse('has two slashes in its path');
  const [, first = ''] = prefix.split('/');
  if (ROOT_NAMES.has(first)) refuse(`has the path /${first}, which the session API has itself`);
  return { base: url.origin + prefix, origin: url.origin, hostname: url.hostname, prefix };
}

/** The target of a request below the prefix, whether the proxy has left the prefix there or taken it away. */
export function withoutPrefix(target: string, prefix: string): string {
  if (prefix === '' || !target.startsWith(prefix)) return target;
  const rest = target.slice(prefix.length);
  return /^($|[/?])/.test(rest) ? `/${rest.replace(/^\//, '')}` : target;
}
