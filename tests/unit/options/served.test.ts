/** Which projects of a suite are left to Playwright, and what they are told. */
import { afterEach, expect, test, vi } from 'vitest';
import { leftToPlaywright, projectLeftToPlaywright } from '../../../src/options/served';

test.each([
  ['chromium', undefined, undefined],
  ['firefox', undefined, 'sessions are Chromium; firefox is launched by Playwright.'],
  ['webkit', { wsEndpoint: 'ws://a' }, 'sessions are Chromium; webkit is launched by Playwright.'],
  [
    'chromium',
    { wsEndpoint: 'ws://a' },
    'connectOptions is set, so Playwright connects to its own server.',
  ],
])('%s with connectOptions %j', (browserName, connectOptions, reason) => {
  expect(leftToPlaywright({ browserName, connectOptions })).toBe(reason);
});

afterEach(() => vi.unstubAllEnvs());

test('a server that the environment names is said by its variable', () => {
  vi.stubEnv('PW_TEST_CONNECT_WS_ENDPOINT', 'ws://a');
  const reason = 'PW_TEST_CONNECT_WS_ENDPOINT is set, so Playwright connects to that server.';
  const connectOptions = { wsEndpoint: 'ws://a' };
  expect(leftToPlaywright({ browserName: 'chromium', connectOptions })).toBe(reason);
  expect(projectLeftToPlaywright({})).toBe(reason);
});

test.each([
  [{}, undefined],
  [{ defaultBrowserType: 'webkit' }, /webkit/],
  [{ defaultBrowserType: 'webkit', browserName: 'chromium' }, undefined],
  [{ browserName: 'firefox' }, /firefox/],
  [{ connectOptions: { wsEndpoint: 'ws://a' } }, /connectOptions/],
])('a project that says %j', (use, reason) => {
  if (reason) expect(projectLeftToPlaywright(use)).toMatch(reason);
  else expect(projectLeftToPlaywright(use)).toBeUndefined();
});
