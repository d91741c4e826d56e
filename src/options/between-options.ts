/** Rules between session options that are valid by themselves. Pure. */
import type { Issue } from '../contract/issues';
import { CLOUD_API_URL } from './defaults';
import { environment } from './environment';
import { cdpUrlOf, gridUrlOf, hasRemoteApi, isCloud, providerOf } from './source';
import type { SessionOptions } from './types';

const NEEDS_CLOUD =
  'needs a session API that can do it; embedded sessions cannot. Set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl, or leave it out';
const BOTH_SOURCES =
  'asks for embedded sessions, but apiUrl or apiKey for remote ones; leave one of them out';

/** The facts that rules between options need. */
interface Facts extends SessionOptions {
  isRemote: boolean;
  isOnGrid: boolean;
  hasProvider: boolean;
  isOnCloud: boolean;
  namesApi: boolean;
}

/** What must hold: where the option is, whether the rule is broken, and what to say then. */
type Rule = readonly [at: string, isBroken: (facts: Facts) => boolean, message: string];

/** What must hold between options that are valid by themselves. */
const RULES: readonly Rule[] = [
  [
    'gridUrl',
    ({ backend, isOnGrid, namesApi }) => backend === 'grid' && !isOnGrid && !namesApi,
    "is missing: backend 'grid' needs the URL of a Selenium Grid. Set it, or SELENIUM_REMOTE_URL",
  ],
  [
    'gridUrl',
    ({ gridUrl, backend = 'grid', cdpUrl }) =>
      gridUrl !== undefined && (backend !== 'grid' || cdpUrl !== undefined),
    "needs the backend 'grid', and no cdpUrl",
  ],
  ['gridUrl', ({ gridUrl, namesApi }) => gridUrl !== undefined && namesApi, BOTH_SOURCES],
  [
    'capabilities',
    ({ capabilities, isOnGrid }) => capabilities !== undefined && !isOnGrid,
    'need a Selenium Grid. Set gridUrl, or leave them out',
  ],
  [
    'profile',
    ({ profile, isOnGrid }) => profile !== undefined && isOnGrid,
    'needs a browser that keeps its files, and those of a Selenium Grid do not. Use cookieFile or storageState, or leave it out',
  ],
  ['backend', ({ backend, namesApi }) => backend !== undefined && namesApi, BOTH_SOURCES],
  [
    'cdpUrl',
    ({ backend, cdpUrl }) => backend === 'cdp' && cdpUrl === undefined,
    "is missing: backend 'cdp' drives the browser behind it. Set it, or SESSIONWRIGHT_CDP_URL",
  ],
  [
    'cdpHeaders',
    ({ cdpHeaders, isOnCloud }) => cdpHeaders !== undefined && isOnCloud,
    "need a sessionwright server: the cloud's session API has no field for them. Set backend: 'cdp', or leave them out",
  ],
  [
    'backend',
    ({ backend, cdpUrl }) => backend === 'chromium' && cdpUrl !== undefined,
    "must be 'cdp' (or left out) with cdpUrl, got 'chromium'",
  ],
  [
    'cdpUrl',
    ({ cdpUrl, hasProvider }) => cdpUrl !== undefined && hasProvider,
    'excludes a provider, which names the browser itself; leave one of the two out',
  ],
  ...(['profile', 'proxies', 'args', 'userAgent', 'cdpHeaders'] as const).map((name): Rule => [
    name,
    (facts) => facts[name] !== undefined && facts.hasProvider,
    'is up to the provider that starts the browser. Set it in the options of its module, or leave it out',
  ]),
  ['solveCaptchas', (facts) => facts.solveCaptchas === true && !facts.isRemote, NEEDS_CLOUD],
  ['proxies', (facts) => hasCloudProxy(facts) && !facts.isRemote, NEEDS_CLOUD],
  [
    'transport',
    ({ transport, isRemote }) => transport === 'playwright' && !isRemote,
    "'playwright' needs a session server with a Playwright next to its browsers; embedded sessions are driven over CDP. Leave it out, or set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl",
  ],
  [
    'sessionId',
    ({ sessionId, isRemote }) => sessionId !== undefined && !isRemote,
    'is the id of a session of a session API, and none is configured. Set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl',
  ],
];

/** Options that have an effect on a session that already runs. */
const FOR_RUNNING: readonly string[] = [
  'apiUrl',
  'apiKey',
  'startTimeout',
  'maxSessions',
  'transport',
  'exposeNetwork',
];

/** What is wrong between options. Paths begin below the session options. */
export function findConflicts(options: SessionOptions): Issue[] {
  const facts = {
    ...options,
    cdpUrl: cdpUrlOf(options),
    isRemote: hasRemoteApi(options),
    isOnGrid: gridUrlOf(options) !== undefined,
    hasProvider: providerOf(options) !== undefined,
    isOnCloud:
      hasRemoteApi(options) && isCloud(options.apiUrl ?? environment.apiUrl ?? CLOUD_API_URL),
    namesApi: (options.apiUrl ?? options.apiKey) !== undefined,
  };
  const issues = RULES.filter(([, isBroken]) => isBroken(facts)).map(([path, , message]) => ({
    path,
    message,
  }));
  const shapesNoStart = Object.entries(options).every(
    ([name, value]) => value === undefined || [...FOR_RUNNING, 'sessionId'].includes(name),
  );
  if (options.sessionId !== undefined && !shapesNoStart)
    issues.push({
      path: 'sessionId',
      message: `excludes every option that shapes a start, because the session already runs. With it, only ${FOR_RUNNING.join(', ')} have an effect`,
    });
  return issues;
}

function hasCloudProxy({ proxies }: SessionOptions): boolean {
  return (
    proxies === true || (Array.isArray(proxies) && proxies.some(({ type }) => type !== 'external'))
  );
}
