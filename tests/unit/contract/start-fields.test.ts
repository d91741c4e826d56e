/** Each field of a start request by itself: what is taken, to the very bound, and what is refused. */
import { describe, expect, it } from 'vitest';
import { InvalidRequestError, OptionsError } from '../../../src/contract/errors';
import {
  decodeStartRequest,
  encodeStartRequest,
  type StartOptions,
} from '../../../src/contract/session';
import { thrownBy } from '../thrown-by';

/** A field, its name in TypeScript, values that are taken, and values that are not. */
type Row = [field: string, option: string, good: unknown[], bad: unknown[]];

const FLAGS: Row[] = [
  ['headless', 'headless'],
  ['solve_captchas', 'solveCaptchas'],
  ['use_file_storage', 'useFileStorage'],
  ['web_bot_auth', 'webBotAuth'],
].map(([field = '', option = '']) => [field, option, [true, false], ['maybe', 2, null, {}]]);

const ROWS: Row[] = [
  ...FLAGS,
  ['browser_type', 'channel', ['chromium', 'chrome'], ['firefox', 'Chrome', '', null]],
  [
    'user_agent',
    'userAgent',
    ['me/1.0 ä', '', 'x'.repeat(8_192)],
    ['a\nb', 'a\u0000', 'a\u0085', 'x'.repeat(8_193), 5],
  ],
  [
    'chrome_args',
    'args',
    [[], ['--a', 'b'], ['x'.repeat(32_000)], ['x'.repeat(15_999), 'y'.repeat(16_000)]],
    [['a\0b'], [5], '--a', ['x'.repeat(32_001)], ['x'.repeat(16_000), 'y'.repeat(16_000)]],
  ],
  ['cdp_url', 'cdpUrl', ['ws://a'], [5, ['ws://a']]],
  ['cdp_headers', 'cdpHeaders', [], [{ 'x y': 'a' }, { x: 'a\r\nb: c' }, [], 'x: y']],
  [
    'profile',
    'profile',
    [{ id: 'a' }, { id: 'a', persist: false }],
    ['a', {}, { id: 5 }, { id: 'a', persist: 'x' }, { id: 'a', save: true }],
  ],
  [
    'extra_http_headers',
    'extraHTTPHeaders',
    [{}, { 'X-Team': 'web', "!#$%&'*+.^_`|~0-": 'ä' }],
    [{ 'x y': 'a' }, { 'x:': 'a' }, { '': 'a' }, { x: 'a\r\nb: c' }, { x: 5 }, [], 'x: y'],
  ],
  ['vault_id', 'vaultId', ['v', ''], [5, {}]],
  [
    'auth_ids',
    'authIds',
    [[], ['a'], Array.from({ length: 10 }, (_, index) => `id${index}`)],
    [['a', 'a'], Array.from({ length: 11 }, (_, index) => `id${index}`), [5], 'a', null],
  ],
];

describe('a field of a start request', () => {
  it.each(ROWS)('%s', (field, option, good, bad) => {
    for (const value of good) {
      expect(decodeStartRequest({ [field]: value })).toEqual({ [option]: value });
      expect(encodeStartRequest({ [option]: value })).toEqual({ [field]: value });
    }
    for (const value of bad) {
      const [issue] = issuesOf({ [field]: value });
      expect(issue?.path.split('.')[0], JSON.stringify(value)).toBe(field);
      if (value === null) continue; // not set, for a caller
      const refused = refusalOf({ [option]: value });
      expect(refused?.path.split('.')[0]).toBe(option);
      expect(refused?.message).toMatch(/^Cannot start a session with these options: ./);
    }
  });

  it.each([
    ['max_duration_minutes', 'maxDuration', [3, 1440], [0, 1441, 3.5, 'x', null]],
    ['idle_timeout_minutes', 'idleTimeout', [1, 15], [0, 31, 1.5, 'x', null]],
  ])('%s is minutes on the wire, and milliseconds in TypeScript', (field, option, good, bad) => {
    for (const minutes of good) {
      const options = { [option]: minutes * 60_000 };
      expect(decodeStartRequest({ [field]: minutes })).toEqual(options);
      expect(encodeStartRequest(options)).toEqual({ [field]: minutes });
    }
    for (const value of bad) expect(issuesOf({ [field]: value })[0]?.path).toBe(field);
    for (const value of [0, 1, 3, 60_001, '60000', 2 * 86_400_000])
      expect(refusalOf({ [option]: value })).toMatchObject({ path: option });
  });

  it('is the size of a page', () => {
    for (const [width, height] of [
      [1, 10_000],
      [10_000, 1],
    ] as const) {
      const wire = { viewport_width: width, viewport_height: height };
      expect(decodeStartRequest(wire)).toEqual({ viewport: { width, height } });
      expect(encodeStartRequest({ viewport: { width, height } })).toEqual(wire);
    }
    for (const wrong of [0, 10_001, 1.5, 'x']) {
      expect(pathsOf({ viewport_width: wrong, viewport_height: 1 })).toEqual(['viewport_width']);
      expect(pathsOf({ viewport_width: 1, viewport_height: wrong })).toEqual(['viewport_height']);
    }
    expect(refusalOf({ viewport: { width: 0, height: 1 } })?.path).toBe('viewport.width');
    expect(refusalOf({ viewport: { width: 1, height: 0 } })?.path).toBe('viewport.height');
  });

  it('is a proxy of any kind', () => {
    const wire = [
      { type: 'notte', id: 'a', country: 'us', city: 'Reno' },
      { type: 'external', server: 'http://a:1', username: 'u', password: 'p', bypass: 'b' },
      { type: 'tailnet', oauth_client_id: 'a', oauth_client_secret: 'b' },
    ];
    const [notte, external] = wire;
    const proxies = [
      notte,
      external,
      { type: 'tailnet', oauthClientId: 'a', oauthClientSecret: 'b' },
    ] as StartOptions['proxies'];
    expect(decodeStartRequest({ proxies: wire })).toEqual({ proxies });
    expect(encodeStartRequest({ proxies })).toEqual({ proxies: wire });
    for (const it of [true, false, []]) {
      expect(decodeStartRequest({ proxies: it })).toEqual({ proxies: it });
      expect(encodeStartRequest({ proxies: it })).toEqual({ proxies: it });
    }
    const nulls = { type: 'external', server: 'a', username: null, password: null, bypass: null };
    expect(decodeStartRequest({ proxies: [nulls, { type: 'notte', country: null }] })).toEqual({
      proxies: [{ type: 'external', server: 'a' }, { type: 'notte' }],
    });
  });

  it.each([
    [5, 'proxies.0', 'Invalid input'],
    [null, 'proxies.0', 'Invalid input'],
    ['http://a:1', 'proxies.0', 'Invalid input'],
    [[], 'proxies.0', 'Invalid input'],
    [{ type: 'notte', geolocation: 'us' }, 'proxies.0.0', 'unknown field'],
    [
      { type: 'notte', country: 'US' },
      'proxies.0.country',
      'expected two lower-case letters, such as "us"',
    ],
    [{ type: 'notte', country: 'usa' }, 'proxies.0.country', 'two lower-case letters'],
    [{ type: 'notte', city: ' ' }, 'proxies.0.city', 'Too small'],
    [{ type: 'notte', id: 5 }, 'proxies.0.id', 'expected string'],
    [{ type: 'notte', server: 'a' }, 'proxies.0.server', 'unknown field'],
    [{ type: 'notte', geolocation: { country: 'US' } }, 'proxies.0.country', 'lower-case'],
    [{ type: 'external', server: '' }, 'proxies.0.server', 'Too small'],
    [{ type: 'external', server: 'a', username: 5 }, 'proxies.0.username', 'expected string'],
    [{ type: 'external', server: 'a', password: 5 }, 'proxies.0.password', 'expected string'],
    [{ type: 'external', server: 'a', bypass: 5 }, 'proxies.0.bypass', 'expected string'],
    [{ type: 'external', server: 'a', city: 'x' }, 'proxies.0.city', 'unknown field'],
    [{ type: 'tailnet' }, 'proxies.0.oauth_client_id', 'expected string'],
    [{ type: 'tailnet', oauth_client_id: '' }, 'proxies.0.oauth_client_id', 'Too small'],
    [{ type: 'tailnet', oauth_client_id: 'a', key: 1 }, 'proxies.0.key', 'unknown field'],
    [
      { type: 'tailnet', oauth_client_id: 'a', oauth_client_secret: 1 },
      'proxies.0.oauth_client_secret',
      'expected string',
    ],
  ])('is no proxy when it is %j', (proxy, path, message) => {
    const [issue] = issuesOf({ proxies: [proxy] });
    expect(issue?.path).toBe(path);
    expect(issue?.message).toContain(message);
    if (typeof proxy === 'object' && proxy && 'type' in proxy) return; // the wire's names, which a caller does not write
    expect(refusalOf({ proxies: [proxy] as never })).toMatchObject({ path });
  });
});

const external = [{ type: 'external', server: 'a' }];

describe('between fields', () => {
  it.each([
    [
      { idle_timeout_minutes: 16 },
      'idle_timeout_minutes',
      'must be at most the maximum duration (defaults: 3 and 15 minutes); set both',
    ],
    [{ timeout_minutes: 16 }, 'idle_timeout_minutes', 'must be at most'],
    [
      { idle_timeout_minutes: 6, max_duration_minutes: 5 },
      'idle_timeout_minutes',
      'must be at most',
    ],
    [
      { chrome_args: ['x'.repeat(32_001)] },
      'chrome_args',
      'must be at most 32000 characters long altogether',
    ],
    [{ viewport_height: 1 }, 'viewport_width', 'is required when the height is set'],
    [
      { viewport_width: 1, viewport_height: null },
      'viewport_height',
      'is required when the width is set',
    ],
    [
      { aspect_ratio: '5:4', viewport_width: 1, viewport_height: 1 },
      'aspect_ratio',
      'excludes a viewport size; set one of the two',
    ],
    [
      { browser_type: 'chrome-nightly' },
      'solve_captchas',
      'this browser solves captchas only through a proxy; turn this off, or add a proxy',
    ],
    [
      { browser_type: 'chrome-turbo', solve_captchas: true },
      'solve_captchas',
      'only through a proxy',
    ],
    [{ browser_type: 'chrome-turbo', proxies: [] }, 'solve_captchas', 'only through a proxy'],
    [{ browser_type: 'chrome-turbo', proxies: false }, 'solve_captchas', 'only through a proxy'],
    [
      { cdp_url: 'ws://a', headless: false },
      'headless',
      "has no effect on another provider's browser; leave it out",
    ],
    [{ cdp_url: 'ws://a', user_agent: 'a' }, 'user_agent', 'has no effect'],
    [{ cdp_url: 'ws://a', chrome_args: [] }, 'chrome_args', 'has no effect'],
    [
      { cdp_url: 'ws://a', viewport_width: 1, viewport_height: 1 },
      'viewport_width',
      'has no effect',
    ],
    [{ auth_ids: ['a', 'a'] }, 'auth_ids', 'each id may be given once'],
  ])('%j is refused', (body, path, message) => {
    const issues = issuesOf(body);
    expect(issues).toHaveLength(1);
    expect(issues[0]?.path).toBe(path);
    expect(issues[0]?.message).toContain(message);
  });

  it.each([
    [{ idle_timeout_minutes: 15 }],
    [{ timeout_minutes: 15 }],
    [{ max_duration_minutes: 3 }],
    [{ idle_timeout_minutes: 1, max_duration_minutes: 1 }],
    [{ idle_timeout_minutes: 30, max_duration_minutes: 30 }],
    [{ aspect_ratio: '5:4', viewport_width: null, viewport_height: null }],
    [{ aspect_ratio: null, viewport_width: 1, viewport_height: 1 }],
    [{ browser_type: 'chrome' }],
    [{ browser_type: 'chrome-turbo', solve_captchas: false }],
    [{ browser_type: 'chrome-turbo', proxies: external }],
    [{ browser_type: 'chrome-nightly', proxies: true }],
    [{ cdp_url: 'ws://a', headless: true, user_agent: null, chrome_args: null }],
    [{ cdp_url: null, headless: false, user_agent: 'a', chrome_args: [] }],
    [{ auth_ids: ['a', 'b'] }],
  ])('%j is taken', (body) => {
    expect(issuesOf(body)).toEqual([]);
  });

  it('is told in the names of whoever reads it', () => {
    const turbo = { channel: 'chrome-turbo' } as const;
    expect(refusalOf(turbo)?.message).toContain(
      'solveCaptchas: this browser solves captchas only through a proxy',
    );
    expect(refusalOf({ cdpUrl: 'ws://a', headless: false })?.message).toContain(
      'headless: has no effect',
    );
    expect(refusalOf({ timeoutMinutes: 3 } as StartOptions)?.path).toBe('timeoutMinutes');
    expect(refusalOf({ viewports: null, viewprot: 1 } as StartOptions)?.message).toContain(
      'viewprot: unknown field; did you mean "viewport"?',
    );
    expect(refusalOf({ viewportWidt: 1 } as StartOptions)?.message).toMatch(/mean "viewport"\?$/);
    expect(refusalOf({ timeoutMinute: 3 } as StartOptions)?.message).toMatch(/: unknown field$/);
  });
});

it.each([
  [{ userAgent: 'a\nb' }, 'userAgent', 'Invalid input: must not hold control characters'],
  [{ args: ['a\0'] }, 'args.0', 'Invalid input: must not hold the character NUL'],
  [
    { extraHTTPHeaders: { 'x y': 'a' } },
    'extraHTTPHeaders.x y',
    'Invalid input: expected the name of a header',
  ],
  [
    { maxDuration: 86_460_000 },
    'maxDuration',
    'Invalid input: expected whole minutes in milliseconds, a multiple of 60000 from 60000 to 86400000, got 86460000',
  ],
])('%j is told in words', (options, path, message) => {
  const error = refusalOf(options);
  expect(error?.message).toBe(`Cannot start a session with these options: ${path}: ${message}`);
});

it('a refused request is told with what was called, and every field', () => {
  const error = thrownBy(() => decodeStartRequest({ headless: 5, idle_timeout: 5 }));
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect(error).toMatchObject({ code: 'invalid_request', status: 422 });
  expect((error as Error).message).toMatch(
    /Invalid start request: .*headless.*; .*idle_timeout: unknown field/,
  );
});

function issuesOf(body: object) {
  const error = thrownBy(() => decodeStartRequest(body));
  if (error === undefined) return [];
  if (!(error instanceof InvalidRequestError)) throw error as Error;
  return error.issues;
}

function pathsOf(body: object): string[] {
  return issuesOf(body).map(({ path }) => path);
}

function refusalOf(options: StartOptions): OptionsError | undefined {
  const error = thrownBy(() => encodeStartRequest(options));
  if (error === undefined || error instanceof OptionsError) return error;
  throw error as Error;
}
