import { expect, test } from 'vitest';
import { Accounts } from '../../../src/server/accounts/account';
import { Auth } from '../../../src/server/http/auth';
import { parsePublicUrl, withoutPrefix } from '../../../src/server/http/public-url';

test.each([
  ['https://sessions.example', 'https://sessions.example', ''],
  ['https://sessions.example/', 'https://sessions.example', ''],
  ['https://Example.com:8443/browsers/', 'https://example.com:8443/browsers', '/browsers'],
  ['http://10.0.0.1/a/b', 'http://10.0.0.1/a/b', '/a/b'],
])('%s', (text, base, prefix) => {
  expect(parsePublicUrl(text)).toMatchObject({ base, prefix });
});

test.each([
  ['sessions.example', 'is not a URL'],
  ['wss://sessions.example', 'starts with wss://'],
  ['https://user:secret@sessions.example', 'contains a user name or a password'],
  ['https://sessions.example/?a=1', 'has a query or a fragment'],
  ['https://sessions.example/#a', 'has a query or a fragment'],
  ['https://sessions.example/a//b', 'has two slashes'],
  ['https://example.com/sessions', 'has the path /sessions, which is a path of the session API'],
  ['https://example.com/agents/x', 'has the path /agents'],
])('%s is refused', (text, message) => {
  expect(() => parsePublicUrl(text)).toThrow(message);
  expect(() => parsePublicUrl(text)).not.toThrow(/secret/);
});

test.each([
  ['/api/sessions?page=1', '/sessions?page=1'],
  ['/api', '/'],
  ['/api/', '/'],
  ['/api?x', '/?x'],
  ['/sessions', '/sessions'],
  ['/apisessions', '/apisessions'],
])('%s is asked for as %s', (target, path) => {
  expect(withoutPrefix(target, '/api')).toBe(path);
});

test('requests by the public name are let in, and pages of its origin, whatever the proxy makes of the Host', () => {
  const auth = new Auth(
    new Accounts('key'),
    '127.0.0.1',
    parsePublicUrl('https://sessions.example'),
  );
  const check = (headers: Record<string, string>) => () => auth.checkSite({ headers } as never);
  const origin = 'https://sessions.example';
  expect(check({ host: 'sessions.example' })).not.toThrow();
  expect(check({ host: 'sessions.example', origin })).not.toThrow();
  expect(check({ host: '127.0.0.1:8484', origin })).not.toThrow();
  expect(check({ host: 'other.example' })).toThrow('is not a name of this server');
  expect(check({ host: '127.0.0.1:8484', origin: 'https://other.example' })).toThrow(
    'are not accepted',
  );
});
