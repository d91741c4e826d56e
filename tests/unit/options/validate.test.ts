/** Wrong options are refused by name: the path, what is allowed, what it was (unless it is a secret), the nearest name. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import {
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
    [{ viewport: null }],
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
    expect(() => validateSessionOptions(options, PATH)).not.toThrow();
  });
});

describe('session options that are refused', () => {
  test.each([
    [undefined, PATH, 'expected object, received undefined'],
    [{ headles: true }, `${PATH}.headles`, 'unknown field; did you mean "headless"?'],
    [{ idleTimeoutMinutes: 3 }, `${PATH}.idleTimeoutMinutes`, 'did you mean "idleTimeout"?'],
    [{ browserType: 'chrome' }, `${PATH}.browserType`, 'did you mean "channel"?'],
    [{ aspectRatio: '16:9' }, `${PATH}.aspectRatio`, 'did you mean "viewport"?'],
    [{ zzz: 3 }, `${PATH}.zzz`, 'unknown field'],
    [{ channel: 'crome' }, `${PATH}.channel`, 'did you mean "chrome"?'],
    [{ args: ['lang=de'] }, `${PATH}.args.0`, 'must be a switch that begins with --'],
    [{ proxies: [{ type: 'external' }] }, `${PATH}.proxies.0.server`, 'expected string'],
    [{ viewport: { width: 800 } }, `${PATH}.viewport.height`, 'expected number'],
  ])('%j', (options, path, message) => {
    const error = refusalOf(() => validateSessionOptions(options, PATH));
    expect(error).toMatchObject({ code: 'invalid_options', path });
    expect(error.message).toContain(`${path}: `);
    expect(error.message).toContain(message);
  });

  test('all problems are told at once', () => {
    const error = refusalOf(() => validateSessionOptions({ headless: 1, profil: {} }, PATH));
    expect(error.message).toBe(
      `2 options are wrong:\n  ${PATH}.profil: unknown field; did you mean "profile"?\n  ${PATH}.headless: Invalid input: expected boolean, received number, got 1`,
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
    [{ apiKey: 'hunter2', headless: 5 }],
    [{ channel: 'http://me:hunter2@example.com/' }],
    [{ extraHTTPHeaders: ['hunter2'] }],
    [{ cdpUrl: 'ws://a', cdpHeaders: 'hunter2' }],
    [{ cdpUrl: 'ws://a', cdpHeaders: { authorization: 'hunter2\n' } }],
    [{ cdpHeaders: { authorization: 'hunter2' } }],
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
    const use = { baseURL: 'x', [name]: 1 };
    expect(refusalOf(() => validateProjectUse(use, 'projects["a"].use'))).toMatchObject({
      path: `projects["a"].use.${name}`,
      message: expect.stringContaining(`did you mean "${nearest}"?`) as string,
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
    expect(() => validateProjectUse({ [name]: 1 }, 'use')).not.toThrow();
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
