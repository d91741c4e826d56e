/** Each option by itself: what is allowed, to the very bound, and how anything else is refused. */
import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import { validateSessionOptions, validateTestOptions } from '../../../src/options/validate';

beforeEach(() => {
  vi.stubEnv('NOTTE_API_KEY', 'k'); // so that nothing is refused for want of a cloud
  vi.stubEnv('NOTTE_API_URL', '');
});
afterEach(() => vi.unstubAllEnvs());

/** An option, what it must be (in the words of its message), values that are allowed, and values that are not. */
type Row = [option: string, allowed: string, good: unknown[], bad: unknown[]];

const FLAGS: Row[] = [
  'headless',
  'solveCaptchas',
  'useFileStorage',
  'webBotAuth',
  'waitForAuthentication',
].map((name) => [name, 'true or false', [true, false, undefined], ['true', 1, null]]);

const TEXTS: Row[] = [
  ['vaultId', 'the id of a vault'],
  ['sessionId', 'the id of a session'],
  ['executablePath', 'the path of a Chromium'],
].map(([name = '', what = '']) => [name, what, ['x', undefined], ['', '  ', 5, null]]);

const SESSION_OPTIONS: Row[] = [
  ...FLAGS,
  ...TEXTS,
  [
    'apiUrl',
    'an URL with http:// or https://, without credentials and query',
    ['http://localhost:9500', 'https://sessions.example.com/v1'],
    [
      'localhost:9500',
      ['http://a'],
      'ws://a',
      'http://',
      'http://me@a',
      'http://:pw@a',
      'http://a/?q=1',
      5,
    ],
  ],
  ['apiKey', 'a key', ['k'], ['', 5, null]],
  [
    'gridUrl',
    'the URL of a Selenium Grid with http:// or https://, such as http://hub:4444',
    [],
    ['hub:4444', 'ws://hub', '', 5, null],
  ],
  [
    'capabilities',
    "an object of WebDriver capabilities, such as { platformName: 'linux' }",
    [],
    ['{}', [], 5, null],
  ],
  [
    'channel',
    "one of 'chromium', 'chrome', 'chrome-nightly', 'chrome-turbo'",
    ['chromium', 'chrome'],
    ['firefox', 5, null],
  ],
  ['aspectRatio', "one of '5:4', '16:9'", ['5:4', '16:9'], ['4:3', 1.25]],
  [
    'screenshotType',
    "one of 'raw', 'full', 'last_action'",
    ['raw', 'full', 'last_action'],
    ['all'],
  ],
  [
    'idleTimeout',
    'whole minutes in milliseconds, a multiple of 60000 from 60000 to 1800000',
    [60_000, 900_000],
    [0, 1, 90_000, 1_860_000, -60_000, '60000', NaN],
  ],
  [
    'maxDuration',
    'whole minutes in milliseconds, a multiple of 60000 from 60000 to 86400000',
    [180_000, 86_400_000],
    [0, 15, 86_460_000, 90_000.5, '60000', null],
  ],
  [
    'startTimeout',
    'a whole number of milliseconds from 1000 to 1800000',
    [1000, 1_800_000],
    [999, 1_800_001, 1000.5, '1000'],
  ],
  [
    'maxSessions',
    'a whole number of sessions from 1 to 10000',
    [1, 10_000],
    [0, 10_001, 1.5, '1', Infinity],
  ],
  ['userAgent', 'text in one line', ['me/1.0', 'ä'], ['', 'a\nb', 'a\rb', 'a\0b', 5, null]],
  [
    'extraHTTPHeaders',
    'an object of header names and values',
    [{}, { 'x-team': 'web', "a!#$%&'*+.^`|~_9": '' }],
    [
      { 'x y': 'a' },
      { '': 'a' },
      { 'x:': 'a' },
      { x: 'a\nb' },
      { x: 'a\r' },
      { x: 5 },
      [],
      'x: y',
      null,
    ],
  ],
  [
    'cdpUrl',
    'an URL with ws:// or wss://',
    ['ws://localhost:1', 'wss://browsers.example.com/?key=1'],
    ['http://a', 'localhost', '', 5],
  ],
  [
    'authIds',
    'a list of at most 10 ids, each once',
    [[], ['a'], Array.from({ length: 10 }, (_, index) => `id${index}`)],
    [['a', 'a'], Array.from({ length: 11 }, (_, index) => `id${index}`), [5], 'a', null],
  ],
  [
    'exposeNetwork',
    "hosts, separated by commas, such as '<loopback>' or '*.internal:8080'",
    ['<loopback>', 'localhost:3000', '*', '*:80, .internal,10.0.0.1', '[::1]:65535'],
    [
      '',
      ' ',
      'a,',
      '<localhost>',
      'http://localhost',
      'localhost/path',
      'a:65536',
      'a:',
      ['a'],
      null,
    ],
  ],
  ['viewport', 'null, or { width, height }', [null, { width: 1, height: 10_000 }], ['1x1', 5]],
  ['args', "a list of switches, such as ['--lang=de']", [[], ['--lang=de', '--x']], ['--x', null]],
  ['proxies', 'true or false, or a list of proxies', [true, false, []], ['http://a:1', 5]],
  ['profile', '{ id, persist }', [{ id: 'a' }, { id: 'a', persist: false }], ['a', null, ['a']]],
];

const TEST_OPTIONS: Row[] = [
  [
    'isolation',
    "one of 'context', 'session', or { mode: 'session', keepState }",
    ['context', 'session', { mode: 'session' }, { mode: 'session', keepState: false }],
    ['none', 5, true, null],
  ],
  [
    'cookieFile',
    'the path of a file',
    ['a', 'a/cookies.json', 'C:\\a\\cookies.json'],
    ['', ' ', 'a/', 'a\\', 'a\0', 5, null],
  ],
  [
    'saveCookies',
    "one of 'always', 'on-success', 'never'",
    ['always', 'on-success', 'never'],
    ['sometimes', true],
  ],
  [
    'recording',
    "one of 'off', 'on', 'retain-on-failure', 'on-first-retry', 'on-all-retries', 'retain-on-first-failure', 'retain-on-failure-and-retries', or { mode, size, fps }",
    [
      ...['off', 'on', 'retain-on-failure', 'on-first-retry', 'on-all-retries'],
      ...['retain-on-first-failure', 'retain-on-failure-and-retries'],
      { mode: 'on', size: { width: 16, height: 4096 }, fps: 1 },
      { mode: 'off', fps: 60 },
    ],
    ['always', 5, true],
  ],
  ['viewerLink', "one of 'locked', 'open'", ['locked', 'open'], ['token', true]],
];

/** Wrong values further down: where, and what it must be. */
type DeepRow = [options: object, path: string, message: string];

const DEEP_SESSION: DeepRow[] = [
  [{ viewport: { width: 0, height: 1 } }, 'viewport.width', 'pixels from 1 to 10000, got 0'],
  [
    { viewport: { width: 1, height: 10_001 } },
    'viewport.height',
    'pixels from 1 to 10000, got 10001',
  ],
  [{ viewport: { height: 1 } }, 'viewport.width', 'is missing, must be a whole number of pixels'],
  [{ viewport: { width: 1 } }, 'viewport.height', 'is missing, must be a whole number of pixels'],
  [{ viewport: [] }, 'viewport', 'must be { width, height }, got an empty list'],
  [
    { args: ['--a', 'b'] },
    'args[1]',
    'must be a switch that begins with --, got a string (not shown)',
  ],
  [{ args: [5] }, 'args[0]', 'must be a switch that begins with --, got a number'],
  [{ profile: {} }, 'profile.id', 'is missing, must be the id of a profile'],
  [{ profile: { id: '' } }, 'profile.id', 'must be the id of a profile, got ""'],
  [{ profile: { id: 'a', persist: 1 } }, 'profile.persist', 'must be true or false, got 1'],
  [{ profile: { id: 'a', save: true } }, 'profile.save', 'is not an option; known are id, persist'],
  [
    { proxies: ['x'] },
    'proxies[0]',
    "must be an object such as { type: 'external', server: 'http://proxy.example.com:3128' }, got a string (not shown)",
  ],
  [{ proxies: [{ type: 'extrenal' }] }, 'proxies[0].type', "did you mean 'external'?"],
  [
    { proxies: [{ type: 'external' }] },
    'proxies[0].server',
    'is missing, must be a server, such as http://proxy.example.com:3128',
  ],
  [{ proxies: [{ type: 'external', server: '' }] }, 'proxies[0].server', 'got an empty string'],
  [
    { proxies: [{ type: 'external', server: 'a', username: 5 }] },
    'proxies[0].username',
    'must be a name, got a number',
  ],
  [
    { proxies: [{ type: 'external', server: 'a', password: null }] },
    'proxies[0].password',
    'must be a password, got null',
  ],
  [
    { proxies: [{ type: 'external', server: 'a', bypass: '' }] },
    'proxies[0].bypass',
    'must be hosts, separated by commas, got ""',
  ],
  [
    { proxies: [{ type: 'external', server: 'a', country: 'de' }] },
    'proxies[0].country',
    'is not an option; known are type, server, username, password, bypass',
  ],
  [
    { proxies: [{ type: 'notte', country: 'DE' }] },
    'proxies[0].country',
    'must be two lower-case letters, such as \'us\', got "DE"',
  ],
  [{ proxies: [{ type: 'notte', country: 'deu' }] }, 'proxies[0].country', 'got "deu"'],
  [{ proxies: [{ type: 'notte', country: 5 }] }, 'proxies[0].country', 'got 5'],
  [{ proxies: [{ type: 'notte', country: ['us'] }] }, 'proxies[0].country', 'got a list of 1'],
  [{ proxies: [{ type: 'notte', id: 5 }] }, 'proxies[0].id', 'must be an id, got 5'],
  [{ proxies: [{ type: 'notte', city: 5 }] }, 'proxies[0].city', 'must be a city, got 5'],
  [
    { proxies: [{ type: 'notte', server: 'a' }] },
    'proxies[0].server',
    'is not an option; known are type, id, country, city',
  ],
  [
    { proxies: [{ type: 'tailnet' }] },
    'proxies[0].oauthClientId',
    'is missing, must be a client id',
  ],
  [
    { proxies: [{ type: 'tailnet', oauthClientId: 'a', oauthClientSecret: '' }] },
    'proxies[0].oauthClientSecret',
    'must be a client secret, got an empty string',
  ],
];

const DEEP_TEST: DeepRow[] = [
  [{ isolation: {} }, 'isolation.mode', "is missing, must be 'session'"],
  [{ isolation: { mode: 'session', keepState: 1 } }, 'isolation.keepState', 'true or false, got 1'],
  [
    { isolation: { mode: 'session', keep: true } },
    'isolation.keep',
    "is not an option; did you mean 'keepState'?",
  ],
  [{ recording: {} }, 'recording.mode', "is missing, must be 'off', 'on', "],
  [{ recording: { mode: 'yes' } }, 'recording.mode', "must be one of 'off', 'on', "],
  [
    { recording: { mode: 'on', fps: 0 } },
    'recording.fps',
    'a whole number of frames a second from 1 to 60, got 0',
  ],
  [{ recording: { mode: 'on', fps: 61 } }, 'recording.fps', 'from 1 to 60, got 61'],
  [
    { recording: { mode: 'on', size: { width: 15, height: 16 } } },
    'recording.size.width',
    'pixels from 16 to 4096, got 15',
  ],
  [
    { recording: { mode: 'on', size: { width: 16, height: 4097 } } },
    'recording.size.height',
    'pixels from 16 to 4096, got 4097',
  ],
  [{ recording: { mode: 'on', size: {} } }, 'recording.size.width', 'is missing'],
  [{ recording: { mode: 'on', quality: 1 } }, 'recording.quality', 'known are mode, size, fps'],
];

describe.each([
  [
    'session option',
    SESSION_OPTIONS,
    DEEP_SESSION,
    (it: object) => validateSessionOptions(it, 'p'),
  ],
  ['test option', TEST_OPTIONS, DEEP_TEST, (it: object) => validateTestOptions(it, 'p')],
] as const)('%s', (_, rows, deepRows, validate) => {
  test.each(rows)('%s: %s', (option, allowed, good, bad) => {
    for (const value of good) expect(refusal(() => validate({ [option]: value }))).toBeUndefined();
    for (const value of bad) {
      const refused = refusal(() => validate({ [option]: value }));
      expect(refused, `${option}: ${JSON.stringify(value)}`).toMatchObject({
        code: 'invalid_options',
        path: `p.${option}`,
      });
      if (typeof value !== 'object' || !value)
        expect(refused?.message).toContain(allowed.replace(/^one of /, ''));
      expect(refused?.message).toMatch(/, got .+/);
    }
  });

  test.each(deepRows)('%j', (options, path, message) => {
    const refused = refusal(() => validate(options));
    expect(refused?.path).toBe(`p.${path}`);
    expect(refused?.message).toContain(`p.${path}: `);
    expect(refused?.message).toContain(message);
  });
});

test.each([
  [{ saveCookies: 'x' }, `p.saveCookies: must be one of 'always', 'on-success', 'never', got "x"`],
  [
    { isolation: 'x' },
    `p.isolation: must be 'context', 'session', or { mode: 'session', keepState }, got "x"`,
  ],
])('where no word is near, none is suggested: %j', (options, message) => {
  expect(refusal(() => validateTestOptions(options, 'p'))?.message).toBe(message);
});

test('proxies of every kind, with all that they may have', () => {
  const proxies = [
    { type: 'external', server: 'http://a:1', username: 'u', password: 'p', bypass: 'localhost' },
    { type: 'notte', id: 'a', country: 'us', city: 'Boston' },
    { type: 'notte' },
    { type: 'tailnet', oauthClientId: 'a', oauthClientSecret: 'b' },
  ];
  expect(refusal(() => validateSessionOptions({ proxies }, 'p'))).toBeUndefined();
});

describe('how a refused value is shown', () => {
  test.each<[unknown, string]>([
    ['firefox', '"firefox"'],
    ['', '""'],
    [5n, '5'],
    [null, 'null'],
    [[], 'an empty list'],
    [[1, 2], 'a list of 2'],
    [{ a: 1 }, 'an object'],
    [() => 1, 'a function'],
    [Symbol('x'), 'a symbol'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(60)}..."`],
    ['https://me:hunter2@example.com/a?b=1\nc', '"https://***@example.com/a?***"'],
    ['a//b c@d', '"a//b c@d"'],
  ])('%s', (value, shown) => {
    const refused = refusal(() => validateSessionOptions({ channel: value }, 'p'));
    expect(refused?.message.split(', got ')[1]?.split(';')[0]).toBe(shown);
  });

  test.each<[unknown, string]>([
    ['', 'an empty string'],
    [5, 'a number'],
    [null, 'null'],
    [[], 'an empty list'],
    [['a'], 'a list of 1'],
    [{}, 'an object'],
    [true, 'a boolean'],
  ])('where it may be a secret: %j', (value, shown) => {
    const refused = refusal(() => validateSessionOptions({ apiKey: value }, 'p'));
    expect(refused?.message).toBe(`p.apiKey: must be a key, got ${shown}`);
  });
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
