/** Every error of the package: its name, its code, and the fields that callers read. */
import { describe, expect, it } from 'vitest';
import {
  ApiError,
  ApiUnreachableError,
  AuthenticationError,
  BrowserLaunchError,
  BrowserNotFoundError,
  CdpError,
  CookieFileError,
  HostError,
  InvalidRequestError,
  isSessionwrightError,
  NotFoundError,
  OptionsError,
  RateLimitError,
  SessionEndedError,
  SessionwrightError,
  timedOut,
  TimeoutError,
} from '../../../src/contract/errors';

const cause = new Error('why');
const api = { code: 'c', method: 'GET', path: '/x', status: 404, body: { a: 1 }, cause };
const endedAt = new Date(0);

describe('an error', () => {
  it.each<[string, () => Error, object]>([
    [
      'SessionwrightError',
      () => new SessionwrightError('m', { code: 'c', cause }),
      { code: 'c', cause },
    ],
    ['ApiError', () => new ApiError('m', api), api],
    ['NotFoundError', () => new NotFoundError('m', api), api],
    ['AuthenticationError', () => new AuthenticationError('m', api), api],
    [
      'ApiUnreachableError',
      () => new ApiUnreachableError('m', { ...api, maybeReceived: true }),
      { ...api, maybeReceived: true },
    ],
    [
      'InvalidRequestError',
      () => new InvalidRequestError('m', { ...api, issues: [{ path: 'a', message: 'b' }] }),
      { ...api, issues: [{ path: 'a', message: 'b' }] },
    ],
    [
      'RateLimitError',
      () => new RateLimitError('m', { ...api, retryAfterMs: 5 }),
      { ...api, retryAfter: 5 },
    ],
    [
      'SessionEndedError',
      () =>
        new SessionEndedError('m', {
          sessionId: 'a',
          status: 'closed',
          endedAt,
          reason: 'r',
          cause,
        }),
      { code: 'session_ended', sessionId: 'a', status: 'closed', endedAt, reason: 'r', cause },
    ],
    [
      'BrowserNotFoundError',
      () => new BrowserNotFoundError('m', { tried: ['/a'] }),
      { code: 'browser_not_found', tried: ['/a'] },
    ],
    [
      'BrowserLaunchError',
      () => new BrowserLaunchError('m', { stderr: 's', cause }),
      { code: 'browser_launch_failed', stderr: 's', cause },
    ],
    [
      'OptionsError',
      () => new OptionsError('m', { path: 'p' }),
      { code: 'invalid_options', path: 'p' },
    ],
    [
      'CookieFileError',
      () => new CookieFileError('m', { code: 'invalid_cookie_file', file: 'f', cause }),
      { code: 'invalid_cookie_file', file: 'f', cause },
    ],
    [
      'TimeoutError',
      () => new TimeoutError('m', { timeoutMs: 5, cause }),
      { code: 'timeout', timeout: 5, cause },
    ],
    [
      'CdpError',
      () => new CdpError('m', { code: 'cdp_closed', method: 'Page.enable', cause }),
      { code: 'cdp_closed', method: 'Page.enable', cause },
    ],
    [
      'HostError',
      () => new HostError('m', { code: 'host_unavailable' }),
      { code: 'host_unavailable' },
    ],
  ])('%s has its name and fields', (name, make, fields) => {
    const error = make();
    expect(error).toBeInstanceOf(SessionwrightError);
    expect(error).toMatchObject({ name, message: 'm', ...fields });
    expect('cause' in error).toBe('cause' in fields);
    expect(String(error)).toBe(`${name}: m`);
  });

  it('of a wait says for what, and how long', () => {
    expect(timedOut('Chromium to close', 500)).toMatchObject({
      name: 'TimeoutError',
      timeout: 500,
      message: 'Waited 500 ms for Chromium to close, in vain.',
    });
  });
});

describe('errors of this package', () => {
  it('are known by their code, also those of the other module format', () => {
    const error = new OptionsError('m', { path: 'p' });
    const twin = Object.assign(new Error('m'), { name: 'OptionsError', code: 'invalid_options' });
    for (const it of [error, twin]) {
      expect(isSessionwrightError(it)).toBe(true);
      expect(isSessionwrightError(it, 'invalid_options')).toBe(true);
      expect(isSessionwrightError(it, 'timeout')).toBe(false);
    }
  });

  it.each([
    [new Error('m')],
    [Object.assign(new Error('m'), { code: 5 })],
    [Object.assign(new Error('m'), { code: 'c', name: 'Problem' })],
    [{ code: 'c', name: 'OptionsError' }],
    ['OptionsError'],
    [null],
    [undefined],
  ])('are not %j', (other) => {
    expect(isSessionwrightError(other)).toBe(false);
  });
});
