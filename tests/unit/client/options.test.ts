import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { SessionsClient } from '../../../src/client/index';
import { resolveClientOptions } from '../../../src/client/options';

beforeEach(() => {
  vi.stubEnv('NOTTE_API_KEY', '');
  vi.stubEnv('NOTTE_API_URL', '');
});
afterEach(() => vi.unstubAllEnvs());

describe('client options', () => {
  it('go to the cloud when there is only a key', () => {
    expect(resolveClientOptions({ apiKey: 'k' })).toMatchObject({
      apiUrl: 'https://api.notte.cc',
      apiKey: 'k',
      timeoutMs: 60_000,
      retries: 3,
      handleSignals: true,
    });
  });

  it('come from the environment, and are overruled by what is passed', () => {
    vi.stubEnv('NOTTE_API_KEY', 'from-env');
    vi.stubEnv('NOTTE_API_URL', 'http://env.test:1/prefix/');
    expect(resolveClientOptions({})).toMatchObject({
      apiUrl: 'http://env.test:1/prefix',
      apiKey: 'from-env',
    });
    expect(resolveClientOptions({ apiUrl: 'https://mine.test', apiKey: 'mine' })).toMatchObject({
      apiUrl: 'https://mine.test',
      apiKey: 'mine',
    });
  });

  it('never send the key of an own server to the cloud', () => {
    vi.stubEnv('SESSIONWRIGHT_API_KEY', 'own');
    expect(() => resolveClientOptions({})).toThrow(/Set SESSIONWRIGHT_API_URL, or pass apiUrl/);
    expect(resolveClientOptions({ apiUrl: 'http://own.test' })).toMatchObject({ apiKey: 'own' });
  });

  it('need a key', () => {
    expect(() => new SessionsClient()).toThrow(
      expect.objectContaining({
        name: 'AuthenticationError',
        code: 'unauthorized',
        message: expect.stringContaining('Set NOTTE_API_KEY') as string,
      }),
    );
  });

  it.each([
    [
      'api.notte.cc',
      'apiUrl is not the URL of a session API: "api.notte.cc". Write it with its scheme',
    ],
    ['localhost:8484', '"localhost:8484"'],
    ['ftp://x', '"ftp://x"'],
    ['http://', '"http://"'],
    ['https://user:hunter2@x.test', 'must not contain a user or password'],
  ])('refuse the URL %s', (apiUrl, message) => {
    expect(() => resolveClientOptions({ apiUrl, apiKey: 'k' })).toThrow(message);
    expect(() => resolveClientOptions({ apiUrl, apiKey: 'k' })).not.toThrow('hunter2');
  });

  it.each([
    [{ apiurl: 'http://x' }, 'apiurl: unknown field; did you mean "apiUrl"?'],
    [{ retryDelayMs: 5 }, 'did you mean "retryDelay"?'],
    [{ sessions: 5 }, 'sessions: unknown field'],
  ])('refuse the unknown %j, with the nearest name', (options, message) => {
    expect(() => resolveClientOptions({ apiKey: 'k', ...options })).toThrow(message);
  });

  it.each(['secret\n', 'sec ret', 'secrét', 5 as never])(
    'refuse the key %j, without showing it',
    (apiKey) => {
      expect(() => resolveClientOptions({ apiKey })).toThrow(/^apiKey must be (?!.*secr)/);
    },
  );

  it('name the variable when the URL came from the environment', () => {
    vi.stubEnv('NOTTE_API_URL', 'api.notte.cc');
    expect(() => resolveClientOptions({ apiKey: 'k' })).toThrow('NOTTE_API_URL is not the URL');
  });

  it.each([
    { timeout: 0 },
    { timeout: 1.5 },
    { timeout: 2 ** 31 },
    { retries: -1 },
    { retryDelay: Number.NaN },
  ])('refuse %j', (options) => {
    expect(() => resolveClientOptions({ apiKey: 'k', ...options })).toThrow(
      expect.objectContaining({ code: 'invalid_options', path: Object.keys(options)[0] }),
    );
  });
});
