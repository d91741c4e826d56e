/** Our options and the contract's start request say the same: every field of one is in the other, and what is allowed here is accepted there. */
import { describe, expect, test } from 'vitest';
import { toCamelCase } from '../../../src/contract/naming';
import { encodeStartRequest, startRequestSchema } from '../../../src/contract/session';
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
  'startTimeoutMs',
  'maxSessions',
  'transport',
  'exposeNetwork',
  'executablePath',
];
/** Fields that our options spell differently, or not at all. */
const OTHER = ['timeoutMinutes', 'viewportWidth', 'viewportHeight'];

test('the same fields', () => {
  const fields = Object.keys(startRequestSchema.shape)
    .map(toCamelCase)
    .filter((name) => !OTHER.includes(name));
  expect(
    Object.keys(sessionOptionRules)
      .filter((name) => !OWN.includes(name))
      .sort(),
  ).toEqual([...fields, 'viewport'].sort());
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
        chromeArgs: ['--mute-audio'],
      },
      true,
    ],
    [{ idleTimeoutMinutes: 30, maxDurationMinutes: 1440 }, true],
    [{ idleTimeoutMinutes: 0 }, false],
    [{ idleTimeoutMinutes: 31, maxDurationMinutes: 60 }, false],
    [{ maxDurationMinutes: 1441 }, false],
    [{ maxDurationMinutes: 2 }, false],
    [{ idleTimeoutMinutes: 16 }, false],
    [{ viewport: { width: 800, height: 600 }, aspectRatio: '16:9' }, false],
    [{ browserType: 'chrome-nightly' }, false],
    [{ browserType: 'chrome-nightly', solveCaptchas: false }, true],
    [{ browserType: 'chrome-turbo', proxies: true }, true],
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
    [{ cdpUrl: 'wss://browsers.example.com/', chromeArgs: [] }, false],
    [{ authIds: ['a', 'a'] }, false],
    [
      {
        profile: { id: 'notte-profile-1' },
        extraHttpHeaders: { a: 'b' },
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
