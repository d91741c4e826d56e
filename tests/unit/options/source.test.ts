/** Where sessions come from: options and environment decide, and nothing secret is told. */
import { describe, expect, test } from 'vitest';
import { describeSource, hasRemoteApi } from '../../../src/options/source';
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
