import { expect, test } from 'vitest';
import type { StartOptions } from '../../../src/contract/session';
import { planSession, proxyUrl } from '../../../src/server/browsers/session-plan';

const context = { defaultHeadless: true, canShowWindow: true };
const plan = (request: StartOptions) => planSession(request, context);

test('what was not said has the defaults of the contract', () => {
  expect(plan({})).toMatchObject({
    headless: true,
    idleTimeout: 180_000,
    maxDuration: 900_000,
    size: { width: 1280, height: 720 },
    proxy: undefined,
  });
});

test('what the clients of the cloud send by default is accepted', () => {
  expect(() =>
    plan({
      headless: true,
      solveCaptchas: true,
      proxies: false,
      channel: 'chromium',
      useFileStorage: true,
      webBotAuth: false,
      authIds: [],
    }),
  ).not.toThrow();
});

test.each([
  ['proxies', { proxies: true }, /residential/],
  ['proxies.0.type', { proxies: [{ type: 'notte', country: 'fr' }] }, /residential/],
  ['proxies.0.type', { proxies: [{ type: 'tailnet', oauthClientId: 'x' }] }, /tailnet/],
  ['proxies.0.server', { proxies: [{ type: 'external', server: 'ftp://proxy' }] }, /http:\/\//],
  [
    'proxies.0.username',
    { proxies: [{ type: 'external', server: 'socks5://proxy:1080', username: 'me' }] },
    /SOCKS/,
  ],
  [
    'proxies',
    {
      proxies: [
        { type: 'external', server: 'a:1' },
        { type: 'external', server: 'b:1' },
      ],
    },
    /one proxy/,
  ],
  [
    'proxies',
    { cdpUrl: 'ws://elsewhere', proxies: [{ type: 'external', server: 'a:1' }] },
    /cdp_url/,
  ],
  ['web_bot_auth', { webBotAuth: true }, /cloud/],
  ['auth_ids', { authIds: ['a'] }, /cloud/],
  ['vault_id', { vaultId: 'v' }, /cloud/],
  ['profile', { profile: { id: 'p' }, cdpUrl: 'ws://127.0.0.1:1' }, /of its own/],
  ['cdp_url', { cdpUrl: 'http://elsewhere' }, /ws:\/\//],
] satisfies [string, StartOptions, RegExp][])(
  '%s is refused by name: %j',
  (path, request, message) => {
    try {
      plan(request);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'invalid_request',
        status: 422,
        issues: [{ path, message: expect.stringMatching(message) as unknown }],
      });
    }
  },
);

test('the page is as large as was asked for, and a window keeps its own size', () => {
  expect(plan({ viewport: { width: 800, height: 600 } }).size).toEqual({ width: 800, height: 600 });
  expect(plan({ headless: false }).size).toBeUndefined();
  expect(plan({ cdpUrl: 'ws://elsewhere' }).size).toBeUndefined();
});

test('where no window can be shown, sessions run without one', () => {
  expect(planSession({ headless: false }, { ...context, canShowWindow: false }).headless).toBe(
    true,
  );
  expect(planSession({}, { ...context, defaultHeadless: false }).headless).toBe(false);
});

test.each([
  ['proxy.test:3128', 'http://proxy.test:3128/'],
  ['http://proxy.test', 'http://proxy.test/'],
  ['socks5://127.0.0.1:1080', 'socks5://127.0.0.1:1080'],
  ['not a proxy', undefined],
])('the proxy %s is %s', (server, url) => {
  expect(proxyUrl(server)?.href).toBe(url);
});
