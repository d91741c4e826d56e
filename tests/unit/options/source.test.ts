/** Where sessions come from: options and environment decide, and nothing secret is told. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  describeSource,
  gridOf,
  gridUrlOf,
  hasOwnProcessors,
  hasRemoteApi,
} from '../../../src/options/source';
import type { SessionOptions } from '../../../src/options/types';

const nothing = { apiUrl: undefined, apiKey: undefined };
const key = { apiUrl: undefined, apiKey: 'hunter2' };

describe('where sessions come from', () => {
  test.each<
    [SessionOptions, typeof nothing | typeof key | { apiUrl: string; apiKey: undefined }, string]
  >([
    [{}, nothing, 'embedded session server (Chromium)'],
    [{}, key, 'https://api.notte.cc'],
    [{ apiKey: 'hunter2' }, nothing, 'https://api.notte.cc'],
    [{ apiUrl: 'https://us-prod.notte.cc/' }, key, 'https://us-prod.notte.cc'],
    [
      {},
      { apiUrl: 'http://10.0.0.5:8080/api/', apiKey: undefined },
      'http://10.0.0.5:8080/api (self-hosted)',
    ],
    [{ backend: 'chromium' }, key, 'embedded session server (Chromium)'],
    [
      { backend: 'cdp', cdpUrl: 'wss://me:hunter2@browsers.example.com/hunter2?token=hunter2' },
      key,
      'embedded session server (browser at browsers.example.com)',
    ],
    [{ cdpUrl: 'wss://browsers.example.com/' }, key, 'https://api.notte.cc'],
    [
      { apiUrl: 'https://me:hunter2@sessions.example.com/?key=hunter2' },
      nothing,
      'https://sessions.example.com (self-hosted)',
    ],
    [{ cdpUrl: 'hunter2' }, nothing, 'embedded session server (browser at a wrong URL)'],
    [
      { apiUrl: 'https://notte.cc.example.com//' },
      nothing,
      'https://notte.cc.example.com (self-hosted)',
    ],
    [{ backend: 'chromium', apiUrl: 'http://a:1' }, nothing, 'http://a:1 (self-hosted)'],
    [{ apiUrl: 'hunter2' }, nothing, 'a session API with a wrong URL'],
    [{ apiUrl: 'ws://a/?hunter2=http:' }, nothing, 'a session API with a wrong URL'],
    [{ apiUrl: 'http://' }, nothing, 'a session API with a wrong URL'],
  ])('%j with %j: %s', (options, env, label) => {
    expect(describeSource(options, env)).toBe(label);
    expect(hasRemoteApi(options, env)).toBe(!label.startsWith('embedded'));
  });
});

test.each<[boolean, SessionOptions, { apiUrl?: string; apiKey?: string; gridUrl?: string }]>([
  [false, {}, {}],
  [true, {}, { apiKey: 'k' }],
  [true, {}, { apiUrl: 'http://10.0.0.5:8080' }],
  [false, {}, { apiUrl: 'http://localhost:8080' }],
  [false, { apiUrl: 'http://[::1]:8080' }, { apiUrl: 'http://10.0.0.5:8080' }],
  [true, { cdpUrl: 'ws://127.0.0.1:9222' }, { apiKey: 'k' }], // of the API's machine
  [false, { backend: 'cdp', cdpUrl: 'ws://127.0.0.1:9222' }, {}],
  [true, { backend: 'cdp', cdpUrl: 'wss://browsers.example.com' }, {}],
  [false, {}, { gridUrl: 'http://127.0.0.1:4444' }],
  [true, { gridUrl: 'http://grid.example.com:4444' }, {}],
  [false, { apiUrl: 'no URL' }, {}],
])('its browsers have processors of their own: %s, for %j with %j', (has, options, env) => {
  expect(hasOwnProcessors(options, { apiUrl: undefined, apiKey: undefined, ...env })).toBe(has);
});

describe('a Selenium Grid', () => {
  const grid = { ...nothing, gridUrl: 'http://me:hunter2@hub:4444/wd/hub/?x=hunter2' };
  const label = 'embedded session server (Selenium Grid at http://hub:4444/wd/hub)';

  test.each<[SessionOptions, object, string]>([
    [{}, grid, label],
    [{ backend: 'grid' }, grid, label],
    [{ backend: 'grid' }, { ...grid, apiKey: 'k' }, label],
    [{ gridUrl: grid.gridUrl }, key, label],
    [{ gridUrl: 'http://other' }, grid, 'embedded session server (Selenium Grid at http://other)'],
    [{ gridUrl: 'hunter2' }, nothing, 'embedded session server (Selenium Grid at a wrong URL)'],
    [{}, { ...grid, apiKey: 'k' }, 'https://api.notte.cc'],
    [{ backend: 'chromium' }, grid, 'embedded session server (Chromium)'],
    [{ cdpUrl: 'ws://b/' }, grid, 'embedded session server (browser at b)'],
    [{ backend: 'cdp', cdpUrl: 'ws://b/' }, grid, 'embedded session server (browser at b)'],
    [{}, { ...grid, cdpUrl: 'wss://c/?hunter2' }, 'embedded session server (browser at c)'],
    [{}, { cdpUrl: 'wss://c/', apiKey: 'k' }, 'https://api.notte.cc'],
    [{ backend: 'chromium' }, { cdpUrl: 'ws://c/' }, 'embedded session server (Chromium)'],
    [{ gridUrl: 'http://hub:4444/wd/hub' }, { cdpUrl: 'ws://c/' }, label],
  ])('%j with %j: %s', (options, env, shown) => {
    const from = { ...nothing, ...env };
    expect(describeSource(options, from)).toBe(shown);
    expect(gridUrlOf(options, from) !== undefined).toBe(shown.includes('Grid'));
  });

  test('is told what options and environment say; options first', () => {
    vi.stubEnv('SELENIUM_REMOTE_URL', 'http://hub');
    vi.stubEnv('SELENIUM_REMOTE_HEADERS', '{"x":1}');
    vi.stubEnv('SELENIUM_REMOTE_CAPABILITIES', '{"a":1}');
    const headers = { x: '1' };
    expect(gridOf({ backend: 'grid' })).toEqual({
      url: 'http://hub',
      headers,
      capabilities: { a: 1 },
    });
    expect(gridOf({ backend: 'grid', gridUrl: 'http://b', capabilities: {} })).toEqual({
      url: 'http://b',
      headers,
      capabilities: {},
    });
    expect(gridOf({ backend: 'chromium' })).toBeUndefined();
  });

  afterEach(() => vi.unstubAllEnvs());
});
