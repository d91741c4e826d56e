/** Where sessions come from: an embedded session server (with browsers of this machine, a Selenium Grid or a provider) or a remote session API. */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { isLoopback } from '../base/addresses';
import { isRecord, parseJson } from '../base/json';
import { shownUrl } from '../base/redaction';
import { CLOUD_API_URL } from './defaults';
import { environment } from './environment';
import { OptionsError } from '../contract/errors';
import { MINUTE_MS, MINUTES } from '../contract/limits';
import type { ProviderBackend, SessionOptions } from './types';

/** The relevant part of the environment. */
type ApiEnvironment = Pick<typeof environment, 'apiUrl' | 'apiKey'> &
  Partial<Pick<typeof environment, 'gridUrl' | 'cdpUrl'>>;

/** Whether sessions come from a remote API: the options or the environment set a URL or key, and the options set no embedded backend. */
export function hasRemoteApi(options: SessionOptions, env: ApiEnvironment = environment): boolean {
  if ((options.apiUrl ?? options.apiKey) !== undefined) return true;
  return (
    (options.backend ?? options.gridUrl) === undefined && (env.apiUrl ?? env.apiKey) !== undefined
  );
}

/** The URL of the CDP endpoint that sessions drive; undefined if there is none. May contain secrets. */
export function cdpUrlOf(
  options: SessionOptions,
  env: Pick<ApiEnvironment, 'cdpUrl'> = environment,
): string | undefined {
  const { backend = 'cdp', cdpUrl, gridUrl, sessionId } = options;
  const mayBe = backend === 'cdp' && (gridUrl ?? sessionId) === undefined;
  return cdpUrl ?? (mayBe ? env.cdpUrl : undefined);
}

/** The CDP endpoint that sessions drive, as options of a start. Contains secrets. */
export function cdpEndpointOf(
  options: SessionOptions,
): Pick<SessionOptions, 'cdpUrl' | 'cdpHeaders'> {
  const cdpUrl = cdpUrlOf(options);
  if (cdpUrl === undefined) return {};
  const { cdpHeaders = headersIn(environment.cdpHeaders) } = options;
  return { cdpUrl, ...(Object.keys(cdpHeaders).length > 0 && { cdpHeaders }) };
}

/** The URL of the Selenium Grid for embedded sessions; undefined if there is none. May contain a password. */
export function gridUrlOf(
  options: SessionOptions,
  env: ApiEnvironment = environment,
): string | undefined {
  if (hasRemoteApi(options, env)) return undefined;
  const { backend, gridUrl } = options;
  const mayBe =
    backend === 'grid' || (backend === undefined && cdpUrlOf(options, env) === undefined);
  return mayBe ? (gridUrl ?? env.gridUrl) : undefined;
}

/** The Selenium Grid for embedded sessions, with capabilities and headers; undefined if there is none. Contains secrets. */
export function gridOf(options: SessionOptions):
  | {
      url: string;
      capabilities: Readonly<Record<string, unknown>>;
      headers: Readonly<Record<string, string>>;
    }
  | undefined {
  const url = gridUrlOf(options);
  if (url === undefined) return undefined;
  return {
    url,
    capabilities: options.capabilities ?? objectIn(environment.gridCapabilities),
    headers: headersIn(environment.gridHeaders),
  };
}

function headersIn(json: string | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectIn(json)).map(([name, value]) => [name, String(value)]),
  );
}

/** A provider: the path or the package of its module, and the module's own options. */
export interface ProviderChoice {
  module: string;
  options?: Readonly<Record<string, unknown>> | undefined;
}

/** The provider of embedded sessions; undefined if there is none. */
export function providerOf({ backend }: SessionOptions): ProviderChoice | undefined {
  if (!Array.isArray(backend)) return undefined;
  const [module, options] = backend as ProviderBackend;
  return { module, options };
}

/**
 * The provider of a command: its module, with the options of the environment.
 * @throws {@link OptionsError} if those are not a JSON object
 */
export function chosenProvider(module: string, folder: string): ProviderChoice {
  const json = environment.providerOptions;
  const options = json === undefined ? {} : parseJson(json);
  const path = 'SESSIONWRIGHT_PROVIDER_OPTIONS';
  if (!isRecord(options))
    throw new OptionsError(`${path}: must be a JSON object, such as {"region":"eu"}`, { path });
  return { module: modulePath(module, folder), options };
}

/** The options with the full path of the provider's module. They may be invalid. */
export function withModulePath(options: SessionOptions, folder: string): SessionOptions {
  const provider = providerOf(options);
  if (typeof provider?.module !== 'string') return options;
  return { ...options, backend: [modulePath(provider.module, folder), provider.options ?? {}] };
}

/** The full path of a module. A package that cannot be found from the folder keeps its name. */
function modulePath(module: string, folder: string): string {
  if (/^\.{0,2}[\\/]/.test(module)) return resolve(folder, module);
  try {
    return createRequire(join(folder, 'package.json')).resolve(module);
  } catch {
    return module;
  }
}

/** The longest duration of embedded sessions that set none, in milliseconds: a day, or that of the cloud where each minute costs. */
export function defaultMaxDurationMs(options: SessionOptions): number {
  return (providerOf(options) ? MINUTES.defaultDuration : MINUTES.maxDuration) * MINUTE_MS;
}

/** Validation has refused values that are not objects. */
function objectIn(json: string | undefined): Record<string, unknown> {
  const value = json === undefined ? undefined : parseJson(json);
  return isRecord(value) ? value : {};
}

/** Whether the browser may run on another machine, with other files, processors and another localhost. */
export function isElsewhere(options: SessionOptions, env: ApiEnvironment = environment): boolean {
  return (
    hasRemoteApi(options, env) ||
    cdpUrlOf(options, env) !== undefined ||
    providerOf(options) !== undefined ||
    gridUrlOf(options, env) !== undefined
  );
}

/** Whether the browser uses the processors of another machine. A loopback address counts as this machine, although it may be a tunnel. */
export function hasOwnProcessors(
  options: SessionOptions,
  env: ApiEnvironment = environment,
): boolean {
  if (providerOf(options)) return true;
  const url = hasRemoteApi(options, env)
    ? (options.apiUrl ?? env.apiUrl ?? CLOUD_API_URL)
    : (cdpUrlOf(options, env) ?? gridUrlOf(options, env));
  return url !== undefined && URL.canParse(url) && !isLoopback(new URL(url).hostname);
}

/**
 * Where sessions come from, for the run's first line. Contains no secrets.
 * @param providerName - the name of the provider, if its module is loaded
 */
export function describeSource(
  options: SessionOptions,
  env: ApiEnvironment = environment,
  providerName?: string,
): string {
  if (hasRemoteApi(options, env)) return describeApi(options.apiUrl ?? env.apiUrl ?? CLOUD_API_URL);
  const gridUrl = gridUrlOf(options, env);
  if (gridUrl !== undefined)
    return `embedded session server (Selenium Grid at ${shownUrl(gridUrl)})`;
  const provider = providerOf(options);
  if (provider) return `embedded session server (provider ${providerName ?? provider.module})`;
  const cdpUrl = cdpUrlOf(options, env);
  return `embedded session server (${cdpUrl === undefined ? 'Chromium' : `browser at ${hostOf(cdpUrl)}`})`;
}

/** Whether this is the cloud's session API. It bills each started minute of a session. */
export function isCloud(apiUrl: string): boolean {
  return URL.canParse(apiUrl) && new URL(apiUrl).hostname.endsWith('.notte.cc');
}

function describeApi(apiUrl: string): string {
  if (!URL.canParse(apiUrl) || !/^https?:/i.test(apiUrl)) return 'a session API with a wrong URL'; // validation refuses it
  const shown = shownUrl(apiUrl);
  return isCloud(apiUrl) ? shown : `${shown} (self-hosted)`;
}

/** Only the host: CDP providers put keys into the path, the query or the credentials. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'a wrong URL';
}
