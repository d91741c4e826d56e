/** Which proxy a connection takes, by the environment. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import { authorizationFor } from '../../../src/base/addresses';
import { proxyFor } from '../../../src/options/network-proxy';

const NAMES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

beforeEach(() => NAMES.forEach((name) => vi.stubEnv(name, '')));
afterEach(() => vi.unstubAllEnvs());

function stub(env: Record<string, string>): void {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
}
const proxyOf = (url: string): string | undefined => proxyFor(new URL(url))?.href;

test.each<[url: string, env: Record<string, string>, proxy: string | undefined]>([
  ['https://api.example', {}, undefined],
  ['http://api.example', { HTTP_PROXY: 'http://a:1' }, 'http://a:1/'],
  ['ws://api.example', { HTTP_PROXY: 'http://a:1' }, 'http://a:1/'],
  ['http://api.example', { HTTPS_PROXY: 'http://a:1' }, undefined],
  ['https://api.example', { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:1' }, 'http://a:1/'],
  ['wss://api.example', { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:1' }, 'http://a:1/'],
  ['http://api.example', { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:1' }, 'http://b:1/'],
  ['wss://api.example', { HTTP_PROXY: 'http://b:1' }, 'http://b:1/'],
  ['http://api.example', { HTTP_PROXY: 'http://a:1', http_proxy: 'http://b:1' }, 'http://b:1/'],
  ['https://api.example', { HTTPS_PROXY: 'http://a:1', https_proxy: 'https://b' }, 'https://b/'],
  ['http://api.example', { HTTP_PROXY: 'proxy.example:3128' }, 'http://proxy.example:3128/'],
  ['http://api.example', { HTTP_PROXY: 'http://u:p@a:1' }, 'http://u:p@a:1/'],
])('%s with %o goes by %s', (url, env, proxy) => {
  stub(env);
  expect(proxyOf(url)).toBe(proxy);
});

test.each(['http://localhost:1', 'ws://127.0.0.1:1', 'http://[::1]:1', 'wss://a.localhost'])(
  'this machine is reached without: %s',
  (url) => {
    stub({ HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'no proxy at all' });
    expect(proxyOf(url)).toBeUndefined();
  },
);

test.each<[url: string, none: string, isExcepted: boolean]>([
  ['https://api.example', 'api.example', true],
  ['https://API.example', 'Api.Example', true],
  ['https://api.example', 'example', true],
  ['https://api.example', '.example', true],
  ['https://api.example', '*.example', true],
  ['https://api.example', 'other, api.example', true],
  ['https://api.example', 'other  api.example', true],
  ['https://api.example', ' ,, ', false],
  ['https://api.example', '*', true],
  ['https://api.example', 'xample', false],
  ['https://api.example', 'api.example.org', false],
  ['https://api.example', 'pi.example', false],
  ['https://api.example', 'a*', false],
  ['https://api.example', 'api.example:443', true],
  ['wss://api.example', '.example:443', true],
  ['https://api.example', 'api.example:8443', false],
  ['https://api.example:8443', 'api.example:8443', true],
  ['https://api.example:8443', 'api.example', true],
  ['https://[2001:db8::1]:9', '2001:db8::1', true],
  ['https://[fd00::abcd]', 'fd00::abcd', true],
  ['https://api.example', 'api.example.', true],
  ['https://api.example.', 'api.example', true],
  ['https://api.example.', '.example', true],
  ['https://[2001:db8::1]:9', '[2001:db8::1]', true],
  ['https://[2001:db8::1]:9', '[2001:db8::1]:9', true],
])('%s, NO_PROXY=%s: excepted is %s', (url, none, isExcepted) => {
  stub({ HTTPS_PROXY: 'http://a:1', NO_PROXY: none });
  expect(proxyOf(url)).toBe(isExcepted ? undefined : 'http://a:1/');
});

test('no_proxy wins over NO_PROXY', () => {
  stub({ HTTP_PROXY: 'http://a:1', NO_PROXY: 'api.example', no_proxy: 'other' });
  expect(proxyOf('http://api.example')).toBe('http://a:1/');
});

test.each([
  ['http', 'HTTP_PROXY', 'socks5://user:secret@a:1'],
  ['http', 'HTTP_PROXY', 'http://user:secret@'],
  ['https', 'HTTPS_PROXY', 'ftp://user:secret@a'],
  ['https', 'HTTP_PROXY', 'a proxy, secret'],
  ['http', 'HTTP_PROXY', 'http://user:100%secret@a:1'],
])(
  '%s: what is no HTTP proxy is refused by its name, and not repeated: %s',
  (scheme, name, value) => {
    stub({ [name]: value });
    const ask = (): unknown => proxyOf(`${scheme}://api.example`);
    expect(ask).toThrow(OptionsError);
    expect(ask).toThrow(
      new RegExp(
        `^${name} in the environment is not the URL of an HTTP proxy, such as http://.*NO_PROXY`,
      ),
    );
    expect(ask).not.toThrow(/secret/);
    try {
      ask();
    } catch (error) {
      expect((error as OptionsError).path).toBe(name);
    }
  },
);

test.each([
  ['http://a:1', undefined],
  ['http://us%40er:pa%3Ass@a:1', 'us@er:pa:ss'],
  ['http://user@a:1', 'user:'],
  ['http://:pass@a:1', ':pass'],
])('who asks a proxy %s', (url, credentials) => {
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  expect(authorizationFor(new URL(url))).toBe(expected);
});
