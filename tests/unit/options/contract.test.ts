/** Our options and the contract's start request say the same: every field of one is in the other, and what is allowed here is accepted there. */
import { describe, expect, test } from 'vitest';
import { encodeStartRequest } from '../../../src/contract/session';
import { OPTION_NAMES } from '../../../src/contract/start';
import { sessionOptionRules } from '../../../src/options/schema';
import type { SessionOptions } from '../../../src/options/types';
import { validateSessionOptions } from '../../../src/options/validate';

/** Options that are never sent to an API. */
const OWN = [
  'apiUrl',
  'apiKey',
  'backend',
  'gridUrl',
  'capabilities',
  'sessionId',
  'startTimeout',
  'maxSessions',
  'transport',
  'exposeNetwork',
  'executablePath',
];

test('the same fields', () => {
  expect(
    Object.keys(sessionOptionRules)
      .filter((name) => !OWN.includes(name))
      .sort(),
  ).toEqual([...OPTION_NAMES].sort());
});

const api = { apiUrl: 'https://sessions.example.com' };

describe('the same answer', () => {
  test.each<[SessionOptions, boolean]>([
    [{}, true],
    [
      {
        headless: false,
        viewport: { width: 800, height: 600 },
        userAgent: 'x',
        args: ['--mute-audio'],
      },
      true,
    ],
    [{ idleTimeout: 1_800_000, maxDuration: 86_400_000 }, true],
    [{ idleTimeout: 0 }, false],
    [{ idleTimeout: 1_860_000, maxDuration: 3_600_000 }, false],
    [{ maxDuration: 86_460_000 }, false],
    [{ maxDuration: 120_000 }, false],
    [{ idleTimeout: 960_000 }, false],
    [{ viewport: { width: 800, height: 600 }, aspectRatio: '16:9' }, false],
    [{ channel: 'chrome-nightly' }, false],
    [{ channel: 'chrome-nightly', solveCaptchas: false }, true],
    [{ channel: 'chrome-turbo', proxies: true }, true],
    [
      {
        proxies: [
          { type: 'notte', country: 'de' },
          { type: 'external', server: 'http://localhost:1' },
          { type: 'tailnet', oauthClientId: 'a' },
        ],
      },
      true,
    ],
    [{ proxies: [{ type: 'notte', country: 'Germany' }] }, false],
    [{ cdpUrl: 'wss://browsers.example.com/', headless: true }, true],
    [{ cdpUrl: 'wss://browsers.example.com/', headless: false }, false],
    [{ cdpUrl: 'wss://browsers.example.com/', userAgent: 'x' }, false],
    [{ cdpUrl: 'wss://browsers.example.com/', args: [] }, false],
    [{ authIds: ['a', 'a'] }, false],
    [
      {
        profile: { id: 'notte-profile-1' },
        extraHTTPHeaders: { a: 'b' },
        screenshotType: 'raw',
        vaultId: 'v',
        webBotAuth: true,
        waitForAuthentication: false,
        useFileStorage: false,
      },
      true,
    ],
  ])('%j', (options, isAllowed) => {
    expect(
      accepts(() => validateSessionOptions({ ...options, ...api }, 'use.sessionOptions')),
    ).toBe(isAllowed);
    expect(accepts(() => encodeStartRequest(options))).toBe(isAllowed);
  });
});

function accepts(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'OptionsError') return false;
    throw error;
  }
}
