import { describe, expect, it } from 'vitest';

import { InvalidRequestError, OptionsError } from '../../../src/contract/errors';
import {
  decodeStartRequest,
  encodeStartRequest,
  type StartOptions,
} from '../../../src/contract/session';

const issuesOf = (body: unknown): string[] => {
  try {
    decodeStartRequest(body);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
};

const optionsError = (options: object): string => {
  try {
    encodeStartRequest(options);
    return '';
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    return `${error.path} | ${error.message}`;
  }
};

describe('start request', () => {
  it('accepts the body that the Python client sends by default', () => {
    const body = JSON.parse(
      '{"headless":true,"solve_captchas":true,"max_duration_minutes":15,"idle_timeout_minutes":3,"proxies":false,"browser_type":"chromium","use_file_storage":true,"screenshot_type":"last_action","web_bot_auth":false,"auth_ids":[],"wait_for_authentication":true}',
    ) as unknown;
    expect(decodeStartRequest(body)).toMatchObject({
      headless: true,
      solveCaptchas: true,
      maxDuration: 900_000,
      authIds: [],
    });
  });

  it('accepts an empty body and fills in nothing', () => {
    expect(decodeStartRequest({})).toStrictEqual({});
  });

  it('goes over the wire and comes back the same', () => {
    const options: StartOptions = {
      headless: false,
      solveCaptchas: false,
      maxDuration: 3_600_000,
      idleTimeout: 600_000,
      proxies: [
        {
          type: 'external',
          server: 'http://proxy:3128',
          username: 'u',
          password: 'p',
          bypass: 'localhost',
        },
        { type: 'tailnet', oauthClientId: 'x' },
      ],
      channel: 'chrome',
      userAgent: 'UA',
      args: ['--mute-audio'],
      viewport: { width: 1280, height: 720 },
      useFileStorage: false,
      profile: { id: 'notte-profile-0123456789abcdef', persist: true },
      webBotAuth: true,
      extraHTTPHeaders: { 'X-Team': 'a' },
      vaultId: 'v',
      authIds: ['a'],
    };
    const wire = encodeStartRequest(options);
    expect(wire).toMatchObject({
      viewport_width: 1280,
      viewport_height: 720,
      idle_timeout_minutes: 10,
      extra_http_headers: { 'X-Team': 'a' },
    });
    expect(decodeStartRequest(JSON.parse(JSON.stringify(wire)))).toEqual(options);
  });

  it('leaves out what is undefined or null', () => {
    expect(
      encodeStartRequest({ headless: undefined, viewport: null, userAgent: undefined }),
    ).toEqual({});
  });

  it('reads booleans and integers in the spellings of other clients', () => {
    expect(
      decodeStartRequest({
        headless: 'True',
        idle_timeout_minutes: '5',
        proxies: 'false',
        web_bot_auth: 0,
      }),
    ).toEqual({ headless: true, idleTimeout: 300_000, proxies: false, webBotAuth: false });
  });

  it('reads other forms: timeout_minutes, the geolocation of a proxy, aspect_ratio', () => {
    expect(decodeStartRequest({ timeout_minutes: 7 })).toEqual({ idleTimeout: 420_000 });
    expect(
      decodeStartRequest({
        proxies: [{ type: 'notte', geolocation: { country: 'us', city: ' Reno ' } }],
      }),
    ).toEqual({ proxies: [{ type: 'notte', country: 'us', city: 'Reno' }] });
    expect(decodeStartRequest({ aspect_ratio: '5:4' })).toEqual({
      viewport: { width: 1280, height: 1024 },
    });
  });

  it('takes null for what may be unset', () => {
    expect(
      decodeStartRequest({
        user_agent: null,
        chrome_args: null,
        viewport_width: null,
        viewport_height: null,
        cdp_url: null,
        profile: null,
        aspect_ratio: null,
      }),
    ).toEqual({});
  });

  it.each([
    [
      { idle_timeout_minutes: 31 },
      'idle_timeout_minutes: Too big: expected number to be <=30, got 31',
    ],
    [
      { idle_timeout_minutes: 0 },
      'idle_timeout_minutes: Too small: expected number to be >=1, got 0',
    ],
    [
      { max_duration_minutes: 1441 },
      'max_duration_minutes: Too big: expected number to be <=1440, got 1441',
    ],
    [
      { idle_timeout_minutes: 1.5 },
      'idle_timeout_minutes: Invalid input: expected int, received number, got 1.5',
    ],
    [{ max_duration_minutes: 2 }, 'idle_timeout_minutes: must be at most the maximum duration'],
    [
      { idle_timeout_minutes: 3, timeout_minutes: 3 },
      'timeout_minutes: older name of idle_timeout_minutes; send one of the two',
    ],
    [{ viewport_width: 800 }, 'viewport_height: is required when the width is set'],
    [{ viewport_height: 800 }, 'viewport_width: is required when the height is set'],
    [
      { aspect_ratio: '16:9', viewport_width: 1, viewport_height: 1 },
      'aspect_ratio: excludes a viewport size',
    ],
    [
      { aspect_ratio: '4:3' },
      'aspect_ratio: Invalid option: expected one of "5:4"|"16:9", got "4:3"',
    ],
    [
      { browser_type: 'chrome-turbo' },
      'solve_captchas: this browser solves captchas only through a proxy',
    ],
    [{ cdp_url: 'ws://x', headless: false }, 'headless: has no effect'],
    [{ cdp_url: 'ws://x', user_agent: 'a' }, 'user_agent: has no effect'],
    [{ cdp_url: 'ws://x', chrome_args: [] }, 'chrome_args: has no effect'],
    [{ cdp_url: 'ws://x', viewport_width: 1, viewport_height: 1 }, 'viewport_width: has no effect'],
    [{ auth_ids: ['a', 'a'] }, 'auth_ids: each id may be given once'],
    [
      { proxies: [{ server: 'x' }] },
      "proxies.0.type: Invalid discriminator value. Expected 'notte' | 'external' | 'tailnet'",
    ],
    [
      { proxies: [{ type: 'external' }] },
      'proxies.0.server: Invalid input: expected string, received undefined',
    ],
    [{ proxies: [{ type: 'notte', contry: 'us' }] }, 'proxies.0.contry: unknown field'],
    [{ proxies: 'us' }, 'proxies: Invalid input: expected true, false or a list of proxies'],
    [
      { idle_timeout_minute: 5 },
      'idle_timeout_minute: unknown field; did you mean "idle_timeout_minutes"?',
    ],
    [{ cookie_file: 'x.json' }, 'cookie_file: unknown field'],
    [[], ': Invalid input: expected object'],
  ])('refuses %j', (body, message) => {
    expect(issuesOf(body).join('\n')).toContain(message);
  });

  it('accepts chrome-turbo with a proxy or without captcha solving', () => {
    expect(issuesOf({ browser_type: 'chrome-turbo', solve_captchas: false })).toEqual([]);
    expect(issuesOf({ browser_type: 'chrome-nightly', proxies: true })).toEqual([]);
  });

  it('names options to a caller as the caller wrote them', () => {
    expect(optionsError({ idleTimeoutMinutes: 5 })).toContain(
      'idleTimeoutMinutes | Cannot start a session with these options: idleTimeoutMinutes: unknown field; did you mean "idleTimeout"?',
    );
    expect(optionsError({ maxDuration: 120_000 })).toContain(
      'idleTimeout: must be at most the maximum duration',
    );
    expect(optionsError({ viewport: { width: 1.5, height: 2 } })).toContain(
      'viewport.width: Invalid input: expected int',
    );
    expect(optionsError({ viewport: { width: 100 } })).toContain(
      'viewport.height: Invalid input: expected number',
    );
    expect(optionsError({ proxies: [{ type: 'tailnet' }] })).toContain(
      'proxies.0.oauthClientId: Invalid input',
    );
  });

  it('never repeats a secret', () => {
    const rules = optionsError({
      cdpUrl: 'wss://user:hunter2@x',
      headless: false,
      userAgent: 'hunter2',
    });
    const shapes = optionsError({
      cdpUrl: ['hunter2'],
      proxies: [{ type: 'external', server: 's', password: ['hunter2'] }],
      extraHTTPHeaders: { Authorization: ['hunter2'] },
    });
    expect(rules).toContain('headless: has no effect');
    expect(shapes).toContain('proxies.0.password: Invalid input');
    expect(rules + shapes).not.toContain('hunter2');
  });
});
