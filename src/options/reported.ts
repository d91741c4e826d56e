/** Hides secrets in reports. Playwright's JSON report contains the whole `use` of each project. */
import { isRecord } from '../base/json';
import { SUITE_OPTIONS } from './project';
import type { SessionOptions } from './types';

/** Stands for a secret in reports. */
const HIDDEN = '(hidden)';

/** A member for `use`. Playwright merges the `use` objects of a configuration and its projects, so this member is in the result. */
export const REPORTED = { toJSON: withoutSecrets } as const;

function withoutSecrets(this: object): object {
  return Object.fromEntries(
    Object.entries(this).map(([name, value]: [string, unknown]) => [
      name,
      isOurs(name) && isRecord(value) ? shown(value) : value,
    ]),
  );
}

function isOurs(name: string): boolean {
  return name === 'sessionOptions' || name === SUITE_OPTIONS;
}

/** Session options without secrets. They may be invalid: a refused run is reported too. */
function shown(options: SessionOptions): object {
  const { apiKey, backend, cdpUrl, cdpHeaders, gridUrl, capabilities, extraHTTPHeaders, proxies } =
    options;
  return {
    ...options,
    ...(apiKey !== undefined && { apiKey: HIDDEN }),
    ...(Array.isArray(backend) && { backend: shownProvider(backend) }),
    ...(cdpUrl !== undefined && { cdpUrl: HIDDEN }), // may contain a token
    ...(cdpHeaders && { cdpHeaders: hideValues(cdpHeaders) }),
    ...(gridUrl !== undefined && { gridUrl: HIDDEN }), // may contain a password
    ...(capabilities && { capabilities: hideValues(capabilities) }),
    ...(extraHTTPHeaders && { extraHTTPHeaders: hideValues(extraHTTPHeaders) }),
    ...(typeof proxies === 'object' && { proxies: [proxies].flat().map(shownProxy) }),
  };
}

/** Its module, and the names of its options. */
function shownProvider([module, ...options]: readonly unknown[]): unknown[] {
  return [module, ...options.map((it) => hideValues(it))];
}

function shownProxy(proxy: unknown): unknown {
  const secrets = ['password', 'oauthClientSecret'];
  const namesUser = isRecord(proxy) && String(proxy['server']).includes('@');
  return hideValues(proxy, namesUser ? [...secrets, 'server'] : secrets);
}

/** Hides the values of these names, or all values. A value that is not an object is hidden as a whole. */
function hideValues(object: unknown, names?: readonly string[]): unknown {
  if (!isRecord(object)) return HIDDEN;
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      !names || names.includes(name) ? HIDDEN : value,
    ]),
  );
}
