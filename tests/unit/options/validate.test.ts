/** Wrong options are refused by name: the path, what is allowed, what it was (unless it is a secret), the nearest name. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import {
  findMisspelledOption,
  validateProjectUse,
  validateSessionOptions,
  validateTestOptions,
} from '../../../src/options/validate';

const PATH = 'use.sessionOptions';

beforeEach(() => {
  vi.stubEnv('NOTTE_API_KEY', '');
  vi.stubEnv('NOTTE_API_URL', '');
  vi.stubEnv('SELENIUM_REMOTE_URL', '');
});
afterEach(() => vi.unstubAllEnvs());

describe('session options that are allowed', () => {
  test.each([
    [{}],
    [{ headless: undefined }],
    [{ headless: false, channel: 'chrome', viewport: { width: 1280, height: 720 } }],
    [{ viewport: null, aspectRatio: '16:9' }],
    [{ idleTimeout: 1_800_000, maxDuration: 86_400_000, startTimeout: 1000 }],
    [{ maxDuration: 120_000 }],
    [
      {
        proxies: [
          { type: 'external', server: 'http://localhost:3128', username: 'a', password: 'b' },
        ],
      },
    ],
    [
      {
        proxies: false,
        extraHTTPHeaders: { 'x-team': 'web' },
        profile: { id: 'notte-profile-1', persist: true },
      },
    ],
    [{ backend: 'cdp', cdpUrl: 'wss://browsers.example.com/?key=1', headless: true }],
    [
      {
        apiUrl: 'https://sessions.example.com/v1',
        apiKey: 'k',
        solveCaptchas: true,
        proxies: true,
        authIds: ['a', 'b'],
      },
    ],
    [{ apiKey: 'k', sessionId: '8b7', startTimeout: 5000 }],
  ])('%j', (options) => {
    expect(validateSessionOptions(options, PATH)).toBe(options);
  });
});

describe('session options that are refused', () => {
  test.each([
    [undefined, PATH, 'must be an object of session options, got undefined'],
    [{ headles: true }, `${PATH}.headles`, "did you mean 'headless'?"],
    [{ idleTimeoutMinutes: 3 }, `${PATH}.idleTimeoutMinutes`, "did you mean 'idleTimeout'?"],
    [{ browserType: 'chrome' }, `${PATH}.browserType`, "did you mean 'channel'?"],
    [{ zzz: 3 }, `${PATH}.zzz`, 'is not an option; known are apiUrl, apiKey'],
    [{ headless: 'true' }, `${PATH}.headless`, 'must be true or false, got "true"'],
    [
      { idleTimeout: 1_860_000 },
      `${PATH}.idleTimeout`,
      'a multiple of 60000 from 60000 to 1800000, got 1860000',
    ],
    [{ maxDuration: 1.5 }, `${PATH}.maxDuration`, 'from 60000 to 86400000, got 1.5'],
    [
      { idleTimeout: 600_000, maxDuration: 300_000 },
      `${PATH}.idleTimeout`,
      'must be at most maxDuration',
    ],
    [
      { viewport: { width: 800 } },
      `${PATH}.viewport.height`,
      'is missing, must be a whole number of pixels from 1 to 10000',
    ],
    [
      { viewport: { width: 800, height: 600, heigth: 1 } },
      `${PATH}.viewport.heigth`,
      "did you mean 'height'?",
    ],
    [
      { viewport: '800x600' },
      `${PATH}.viewport`,
      'must be null, or { width, height }, got "800x600"',
    ],
    [
      { viewport: { width: 800, height: 600 }, aspectRatio: '5:4' },
      `${PATH}.aspectRatio`,
      'excludes a viewport size',
    ],
    [{ aspectRatio: '4:3' }, `${PATH}.aspectRatio`, "one of '5:4', '16:9', got \"4:3\""],
    [{ channel: 'crome' }, `${PATH}.channel`, "did you mean 'chrome'?"],
    [{ backend: 'grid' }, `${PATH}.gridUrl`, "is missing: backend 'grid' needs"],
    [{ backend: 'cdp' }, `${PATH}.cdpUrl`, 'is missing'],
    [{ backend: 'chromium', cdpUrl: 'ws://localhost:1/x' }, `${PATH}.backend`, "must be 'cdp'"],
    [
      { backend: 'chromium', apiUrl: 'https://a.example.com' },
      `${PATH}.backend`,
      'leave one of them out',
    ],
    [
      { cdpUrl: 'ws://localhost:1/x', userAgent: 'me' },
      `${PATH}.userAgent`,
      'leave it out beside cdpUrl',
    ],
    [{ cdpUrl: 'ws://localhost:1/x', headless: false }, `${PATH}.headless`, 'has no effect'],
    [{ cdpUrl: 'ws://localhost:1/x', args: [] }, `${PATH}.args`, 'has no effect'],
    [
      { cdpUrl: 'ws://localhost:1/x', viewport: { width: 1, height: 1 } },
      `${PATH}.viewport`,
      'has no effect',
    ],
    [{ args: ['lang=de'] }, `${PATH}.args[0]`, 'must be a switch that begins with --'],
    [{ args: '--lang=de' }, `${PATH}.args`, 'must be a list of switches'],
    [
      { proxies: [{ server: 'http://a:1' }] },
      `${PATH}.proxies[0].type`,
      "must be one of 'external', 'notte', 'tailnet', got undefined",
    ],
    [{ proxies: [{ type: 'external' }] }, `${PATH}.proxies[0].server`, 'is missing'],
    [{ proxies: true }, `${PATH}.proxies`, 'embedded sessions cannot'],
    [
      { proxies: [{ type: 'notte', country: 'de' }] },
      `${PATH}.proxies`,
      'embedded sessions cannot',
    ],
    [{ solveCaptchas: true }, `${PATH}.solveCaptchas`, 'embedded sessions cannot'],
    [{ apiKey: 'k', channel: 'chrome-turbo' }, `${PATH}.solveCaptchas`, 'needs proxies'],
    [{ apiKey: 'k', maxDuration: 120_000 }, `${PATH}.idleTimeout`, 'set both'],
    [{ apiKey: 'k', authIds: ['a', 'a'] }, `${PATH}.authIds`, 'each once'],
    [{ sessionId: 'abc' }, `${PATH}.sessionId`, 'none is configured'],
    [
      { apiKey: 'k', sessionId: 'abc', headless: true },
      `${PATH}.sessionId`,
      'excludes every option that shapes a start',
    ],
    [{ apiUrl: 'api.example.com' }, `${PATH}.apiUrl`, 'must be an URL with http:// or https://'],
    [{ startTimeout: 0 }, `${PATH}.startTimeout`, 'from 1000 to 1800000, got 0'],
    [
      { extraHTTPHeaders: { 'x y': 'z' } },
      `${PATH}.extraHTTPHeaders`,
      'must be an object of header names',
    ],
    [{ profile: { persist: true } }, `${PATH}.profile.id`, 'is missing'],
  ])('%j', (options, path, message) => {
    const error = refusalOf(() => validateSessionOptions(options, PATH));
    expect(error).toMatchObject({ code: 'invalid_options', path });
    expect(error.message).toContain(`${path}: `);
    expect(error.message).toContain(message);
  });

  test('all problems are told at once', () => {
    const error = refusalOf(() => validateSessionOptions({ headless: 1, profil: {} }, PATH));
    expect(error.message).toBe(
      `2 options are wrong:\n  ${PATH}.headless: must be true or false, got 1\n  ${PATH}.profil: is not an option; did you mean 'profile'?`,
    );
  });

  test.each([
    [{ apiKey: ['hunter2'] }],
    [{ apikey: 'hunter2' }],
    [{ apiUrl: 'ftp://me:hunter2@example.com' }],
    [{ apiUrl: 'https://example.com/?key=hunter2' }],
    [{ cdpUrl: 'http://example.com/hunter2' }],
    [{ proxies: 'http://me:hunter2@example.com' }],
    [{ proxies: ['http://me:hunter2@example.com'] }],
    [{ proxies: [{ type: 'external', server: { at: 'hunter2' } }] }],
    [{ proxies: [{ type: 'http://me:hunter2@example.com' }] }],
    [{ extraHTTPHeaders: ['hunter2'] }],
    [{ extraHTTPHeaders: { authorization: 'hunter2\n' } }],
  ])('no secret is shown: %j', (options) => {
    expect(refusalOf(() => validateSessionOptions(options, PATH)).message).not.toContain('hunter2');
  });

  test('a wrong URL in the environment is refused under its own name, where it is used', () => {
    vi.stubEnv('NOTTE_API_URL', 'api.example.com');
    expect(refusalOf(() => validateSessionOptions({}, PATH))).toMatchObject({
      path: 'NOTTE_API_URL',
    });
    expect(() => validateSessionOptions({ backend: 'chromium' }, PATH)).not.toThrow();
  });

  test('what needs the cloud is allowed once the environment names it', () => {
    vi.stubEnv('NOTTE_API_KEY', 'k');
    expect(() =>
      validateSessionOptions({ solveCaptchas: true, proxies: true }, PATH),
    ).not.toThrow();
  });
});

describe('test options', () => {
  test.each([
    [{}],
    [
      {
        isolation: 'context',
        cookieFile: 'cookies.json',
        saveCookies: 'on-success',
        recording: 'retain-on-failure',
      },
    ],
    [
      {
        isolation: { mode: 'session', keepState: true },
        cookieFile: undefined,
        recording: { mode: 'on', size: { width: 640, height: 360 }, fps: 10 },
      },
    ],
  ])('%j is allowed', (values) => {
    expect(() => validateTestOptions(values, 'use')).not.toThrow();
  });

  test.each([
    [{ isolation: 'sesion' }, 'use.isolation', 'got "sesion"; did you mean \'session\'?'],
    [
      { isolation: { mode: 'context' } },
      'use.isolation.mode',
      'must be \'session\', got "context"',
    ],
    [
      { isolation: { mode: 'session', keepstate: true } },
      'use.isolation.keepstate',
      "did you mean 'keepState'?",
    ],
    [{ cookieFile: '' }, 'use.cookieFile', 'must be the path of a file'],
    [{ cookieFile: 'cookies/' }, 'use.cookieFile', 'must be the path of a file'],
    [
      { saveCookies: true },
      'use.saveCookies',
      "must be one of 'always', 'on-success', 'never', got true",
    ],
    [{ recording: 'retain-on-failures' }, 'use.recording', "did you mean 'retain-on-failure'?"],
    [{ recording: { mode: 'on', fps: 100 } }, 'use.recording.fps', 'from 1 to 60, got 100'],
    [{ recording: { size: { width: 1, height: 1 } } }, 'use.recording.mode', 'is missing'],
  ])('%j is refused', (values, path, message) => {
    const error = refusalOf(() => validateTestOptions(values, 'use'));
    expect(error.path).toBe(path);
    expect(error.message).toContain(message);
  });
});

describe('the use of a project', () => {
  test.each([
    ['sessionOption', 'sessionOptions'],
    ['sessionoptions', 'sessionOptions'],
    ['cookiefile', 'cookieFile'],
    ['cookie_file', 'cookieFile'],
    ['cookieFiles', 'cookieFile'],
    ['recordings', 'recording'],
    ['recroding', 'recording'],
    ['saveCookie', 'saveCookies'],
    ['isolaton', 'isolation'],
    ['isolatino', 'isolation'],
    ['cookieFle', 'cookieFile'],
    ['ookieFile', 'cookieFile'],
    ['cookieFilx', 'cookieFile'],
    ['xcookieFile', 'cookieFile'],
    ['save-cookies', 'saveCookies'],
    ['session_options', 'sessionOptions'],
  ])('%s was meant to be %s', (name, nearest) => {
    expect(findMisspelledOption({ baseURL: 'x', [name]: 1 })).toEqual({ name, nearest });
    expect(refusalOf(() => validateProjectUse({ [name]: 1 }, 'projects["a"].use'))).toMatchObject({
      path: `projects["a"].use.${name}`,
    });
  });

  test.each([
    'isolations2',
    'isolationnn',
    'isoalon',
    'isoaltionx',
    'recordi',
    'recoridgn',
    'ord',
    'isolatoin2',
    'osilation',
  ])('%s is further away than one slip, and may be of the suite', (name) => {
    expect(findMisspelledOption({ [name]: 1 })).toBeUndefined();
  });

  test('of two wrong names the first is told, with the whole place', () => {
    const error = refusalOf(() =>
      validateProjectUse({ recording: 'on', recordings: 1, isolaton: 1 }, 'projects["a"].use'),
    );
    expect(error.message).toBe(
      `projects["a"].use.recordings: is not an option; did you mean 'recording'?`,
    );
  });

  test("Playwright's own options and a suite's own are left alone", () => {
    const playwright =
      'acceptDownloads actionTimeout baseURL browserName bypassCSP channel clientCertificates colorScheme connectOptions contextOptions defaultBrowserType deviceScaleFactor extraHTTPHeaders geolocation hasTouch headless httpCredentials ignoreHTTPSErrors isMobile javaScriptEnabled launchOptions locale navigationTimeout offline permissions proxy screenshot serviceWorkers storageState testIdAttribute timezoneId trace userAgent video viewport';
    const own =
      'isolated recorder record cookies cookiePath session sessionStorage options apiUrl apiKey';
    const use = Object.fromEntries(
      `${playwright} ${own} sessionOptions isolation cookieFile saveCookies recording viewerLink`
        .split(' ')
        .map((name) => [name, undefined]),
    );
    expect(findMisspelledOption(use)).toBeUndefined();
    expect(() => validateProjectUse(use, 'use')).not.toThrow();
  });

  test('problems of every kind are told together', () => {
    const error = refusalOf(() =>
      validateProjectUse(
        { sessionOptions: { headless: 1 }, recording: 'of', cookiefile: 'a' },
        'use',
      ),
    );
    expect(error.message.split('\n').map((line) => line.trim().split(':')[0])).toEqual([
      '3 options are wrong',
      'use.cookiefile',
      'use.sessionOptions.headless',
      'use.recording',
    ]);
  });
});

function refusalOf(action: () => unknown): OptionsError {
  try {
    action();
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
