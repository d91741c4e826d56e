/** What every option may be, one rule each, and what must hold between options. docs/options.md is tested against it. */
import { isRecord } from '../base/json';
import { hasRemoteApi } from './source';
import {
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

/** A page's largest side, in CSS pixels: beyond it Chromium's screenshots fail. */
const MAX_SIDE = 10_000;
/** A video's largest side, in pixels: what the H.264 level in use can hold. */
const MAX_VIDEO_SIDE = 4096;

const size = (
  from: number,
  to: number,
  required: readonly string[] = ['width', 'height'],
): OptionRule =>
  shape(
    { width: whole(from, to, 'pixels'), height: whole(from, to, 'pixels') },
    { what: '{ width, height }', required },
  );

const isUrl = (value: unknown, protocols: readonly string[]): boolean =>
  typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol);
const isHeaders = (value: unknown): boolean =>
  isRecord(value) &&
  Object.entries(value).every(([name, content]) => isHeaderName(name) && isHeaderValue(content));
const isHeaderName = (name: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name); // a token of RFC 9110 section 5.6.2
const isHeaderValue = (value: unknown): value is string =>
  typeof value === 'string' && !/[\r\n\0]/.test(value);
const isDistinct = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= 10 &&
  value.every((id) => typeof id === 'string') &&
  new Set(value).size === value.length;
const isSecretText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Also checks `NOTTE_API_URL`. A password in an URL would show in messages of other tools. */
export const apiUrlRule = leaf(
  'an URL with http:// or https://, without credentials and query',
  (value) => {
    if (!isUrl(value, ['http:', 'https:'])) return false;
    const { username, password, search } = new URL(String(value));
    return username === '' && password === '' && search === '';
  },
);

const proxyFields = {
  external: shape(
    {
      type: oneOf('external'),
      server: secret('a server, such as http://proxy.example.com:3128', isSecretText),
      username: secret('a name', isSecretText),
      password: secret('a password', isSecretText),
      bypass: text('hosts, separated by commas'),
    },
    { what: 'an external proxy', required: ['server'] },
  ),
  notte: shape(
    {
      type: oneOf('notte'),
      id: text('an id'),
      country: leaf(
        "two lower-case letters, such as 'us'",
        (value) => typeof value === 'string' && /^[a-z]{2}$/.test(value),
      ),
      city: text('a city'),
    },
    { what: 'a proxy of the cloud' },
  ),
  tailnet: shape(
    {
      type: oneOf('tailnet'),
      oauthClientId: secret('a client id', isSecretText),
      oauthClientSecret: secret('a client secret', isSecretText),
    },
    { what: 'a proxy in a tailnet', required: ['oauthClientId'] },
  ),
};

/** `type` decides what else a proxy has. */
const proxyRule: OptionRule = {
  allowed: 'a proxy',
  check: (value, path) => {
    if (!isRecord(value))
      return secret(
        "an object such as { type: 'external', server: 'http://proxy.example.com:3128' }",
        () => false,
      ).check(value, path);
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
  headless: flag,
  browserType: oneOf('chromium', 'chrome', 'chrome-nightly', 'chrome-turbo'),
  viewport: either(
    leaf('null', (value) => value === null),
    size(1, MAX_SIDE),
  ),
  aspectRatio: oneOf('5:4', '16:9'),
  idleTimeoutMinutes: whole(1, 30, 'minutes'),
  maxDurationMinutes: whole(1, 1440, 'minutes'),
  userAgent: leaf('text in one line', (value) => isHeaderValue(value) && value !== ''),
  chromeArgs: list(
    secret(
      'a switch that begins with --',
      (value) => typeof value === 'string' && value.startsWith('--'),
    ),
    "a list of switches, such as ['--lang=de']",
  ),
  proxies: either(flag, list(proxyRule, 'a list of proxies')),
  extraHttpHeaders: secret(
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
  screenshotType: oneOf('raw', 'full', 'last_action'),
  webBotAuth: flag,
  vaultId: text('the id of a vault'),
  authIds: leaf('a list of at most 10 ids, each once', isDistinct),
  waitForAuthentication: flag,
  sessionId: text('the id of a session'),
  startTimeoutMs: whole(1000, 1_800_000, 'milliseconds'),
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
};

/** Something that must hold between options. */
interface CrossRule {
  /** The option that the problem is reported at. */
  at: keyof SessionOptions;
  isBroken: (options: SessionOptions) => boolean;
  message: string;
}

/** What an API that is not told takes, in minutes (session-api 2.2); embedded sessions have its upper bounds. */
const DEFAULT_IDLE_MINUTES = 3;
const DEFAULT_DURATION_MINUTES = 15;

/** Options that say nothing of how a session is started. */
const NOT_OF_THE_START: readonly (keyof SessionOptions)[] = [
  'apiUrl',
  'apiKey',
  'sessionId',
  'startTimeoutMs',
];

const isEmbedded = (options: SessionOptions): boolean => !hasRemoteApi(options);
const hasCloudProxy = ({ proxies }: SessionOptions): boolean =>
  proxies === true || (Array.isArray(proxies) && proxies.some(({ type }) => type !== 'external'));
const hasProxy = ({ proxies }: SessionOptions): boolean =>
  Array.isArray(proxies) ? proxies.length > 0 : proxies === true;
const besideCdpUrl = 'has no effect on the browser behind cdpUrl; leave it out';
const needsCloud =
  'needs a session API that can do it; embedded sessions cannot. Set NOTTE_API_KEY or sessionOptions.apiUrl, or leave it out';

/** Checked when every option is allowed by itself. */
export const crossRules: readonly CrossRule[] = [
  {
    at: 'backend',
    isBroken: ({ backend }) => backend === 'grid',
    message: "'grid' is not available in this version; use 'chromium' or 'cdp'",
  },
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
  {
    at: 'idleTimeoutMinutes',
    isBroken: isIdleOverMaximum,
    message: `must be at most maxDurationMinutes (session APIs take ${DEFAULT_IDLE_MINUTES} idle and ${DEFAULT_DURATION_MINUTES} in all, if not told); set both`,
  },
  {
    at: 'aspectRatio',
    isBroken: ({ aspectRatio, viewport }) =>
      aspectRatio !== undefined && (viewport ?? undefined) !== undefined,
    message: 'excludes viewport; leave one of them out',
  },
  {
    at: 'solveCaptchas',
    isBroken: (options) =>
      (options.browserType === 'chrome-nightly' || options.browserType === 'chrome-turbo') &&
      options.solveCaptchas !== false &&
      !isEmbedded(options) &&
      !hasProxy(options),
    message: 'needs proxies with this browserType; set it to false, or add a proxy',
  },
  {
    at: 'headless',
    isBroken: ({ cdpUrl, headless }) => cdpUrl !== undefined && headless === false,
    message: besideCdpUrl,
  },
  {
    at: 'userAgent',
    isBroken: ({ cdpUrl, userAgent }) => cdpUrl !== undefined && userAgent !== undefined,
    message: besideCdpUrl,
  },
  {
    at: 'chromeArgs',
    isBroken: ({ cdpUrl, chromeArgs }) => cdpUrl !== undefined && chromeArgs !== undefined,
    message: besideCdpUrl,
  },
  {
    at: 'viewport',
    isBroken: ({ cdpUrl, viewport }) =>
      cdpUrl !== undefined && (viewport ?? undefined) !== undefined,
    message: besideCdpUrl,
  },
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
    at: 'sessionId',
    isBroken: (options) => options.sessionId !== undefined && isEmbedded(options),
    message:
      'names a session of a session API, and none is configured. Set NOTTE_API_KEY or sessionOptions.apiUrl',
  },
  {
    at: 'sessionId',
    isBroken: hasStartOptions,
    message: `excludes every option that shapes a start: a running session is as it is. Beside it only ${NOT_OF_THE_START.filter((name) => name !== 'sessionId').join(', ')} have an effect`,
  },
];

function isIdleOverMaximum(options: SessionOptions): boolean {
  const { idleTimeoutMinutes: idle, maxDurationMinutes: maximum } = options;
  if (isEmbedded(options)) return idle !== undefined && maximum !== undefined && idle > maximum;
  return (idle ?? DEFAULT_IDLE_MINUTES) > (maximum ?? DEFAULT_DURATION_MINUTES);
}

function hasStartOptions(options: SessionOptions): boolean {
  if (options.sessionId === undefined) return false;
  return Object.entries(options).some(
    ([name, value]) => value !== undefined && !NOT_OF_THE_START.some((other) => other === name),
  );
}
