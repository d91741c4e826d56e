/** What every option may be, one rule each, and what must hold between options. docs/options.md is tested against it. */
import { isRecord, parseJson } from '../base/json';
import {
  ASPECT_RATIOS,
  BROWSER_TYPES,
  COUNTRY,
  HEADER_NAME,
  HEADER_VALUE,
  MAX_AUTH_IDS,
  MAX_VIEWPORT_PX,
  MINUTE_MS,
  MINUTES,
  SCREENSHOT_TYPES,
  wholeMinutesText,
} from '../contract/limits';
import { START_RULES } from '../contract/start-rules';
import { gridRules } from './grid-rules';
import { isHostPattern } from './host-pattern';
import { hasRemoteApi } from './source';
import {
  type CrossRule,
  either,
  flag,
  leaf,
  list,
  oneOf,
  type OptionRule,
  secret,
  shape,
  text,
  whole,
} from './rules';
import type { SessionOptions, SessionTestOptions } from './types';

/** A video's largest side, in pixels: what the H.264 level in use can hold. */
const MAX_VIDEO_SIDE = 4096;

/** More sessions than a run has workers. */
const MAX_SESSIONS = 10_000;

const size = (
  from: number,
  to: number,
  required: readonly string[] = ['width', 'height'],
): OptionRule =>
  shape(
    { width: whole(from, to, 'pixels'), height: whole(from, to, 'pixels') },
    { what: '{ width, height }', required },
  );

const minutes = (most: number): OptionRule =>
  leaf(
    wholeMinutesText(most),
    (value) =>
      Number.isInteger(value) &&
      Number(value) % MINUTE_MS === 0 &&
      Number(value) >= MINUTE_MS &&
      Number(value) <= most * MINUTE_MS,
  );

const isUrl = (value: unknown, protocols: readonly string[]): boolean =>
  typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol);
const isHeaders = (value: unknown): boolean =>
  isRecord(value) &&
  Object.entries(value).every(([name, content]) => isHeaderName(name) && isHeaderValue(content));
const isHeaderName = (name: string): boolean => HEADER_NAME.test(name);
const isHeaderValue = (value: unknown): value is string =>
  typeof value === 'string' && HEADER_VALUE.test(value);
const isDistinct = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= MAX_AUTH_IDS &&
  value.every((id) => typeof id === 'string') &&
  new Set(value).size === value.length;
const isSecretText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Also checks the URL in the environment. A password in an URL would show in messages of other tools. */
export const apiUrlRule = leaf(
  'an URL with http:// or https://, without credentials and query',
  (value) => {
    if (!isUrl(value, ['http:', 'https:'])) return false;
    const { username, password, search } = new URL(String(value));
    return username === '' && password === '' && search === '';
  },
);

/** Also checks `SELENIUM_REMOTE_URL`. */
export const gridUrlRule = secret(
  'the URL of a Selenium Grid with http:// or https://, such as http://hub:4444',
  (value) => isUrl(value, ['http:', 'https:']),
);

/** `SELENIUM_REMOTE_HEADERS` and `SELENIUM_REMOTE_CAPABILITIES`. */
export const gridJsonRules = {
  SELENIUM_REMOTE_CAPABILITIES: secret('an object of capabilities as JSON', (value) =>
    isRecord(parseJson(String(value))),
  ),
  SELENIUM_REMOTE_HEADERS: secret('an object of header names and values as JSON', (value) =>
    isHeaders(parseJson(String(value))),
  ),
};

const A_PROXY = "an object such as { type: 'external', server: 'http://proxy.example.com:3128' }";
const proxyFields = {
  external: shape(
    {
      type: oneOf('external'),
      server: secret('a server, such as http://proxy.example.com:3128', isSecretText),
      username: secret('a name', isSecretText),
      password: secret('a password', isSecretText),
      bypass: text('hosts, separated by commas'),
    },
    { what: A_PROXY, required: ['server'] },
  ),
  notte: shape(
    {
      type: oneOf('notte'),
      id: text('an id'),
      country: leaf(
        "two lower-case letters, such as 'us'",
        (value) => typeof value === 'string' && COUNTRY.test(value),
      ),
      city: text('a city'),
    },
    { what: A_PROXY },
  ),
  tailnet: shape(
    {
      type: oneOf('tailnet'),
      oauthClientId: secret('a client id', isSecretText),
      oauthClientSecret: secret('a client secret', isSecretText),
    },
    { what: A_PROXY, required: ['oauthClientId'] },
  ),
};

/** `type` decides what else a proxy has. */
const proxyRule: OptionRule = {
  allowed: A_PROXY,
  check: (value, path) => {
    if (!isRecord(value)) return secret(A_PROXY, () => false).check(value, path);
    const { type } = value;
    const wrongType = oneOf(...Object.keys(proxyFields)).check(type, `${path}.type`);
    return wrongType.length > 0
      ? wrongType
      : proxyFields[type as keyof typeof proxyFields].check(value, path);
  },
};

/** `sessionOptions`, option by option. */
export const sessionOptionRules: Readonly<Record<keyof SessionOptions, OptionRule>> = {
  apiUrl: apiUrlRule,
  apiKey: secret('a key', isSecretText),
  backend: oneOf('chromium', 'grid', 'cdp'),
  gridUrl: gridUrlRule,
  capabilities: secret(
    "an object of WebDriver capabilities, such as { platformName: 'linux' }",
    isRecord,
  ),
  headless: flag,
  channel: oneOf(...BROWSER_TYPES),
  viewport: either(
    leaf('null', (value) => value === null),
    size(1, MAX_VIEWPORT_PX),
  ),
  aspectRatio: oneOf(...ASPECT_RATIOS),
  idleTimeout: minutes(MINUTES.maxIdle),
  maxDuration: minutes(MINUTES.maxDuration),
  userAgent: leaf('text in one line', (value) => isHeaderValue(value) && value !== ''),
  args: list(
    secret(
      'a switch that begins with --',
      (value) => typeof value === 'string' && value.startsWith('--'),
    ),
    "a list of switches, such as ['--lang=de']",
  ),
  proxies: either(flag, list(proxyRule, 'a list of proxies')),
  extraHTTPHeaders: secret(
    "an object of header names and values, such as { 'x-team': 'web' }",
    isHeaders,
  ),
  profile: shape(
    { id: text('the id of a profile'), persist: flag },
    { what: '{ id, persist }', required: ['id'] },
  ),
  cdpUrl: secret('an URL with ws:// or wss://', (value) => isUrl(value, ['ws:', 'wss:'])),
  solveCaptchas: flag,
  useFileStorage: flag,
  screenshotType: oneOf(...SCREENSHOT_TYPES),
  webBotAuth: flag,
  vaultId: text('the id of a vault'),
  authIds: leaf('a list of at most 10 ids, each once', isDistinct),
  waitForAuthentication: flag,
  sessionId: text('the id of a session'),
  startTimeout: whole(1000, 1_800_000, 'milliseconds'),
  maxSessions: whole(1, MAX_SESSIONS, 'sessions'),
  transport: oneOf('auto', 'playwright', 'cdp'),
  exposeNetwork: leaf(
    "hosts, separated by commas, such as '<loopback>' or '*.internal:8080'",
    isHostPattern,
  ),
  executablePath: text('the path of a Chromium'),
};

const recordingMode = oneOf(
  'off',
  'on',
  'retain-on-failure',
  'on-first-retry',
  'on-all-retries',
  'retain-on-first-failure',
  'retain-on-failure-and-retries',
);

/** The test options, option by option. */
export const testOptionRules: Readonly<Record<keyof SessionTestOptions, OptionRule>> = {
  isolation: either(
    oneOf('context', 'session'),
    shape(
      { mode: oneOf('session'), keepState: flag },
      { what: "{ mode: 'session', keepState }", required: ['mode'] },
    ),
  ),
  cookieFile: leaf(
    'the path of a file',
    (value) => typeof value === 'string' && value.trim() !== '' && !/[/\\\0]$/.test(value),
  ),
  saveCookies: oneOf('always', 'on-success', 'never'),
  recording: either(
    recordingMode,
    shape(
      { mode: recordingMode, size: size(16, MAX_VIDEO_SIDE), fps: whole(1, 60, 'frames a second') },
      { what: '{ mode, size, fps }', required: ['mode'] },
    ),
  ),
  viewerLink: oneOf('locked', 'open'),
};

/** Options that say nothing of how a session is started. */
const NOT_OF_THE_START: readonly (keyof SessionOptions)[] = [
  'apiUrl',
  'apiKey',
  'sessionId',
  'startTimeout',
  'maxSessions',
  'transport',
  'exposeNetwork',
];

const isEmbedded = (options: SessionOptions): boolean => !hasRemoteApi(options);
const hasCloudProxy = ({ proxies }: SessionOptions): boolean =>
  proxies === true || (Array.isArray(proxies) && proxies.some(({ type }) => type !== 'external'));
const needsCloud =
  'needs a session API that can do it; embedded sessions cannot. Set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl, or leave it out';

/** Checked when every option is allowed by itself. */
export const crossRules: readonly CrossRule[] = [
  ...gridRules,
  {
    at: 'backend',
    isBroken: ({ backend, apiUrl, apiKey }) =>
      backend !== undefined && (apiUrl ?? apiKey) !== undefined,
    message:
      'asks for embedded sessions, and apiUrl or apiKey for remote ones; leave one of them out',
  },
  {
    at: 'cdpUrl',
    isBroken: ({ backend, cdpUrl }) => backend === 'cdp' && cdpUrl === undefined,
    message: "is missing: backend 'cdp' drives the browser behind it",
  },
  {
    at: 'backend',
    isBroken: ({ backend, cdpUrl }) => backend === 'chromium' && cdpUrl !== undefined,
    message: "must be 'cdp' (or left out) beside cdpUrl, got 'chromium'",
  },
  ...START_RULES.map(({ at, isBroken, message }) => ({
    at,
    isBroken: (options: SessionOptions) => isBroken(asStarted(options)),
    message: message((name) => name),
  })),
  {
    at: 'solveCaptchas',
    isBroken: (options) => options.solveCaptchas === true && isEmbedded(options),
    message: needsCloud,
  },
  {
    at: 'proxies',
    isBroken: (options) => hasCloudProxy(options) && isEmbedded(options),
    message: needsCloud,
  },
  {
    at: 'transport',
    isBroken: (options) => options.transport === 'playwright' && isEmbedded(options),
    message:
      "'playwright' needs a session server with a Playwright beside its browsers; embedded sessions are driven over CDP. Leave it out, or set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl",
  },
  {
    at: 'sessionId',
    isBroken: (options) => options.sessionId !== undefined && isEmbedded(options),
    message:
      'names a session of a session API, and none is configured. Set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl',
  },
  {
    at: 'sessionId',
    isBroken: hasStartOptions,
    message: `excludes every option that shapes a start: a running session is as it is. Beside it only ${NOT_OF_THE_START.filter((name) => name !== 'sessionId').join(', ')} have an effect`,
  },
];

/** Embedded sessions have defaults of their own, and never solve captchas. */
function asStarted(options: SessionOptions): SessionOptions {
  if (!isEmbedded(options)) return options;
  const { maxDuration = MINUTES.maxDuration * MINUTE_MS } = options;
  const { idleTimeout = Math.min(MINUTES.maxIdle * MINUTE_MS, maxDuration) } = options;
  return { ...options, idleTimeout, maxDuration, solveCaptchas: false };
}

function hasStartOptions(options: SessionOptions): boolean {
  if (options.sessionId === undefined) return false;
  return Object.entries(options).some(
    ([name, value]) => value !== undefined && !NOT_OF_THE_START.some((other) => other === name),
  );
}
