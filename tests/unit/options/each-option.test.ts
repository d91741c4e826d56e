/** Each option by itself: what is valid, to the very bound, and how anything else is refused. */
import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import {
  sessionOptionsSchema,
  testOptionsSchema,
  validateSessionOptions,
  validateTestOptions,
} from '../../../src/options/validate';

beforeEach(() => {
  vi.stubEnv('NOTTE_API_KEY', 'k'); // so that no option is refused because it needs the cloud
  vi.stubEnv('NOTTE_API_URL', '');
});
afterEach(() => vi.unstubAllEnvs());

/** Valid values of an option, and wrong ones with a part of their message. */
type Row = [option: string, good: unknown[], bad: Record<string, unknown[]>];

const SESSION_OPTIONS: Row[] = [
  ...['headless', 'solveCaptchas', 'useFileStorage', 'webBotAuth'].map((name): Row => [
    name,
    [true, false, undefined],
    { 'expected boolean': ['true', 1] },
  ]),
  ...['sessionId', 'executablePath', 'apiKey'].map((name): Row => [
    name,
    ['x', undefined],
    { 'must not be empty': ['', '  '], 'expected string': [5, null] },
  ]),
  ['vaultId', ['x', undefined], { 'expected string': [5] }],
  [
    'apiUrl',
    ['http://localhost:9500', 'https://sessions.example.com/v1'],
    {
      'must be a URL that starts with http:// or https://, without credentials and query': [
        ...['localhost:9500', 'ws://a', 'http://', 'http://me@a', 'http://:pw@a', 'http://a/?q=1'],
        ...[['http://a'], 5],
      ],
    },
  ],
  [
    'keepFailed',
    [0, '0', 1_000, '10m', '1.5s', '1h', 3_600_000, undefined],
    { 'must be a time from 1 second to 1 hour': ['600', '2h', 999, -1, '10 min', ''] },
  ],
  ['gridUrl', [], { 'must be the URL of a Selenium Grid': ['hub:4444', 'ws://hub', '', 5, null] }],
  ['capabilities', [], { 'expected record': ['{}', [], 5, null] }],
  [
    'backend',
    [['./cloud.mjs'], ['a-cloud', { region: 'eu' }]],
    {
      "must be 'chromium', 'grid', 'cdp' or [module, options]": [
        ...['firefox', 5, [], ['a', {}, {}]],
      ],
      'expected string': [[5]],
      'expected record': [['a', 5]],
    },
  ],
  [
    'channel',
    ['chromium', 'chrome'],
    { 'expected one of "chromium"|"chrome"|"chrome-nightly"|"chrome-turbo"': ['firefox', 5] },
  ],
  [
    'idleTimeout',
    [60_000, 900_000],
    {
      'expected whole minutes in milliseconds, a multiple of 60000 from 60000 to 1800000': [
        ...[0, 1, 90_000, 1_860_000, -60_000, '60000', NaN, null],
      ],
    },
  ],
  [
    'maxDuration',
    [180_000, 86_400_000],
    { 'from 60000 to 86400000': [0, 15, 86_460_000, 90_000.5, '60000', null] },
  ],
  [
    'startTimeout',
    [1000, 1_800_000],
    { '>=1000': [999], '<=1800000': [1_800_001], 'expected int': [1000.5], number: ['1000'] },
  ],
  [
    'maxSessions',
    [1, 10_000],
    { '>=1': [0], '<=10000': [10_001], 'expected int': [1.5], number: ['1', Infinity] },
  ],
  ['userAgent', ['me/1.0', 'ä'], { 'control characters': ['a\nb', 'a\0b'], string: [5] }],
  [
    'extraHTTPHeaders',
    [{}, { 'x-team': 'web', "a!#$%&'*+.^`|~_9": '' }],
    {
      'expected record': [[], 'x: y'],
      'expected the name of a header': [{ 'x y': 'a' }, { '': 'a' }, { 'x:': 'a' }],
      'control characters': [{ x: 'a\nb' }, { x: 'a\r' }],
      'expected string': [{ x: 5 }],
    },
  ],
  [
    'cdpUrl',
    ['ws://localhost:1', 'wss://browsers.example.com/?key=1'],
    { 'must be a URL that starts with ws:// or wss://': ['http://a', 'localhost', '', 5] },
  ],
  [
    'cdpHeaders',
    [],
    {
      'expected record': [[], 'x: y'],
      'expected the name of a header': [{ 'x y': 'a' }],
      'control characters': [{ x: 'a\nb' }],
    },
  ],
  [
    'authIds',
    [[], ['a'], Array.from({ length: 10 }, (_, index) => `id${index}`)],
    {
      'each id may be given once': [['a', 'a']],
      '<=10': [Array.from({ length: 11 }, (_, index) => `id${index}`)],
      'expected string': [[5]],
      'expected array': ['a'],
    },
  ],
  [
    'exposeNetwork',
    ['<loopback>', 'localhost:3000', '*', '*:80, .internal,10.0.0.1', '[::1]:65535'],
    {
      "must be hosts, separated by commas, such as '<loopback>'": [
        ...['', ' ', 'a,', '<localhost>', 'http://localhost', 'localhost/path', 'a:65536', 'a:'],
      ],
      'expected string': [['a'], null],
    },
  ],
  [
    'viewport',
    [null, { width: 1, height: 10_000 }],
    {
      'expected object': ['1x1', 5, []],
      '>=1, got 0': [{ width: 0, height: 1 }],
      '<=10000, got 10001': [{ width: 1, height: 10_001 }],
      'expected number, received undefined': [{ height: 1 }, { width: 1 }],
      'did you mean "height"?': [{ width: 1, height: 1, heigth: 1 }],
    },
  ],
  [
    'args',
    [[], ['--lang=de', '--x']],
    { 'expected array': ['--x', null], 'begins with --': [['--a', 'b']], string: [[5]] },
  ],
  [
    'proxies',
    [
      ...[true, false, []],
      [
        { type: 'external', server: 'http://a:1', username: 'u', password: 'p', bypass: 'b' },
        { type: 'notte', id: 'a', country: 'us', city: 'Boston' },
        { type: 'notte' },
        { type: 'tailnet', oauthClientId: 'a', oauthClientSecret: 'b' },
      ],
    ],
    {
      'expected true, false or a list of proxies': ['http://a:1', 5],
      "'notte' | 'external' | 'tailnet'": [[{ type: 'extrenal' }], [{ server: 'http://a:1' }]],
      'expected string, received undefined': [[{ type: 'external' }], [{ type: 'tailnet' }]],
      'unknown field': [[{ type: 'external', server: 'a', country: 'de' }]],
      'two lower-case letters': [[{ type: 'notte', country: 'DE' }]],
    },
  ],
  [
    'profile',
    [{ id: 'a' }, { id: 'a', persist: false }],
    {
      'expected object': ['a', ['a']],
      'expected string, received undefined': [{ persist: true }],
      'expected boolean': [{ id: 'a', persist: 1 }],
      'unknown field': [{ id: 'a', save: true }],
    },
  ],
  [
    'transport',
    ['auto', 'playwright', 'cdp'],
    { 'expected one of "auto"|"playwright"|"cdp"': ['ws'] },
  ],
];

const TEST_OPTIONS: Row[] = [
  [
    'isolation',
    ['context', 'session', { mode: 'session' }, { mode: 'session', keepState: false }],
    {
      "must be 'context', 'session' or { mode: 'session', keepState }": ['none', 5, true, null],
      'got "sesion"; did you mean "session"?': ['sesion'],
      'expected "session"': [{}, { mode: 'context' }],
      'expected boolean': [{ mode: 'session', keepState: 1 }],
      'did you mean "keepState"?': [{ mode: 'session', keepstate: true }],
    },
  ],
  [
    'cookieFile',
    ['a', 'a/cookies.json', 'C:\\a\\cookies.json'],
    {
      'must not be empty': ['', ' '],
      'must be the path of a file': ['a/', 'a\\', 'a\0'],
      'expected string': [5, null],
    },
  ],
  [
    'saveCookies',
    ['always', 'on-success', 'never'],
    { 'expected one of "always"|"on-success"|"never"': ['sometimes', true] },
  ],
  [
    'recording',
    [
      ...['off', 'on', 'retain-on-failure', 'on-first-retry', 'on-all-retries'],
      ...['retain-on-first-failure', 'retain-on-failure-and-retries'],
      { mode: 'on', size: { width: 16, height: 4096 }, fps: 1 },
      { mode: 'off', fps: 60 },
    ],
    {
      "must be one of 'off', 'on', 'retain-on-failure'": ['always', 5, true],
      'did you mean "retain-on-failure"?': ['retain-on-failures'],
      'expected one of "off"|"on"': [{}, { mode: 'yes' }, { size: { width: 16, height: 16 } }],
      '>=1, got 0': [{ mode: 'on', fps: 0 }],
      '<=60, got 61': [{ mode: 'on', fps: 61 }],
      '>=16, got 15': [{ mode: 'on', size: { width: 15, height: 16 } }],
      '<=4096, got 4097': [{ mode: 'on', size: { width: 16, height: 4097 } }],
      'unknown field': [{ mode: 'on', quality: 1 }],
    },
  ],
  ['viewerLink', ['locked', 'open'], { 'expected one of "locked"|"open"': ['token', true] }],
];

describe.each([
  ['session option', SESSION_OPTIONS, (it: object) => validateSessionOptions(it, 'p')],
  ['test option', TEST_OPTIONS, (it: object) => validateTestOptions(it, 'p')],
] as const)('%s', (_, rows, validate) => {
  test.each(rows)('%s', (option, good, bad) => {
    for (const value of good) expect(refusal(() => validate({ [option]: value }))).toBeUndefined();
    for (const [message, values] of Object.entries(bad))
      for (const value of values) {
        const refused = refusal(() => validate({ [option]: value }));
        const what = `${option}: ${JSON.stringify(value)}`;
        expect(refused, what).toMatchObject({ code: 'invalid_options' });
        expect(refused?.path, what).toMatch(new RegExp(`^p\\.${option}(\\.|$)`));
        expect(refused?.message, what).toContain(message);
      }
  });
});

test('every option has a row', () => {
  expect(SESSION_OPTIONS.map(([name]) => name).sort()).toEqual(
    Object.keys(sessionOptionsSchema.shape).sort(),
  );
  expect(TEST_OPTIONS.map(([name]) => name).sort()).toEqual(
    Object.keys(testOptionsSchema.shape).sort(),
  );
});

function refusal(action: () => unknown): OptionsError | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  return undefined;
}
