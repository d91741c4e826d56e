/** What reports may show of a `use`: Playwright's JSON report prints the one of each project as a whole, and is published with what stands in it. */
import { isRecord } from '../base/json';
import { SUITE_OPTIONS } from './project';
import type { SessionOptions } from './types';

/** Stands for a secret in reports. */
const HIDDEN = '(hidden)';

/**
 * Part of a `use`. Playwright puts those of a configuration, its parts and its projects together name by name: this comes along, and
 * knows what all of them have said when somebody makes JSON of the whole.
 */
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

/** Session options as a report may show them. They may be wrong: then the run is refused, and reported too. */
function shown(options: SessionOptions): object {
  const {
    apiKey,
    cdpUrl,
    gridUrl,
    capabilities,
    extraHTTPHeaders: extraHTTPHeaders,
    proxies,
  } = options;
  return {
    ...options,
    ...(apiKey !== undefined && { apiKey: HIDDEN }),
    ...(cdpUrl !== undefined && { cdpUrl: HIDDEN }), // tokens stand in such URLs
    ...(gridUrl !== undefined && { gridUrl: HIDDEN }), // it may name a user and a password
    ...(capabilities && { capabilities: hideValues(capabilities) }),
    ...(extraHTTPHeaders && { extraHTTPHeaders: hideValues(extraHTTPHeaders) }),
    ...(typeof proxies === 'object' && { proxies: [proxies].flat().map(shownProxy) }),
  };
}

function shownProxy(proxy: unknown): unknown {
  const secrets = ['password', 'oauthClientSecret'];
  const namesUser = isRecord(proxy) && String(proxy['server']).includes('@');
  return hideValues(proxy, namesUser ? [...secrets, 'server'] : secrets);
}

/** Hides the values of these names, or of all. What should be an object and is none may be a secret as a whole. */
function hideValues(object: unknown, names?: readonly string[]): unknown {
  if (!isRecord(object)) return HIDDEN;
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      !names || names.includes(name) ? HIDDEN : value,
    ]),
  );
}
