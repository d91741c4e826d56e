/** Decides where sessions come from: an embedded session server, or a remote session API. */
import { CLOUD_API_URL } from './defaults';
import { environment } from './environment';
import type { SessionOptions } from './types';

/** The part of the environment that decides. */
type ApiEnvironment = Pick<typeof environment, 'apiUrl' | 'apiKey'>;

/** True when sessions come from a remote API: options or environment name an URL or a key, and no backend of our own is asked for. */
export function hasRemoteApi(options: SessionOptions, env: ApiEnvironment = environment): boolean {
  if ((options.apiUrl ?? options.apiKey) !== undefined) return true;
  return options.backend === undefined && (env.apiUrl ?? env.apiKey) !== undefined;
}

/** True when the browser may run on another machine: neither this one's files and processors, nor its localhost are the browser's. */
export function isElsewhere(options: SessionOptions, env: ApiEnvironment = environment): boolean {
  return hasRemoteApi(options, env) || options.cdpUrl !== undefined;
}

/** Where sessions come from, in a few words for the run's first line. Holds no secret. */
export function describeSource(options: SessionOptions, env: ApiEnvironment = environment): string {
  if (hasRemoteApi(options, env)) return describeApi(options.apiUrl ?? env.apiUrl ?? CLOUD_API_URL);
  return `embedded session server (${options.cdpUrl === undefined ? 'Chromium' : `browser at ${hostOf(options.cdpUrl)}`})`;
}

function describeApi(apiUrl: string): string {
  if (!URL.canParse(apiUrl) || !/^https?:/i.test(apiUrl)) return 'a session API with a wrong URL'; // refused when options are checked
  const { protocol, host, hostname, pathname } = new URL(apiUrl);
  const shown = `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
  return hostname.endsWith('.notte.cc') ? shown : `${shown} (self-hosted)`;
}

/** Only the host: keys of CDP providers ride in the path, the query or the user part. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'a wrong URL';
}
