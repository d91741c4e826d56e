/** Which projects of a suite are left to Playwright, and what they are told. */
import { expect, test } from 'vitest';
import { leftToPlaywright } from '../../../src/options/served';

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
