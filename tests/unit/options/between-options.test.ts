/** What must hold between options, and the options beside which it does not matter. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import { validateSessionOptions } from '../../../src/options/validate';

beforeEach(() => {
  vi.stubEnv('NOTTE_API_KEY', '');
  vi.stubEnv('NOTTE_API_URL', '');
  vi.stubEnv('SELENIUM_REMOTE_URL', '');
});
afterEach(() => vi.unstubAllEnvs());

const cdpUrl = 'ws://localhost:1/x';
const gridUrl = 'http://me:hunter2@hub:4444';
const viewport = { width: 800, height: 600 };
const remote = { apiKey: 'k' };
const external = [{ type: 'external', server: 'http://a:1' }];
const needsCloud =
  'needs a session API that can do it; embedded sessions cannot. Set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl, or leave it out';
const besideCdpUrl = "has no effect on another provider's browser; leave it out";

test.each<[options: object, at: string, message: string]>([
  [
    { backend: 'grid' },
    'gridUrl',
    "is missing: backend 'grid' needs the URL of a Selenium Grid. Set it, or SELENIUM_REMOTE_URL",
  ],
  [
    { backend: ['./cloud.mjs'], cdpUrl },
    'cdpUrl',
    'excludes a provider, which names the browser itself; leave one of the two out',
  ],
  [{ backend: ['./cloud.mjs'], gridUrl }, 'gridUrl', "needs the backend 'grid', and no cdpUrl"],
  [
    { backend: ['./cloud.mjs'], proxies: external },
    'proxies',
    'is up to the provider that starts the browser. Set it in the options of its module, or leave it out',
  ],
  [{ backend: 'chromium', gridUrl }, 'gridUrl', "needs the backend 'grid', and no cdpUrl"],
  [{ gridUrl, cdpUrl }, 'gridUrl', "needs the backend 'grid', and no cdpUrl"],
  [
    { ...remote, gridUrl },
    'gridUrl',
    'asks for embedded sessions, but apiUrl or apiKey for remote ones; leave one of them out',
  ],
  [{ capabilities: {} }, 'capabilities', 'need a Selenium Grid. Set gridUrl, or leave them out'],
  [
    { gridUrl, profile: { id: 'a' } },
    'profile',
    'needs a browser that keeps its files, and those of a Selenium Grid do not. Use cookieFile or storageState, or leave it out',
  ],
  [
    { backend: 'chromium', apiKey: 'k' },
    'backend',
    'asks for embedded sessions, but apiUrl or apiKey for remote ones; leave one of them out',
  ],
  [
    { backend: 'cdp' },
    'cdpUrl',
    "is missing: backend 'cdp' drives the browser behind it. Set it, or SESSIONWRIGHT_CDP_URL",
  ],
  [
    { cdpHeaders: { a: 'b' } },
    'cdpHeaders',
    'are those of a CDP endpoint; set its URL, or leave them out',
  ],
  [
    { ...remote, cdpUrl, cdpHeaders: { a: 'b' } },
    'cdpHeaders',
    "need a sessionwright server: the cloud's session API has no field for them. Set backend: 'cdp', or leave them out",
  ],
  [
    { backend: 'chromium', cdpUrl },
    'backend',
    "must be 'cdp' (or left out) with cdpUrl, got 'chromium'",
  ],
  [
    { idleTimeout: 360_000, maxDuration: 300_000 },
    'idleTimeout',
    'must be at most the maximum duration (defaults: 3 and 15 minutes); set both',
  ],
  [{ ...remote, idleTimeout: 960_000 }, 'idleTimeout', 'must be at most'],
  [{ ...remote, maxDuration: 120_000 }, 'idleTimeout', 'must be at most'],
  [
    { ...remote, channel: 'chrome-nightly' },
    'solveCaptchas',
    'this browser solves captchas only through a proxy; turn this off, or add a proxy',
  ],
  [
    { ...remote, channel: 'chrome-turbo', solveCaptchas: true },
    'solveCaptchas',
    'this browser solves captchas only through a proxy',
  ],
  [
    { ...remote, channel: 'chrome-turbo', proxies: [] },
    'solveCaptchas',
    'this browser solves captchas only through a proxy',
  ],
  [
    { ...remote, channel: 'chrome-turbo', proxies: false },
    'solveCaptchas',
    'this browser solves captchas only through a proxy',
  ],
  [{ cdpUrl, headless: false }, 'headless', besideCdpUrl],
  [{ cdpUrl, userAgent: 'me' }, 'userAgent', besideCdpUrl],
  [{ cdpUrl, args: [] }, 'args', besideCdpUrl],
  [{ cdpUrl, viewport }, 'viewport.width', besideCdpUrl],
  [{ solveCaptchas: true }, 'solveCaptchas', needsCloud],
  [{ proxies: true }, 'proxies', needsCloud],
  [{ proxies: [...external, { type: 'notte' }] }, 'proxies', needsCloud],
  [{ proxies: [{ type: 'tailnet', oauthClientId: 'a' }] }, 'proxies', needsCloud],
  [
    { sessionId: 'a' },
    'sessionId',
    'is the id of a session of a session API, and none is configured. Set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl',
  ],
  [
    { ...remote, sessionId: 'a', headless: true },
    'sessionId',
    'excludes every option that shapes a start, because the session already runs. With it, only apiUrl, apiKey, startTimeout, maxSessions, transport, exposeNetwork have an effect',
  ],
  [
    { transport: 'playwright' },
    'transport',
    "'playwright' needs a session server with a Playwright next to its browsers; embedded sessions are driven over CDP. Leave it out, or set SESSIONWRIGHT_API_URL or sessionOptions.apiUrl",
  ],
])('%j is refused', (options, at, message) => {
  const refused = refusal(options);
  expect(refused).toMatchObject({ code: 'invalid_options', path: `use.${at}` });
  expect(refused?.message).toContain(`use.${at}: ${message}`);
  expect(refused?.message).not.toContain('\n'); // nothing else is wrong
});

test.each<[object]>([
  [{ backend: 'chromium' }],
  [{ backend: 'cdp', cdpUrl }],
  [{ backend: 'grid', gridUrl }],
  [{ gridUrl, capabilities: {}, args: [], userAgent: 'me', headless: false }],
  [{ cdpUrl }],
  [{ cdpUrl, cdpHeaders: { authorization: 'Bearer hunter2' } }],
  [{ apiUrl: 'http://localhost:1', cdpUrl, cdpHeaders: {} }],
  [{ cdpUrl, headless: true, viewport: null }],
  [{ cdpUrl, headless: undefined, userAgent: undefined, args: undefined }],
  [{ headless: false, userAgent: 'me', args: [], viewport }],
  [{ idleTimeout: 300_000, maxDuration: 300_000 }],
  [{ idleTimeout: 1_800_000 }], // an embedded session has no shorter maximum
  [{ maxDuration: 60_000 }],
  [{ ...remote, idleTimeout: 900_000 }],
  [{ ...remote, maxDuration: 180_000 }],
  [{ ...remote, idleTimeout: 60_000, maxDuration: 60_000 }],
  [{ channel: 'chrome-nightly' }], // nothing solves captchas there
  [{ ...remote, channel: 'chrome' }],
  [{ ...remote, channel: 'chrome-nightly', solveCaptchas: false }],
  [{ ...remote, channel: 'chrome-turbo', proxies: true }],
  [{ ...remote, channel: 'chrome-turbo', proxies: external }],
  [{ proxies: external }],
  [{ proxies: [] }],
  [{ proxies: false, solveCaptchas: false }],
  [{ ...remote, solveCaptchas: true, proxies: [{ type: 'notte' }] }],
  [
    {
      ...remote,
      sessionId: 'a',
      startTimeout: 1000,
      maxSessions: 1,
      transport: 'cdp',
      headless: undefined,
    },
  ],
  [{ ...remote, transport: 'playwright' }],
  [{ transport: 'cdp' }],
  [{ ...remote, sessionId: 'a', exposeNetwork: '<loopback>' }],
  [{ exposeNetwork: '<loopback>' }], // an embedded session's browser is on this machine
  [{ apiUrl: 'http://localhost:1', sessionId: 'a' }],
])('%j is allowed', (options) => {
  expect(refusal(options)).toBeUndefined();
});

describe('what the environment says', () => {
  test('of a Grid, counts where that is used', () => {
    vi.stubEnv('SELENIUM_REMOTE_URL', 'ftp://me:hunter2@hub');
    vi.stubEnv('SELENIUM_REMOTE_CAPABILITIES', '[]');
    vi.stubEnv('SELENIUM_REMOTE_HEADERS', 'hunter2');
    const refused = refusal({});
    expect(refused?.message).toMatch(
      /SELENIUM_REMOTE_URL: must be the URL of a Selenium Grid.*\n.*SELENIUM_REMOTE_CAPABILITIES: must be an object of capabilities as JSON.*\n.*SELENIUM_REMOTE_HEADERS: must be an object of header names and values as JSON/,
    );
    expect(refused?.message).not.toContain('hunter2');
    for (const options of [{ backend: 'chromium' }, { cdpUrl }, remote])
      expect(refusal(options)).toBeUndefined();
    expect(refusal({ gridUrl, capabilities: {} })?.path).toBe('SELENIUM_REMOTE_HEADERS');
    vi.stubEnv('SELENIUM_REMOTE_HEADERS', '{"authorization":"Bearer hunter2"}');
    expect(refusal({ gridUrl, capabilities: {} })).toBeUndefined();
    expect(refusal({ gridUrl })?.path).toBe('SELENIUM_REMOTE_CAPABILITIES');
    vi.stubEnv('SELENIUM_REMOTE_CAPABILITIES', '{"platformName":"linux"}');
    expect(refusal({ backend: 'grid', gridUrl })).toBeUndefined();
  });

  test('of a CDP endpoint, counts where that is used', () => {
    vi.stubEnv('SESSIONWRIGHT_CDP_URL', 'http://hunter2@browsers');
    vi.stubEnv('SESSIONWRIGHT_CDP_HEADERS', '["hunter2"]');
    const refused = refusal({});
    expect(refused?.message).toMatch(
      /SESSIONWRIGHT_CDP_URL: must be a URL that starts with ws:\/\/ or wss:\/\/.*\n.*SESSIONWRIGHT_CDP_HEADERS: must be an object of header names and values as JSON/,
    );
    expect(refused?.message).not.toContain('hunter2');
    for (const options of [
      { backend: 'chromium' },
      { gridUrl },
      { apiUrl: 'http://localhost:1', sessionId: 'a' },
      { cdpUrl, cdpHeaders: {} },
    ])
      expect(refusal(options)).toBeUndefined();
    expect(refusal({ cdpUrl })?.path).toBe('SESSIONWRIGHT_CDP_HEADERS');
    vi.stubEnv('SESSIONWRIGHT_CDP_HEADERS', '{"a\\n":"hunter2"}');
    expect(refusal({ cdpUrl })?.path).toBe('SESSIONWRIGHT_CDP_HEADERS');
    vi.stubEnv('SESSIONWRIGHT_CDP_HEADERS', '{"authorization":"Bearer hunter2"}');
    vi.stubEnv('SESSIONWRIGHT_CDP_URL', cdpUrl);
    for (const options of [{}, { backend: 'cdp' }, { cdpHeaders: { a: 'b' } }])
      expect(refusal(options)).toBeUndefined();
    expect(refusal({ userAgent: 'me' })?.message).toContain(besideCdpUrl);
  });

  test('counts where it is used', () => {
    vi.stubEnv('NOTTE_API_URL', 'https://me:hunter2@a.example.com');
    const refused = refusal({});
    expect(refused?.path).toBe('NOTTE_API_URL');
    expect(refused?.message).toMatch(
      /^NOTTE_API_URL: must be a URL that starts with http:\/\/ or https:\/\//,
    );
    expect(refused?.message).not.toContain('hunter2');
    expect(refusal({ apiUrl: 'http://localhost:1' })).toBeUndefined();
    expect(refusal({ backend: 'chromium' })).toBeUndefined();
  });

  test('makes sessions remote, and with them what only a cloud can do', () => {
    vi.stubEnv('NOTTE_API_URL', 'http://localhost:1');
    expect(refusal({ solveCaptchas: true, sessionId: undefined })).toBeUndefined();
    expect(refusal({ idleTimeout: 1_800_000 })?.path).toBe('use.idleTimeout');
    expect(refusal({ backend: 'chromium', solveCaptchas: true })?.path).toBe('use.solveCaptchas');
  });
});

test('options that are wrong by themselves are told first', () => {
  const refused = refusal({ backend: 'grid', headless: 1 });
  expect(refused?.message).toBe(
    'use.headless: Invalid input: expected boolean, received number, got 1',
  );
});

function refusal(options: object): OptionsError | undefined {
  try {
    validateSessionOptions(options, 'use');
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  return undefined;
}
