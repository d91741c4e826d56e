/** Decides where sessions come from: an embedded session server, with browsers of this machine or of a Selenium Grid, or a remote session API. */
import { isLoopback } from '../base/addresses';
import { isRecord, parseJson } from '../base/json';
import { shownUrl } from '../base/redaction';
import { CLOUD_API_URL } from './defaults';
import { environment } from './environment';
import type { SessionOptions } from './types';

/** The part of the environment that decides. */
type ApiEnvironment = Pick<typeof environment, 'apiUrl' | 'apiKey'> &
  Partial<Pick<typeof environment, 'gridUrl'>>;

/** True when sessions come from a remote API: options or environment name an URL or a key, and no backend of our own is asked for. */
export function hasRemoteApi(options: SessionOptions, env: ApiEnvironment = environment): boolean {
  if ((options.apiUrl ?? options.apiKey) !== undefined) return true;
  return (
    (options.backend ?? options.gridUrl) === undefined && (env.apiUrl ?? env.apiKey) !== undefined
  );
}

/** The URL of the Selenium Grid that embedded sessions get their browsers from; undefined when it is none. May hold a password. */
export function gridUrlOf(
  options: SessionOptions,
  env: ApiEnvironment = environment,
): string | undefined {
  if (hasRemoteApi(options, env)) return undefined;
  const { backend, cdpUrl, gridUrl } = options;
  const mayBe = backend === 'grid' || (backend === undefined && cdpUrl === undefined);
  return mayBe ? (gridUrl ?? env.gridUrl) : undefined;
}

/** The Selenium Grid that embedded sessions get their browsers from, and what it is told; undefined when it is none. Secret. */
export function gridOf(options: SessionOptions):
  | {
      url: string;
      capabilities: Readonly<Record<string, unknown>>;
      headers: Readonly<Record<string, string>>;
    }
  | undefined {
  const url = gridUrlOf(options);
  if (url === undefined) return undefined;
  const headers = objectIn(environment.gridHeaders);
  return {
    url,
    capabilities: options.capabilities ?? objectIn(environment.gridCapabilities),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value)]),
    ),
  };
}

/** What is no object was refused when options were checked. */
function objectIn(json: string | undefined): Record<string, unknown> {
  const value = json === undefined ? undefined : parseJson(json);
  return isRecord(value) ? value : {};
}

/** True when the browser may run on another machine: neither this one's files and processors, nor its localhost are the browser's. */
export function isElsewhere(options: SessionOptions, env: ApiEnvironment = environment): boolean {
  return (
    hasRemoteApi(options, env) ||
    options.cdpUrl !== undefined ||
    gridUrlOf(options, env) !== undefined
  );
}

/** True when the browser works with the processors of another machine. One that is reached by this one's loopback is taken for one of here: a tunnel would look the same. */
export function hasOwnProcessors(
  options: SessionOptions,
  env: ApiEnvironment = environment,
): boolean {
  const url = hasRemoteApi(options, env)
    ? (options.apiUrl ?? env.apiUrl ?? CLOUD_API_URL)
    : (options.cdpUrl ?? gridUrlOf(options, env));
  return url !== undefined && URL.canParse(url) && !isLoopback(new URL(url).hostname);
}

/** Where sessions come from, in a few words for the run's first line. Holds no secret. */
export function describeSource(options: SessionOptions, env: ApiEnvironment = environment): string {
  if (hasRemoteApi(options, env)) return describeApi(options.apiUrl ?? env.apiUrl ?? CLOUD_API_URL);
  const gridUrl = gridUrlOf(options, env);
  if (gridUrl !== undefined)
    return `embedded session server (Selenium Grid at ${shownUrl(gridUrl)})`;
  return `embedded session server (${options.cdpUrl === undefined ? 'Chromium' : `browser at ${hostOf(options.cdpUrl)}`})`;
}

/** Whether a session API is the cloud's, which bills each session by the started minute. */
export function isCloud(apiUrl: string): boolean {
  return URL.canParse(apiUrl) && new URL(apiUrl).hostname.endsWith('.notte.cc');
}

function describeApi(apiUrl: string): string {
  if (!URL.canParse(apiUrl) || !/^https?:/i.test(apiUrl)) return 'a session API with a wrong URL'; // refused when options are checked
  const shown = shownUrl(apiUrl);
  return isCloud(apiUrl) ? shown : `${shown} (self-hosted)`;
}

/** Only the host: keys of CDP providers ride in the path, the query or the user part. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'a wrong URL';
}
