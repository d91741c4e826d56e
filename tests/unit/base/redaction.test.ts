import { expect, test } from 'vitest';
import { headerWithoutSecrets, isSecretName, withoutUrlSecrets } from '../../../src/base/redaction';

test.each([
  ...['X-Api-Key', 'x-auth-token', 'Authorization', 'proxy-authorization', 'Cookie', 'set-cookie'],
  ...['X-CSRF-Token', 'Mcp-Session-Id', 'X-Hub-Signature-256', 'Ocp-Apim-Subscription-Key'],
  ...['apiKey', 'api_key', 'access_token', 'client_secret', 'newPassword', 'pwd', 'jwt', 'sig'],
  ...[
    'X-Amz-Credential',
    'PHPSESSID',
    'JSESSIONID',
    'connect.sid',
    'key',
    'code',
    'x-auth',
    'SAMLResponse',
  ],
])('the value of %s is a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  ...['accept', 'Content-Type', 'cache-control', 'etag', 'host', ':authority', 'user-agent', 'age'],
  ...['access-control-allow-credentials', 'Sec-WebSocket-Key', 'www-authenticate', 'x-request-id'],
  ...['page', 'q', 'keyword', 'author', 'sort', 'passenger', 'country-code', 'design', 'assign'],
])('the value of %s is none', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test.each([
  ['https://user:pass@a.test/x', 'https://a.test/x'],
  ['//user:p@ss@a.test/x', '//a.test/x'],
  ["https://user:it's@a.test/x", 'https://a.test/x'],
  ["/cb#access_token=it's&page=2", '/cb#access_token=[redacted]&page=2'],
  ['/in?token=a\\b&page=2', '/in?token=[redacted]&page=2'],
  ["GET '/in?token=abc' failed", "GET '/in?token=[redacted]' failed"],
  ['https:\\\\user:pass@a.test', 'https:\\\\a.test'],
  ['https:///user:pass@a.test', 'https:///a.test'],
  ['/in?next=1&api_key=abc&page=2', '/in?next=1&api_key=[redacted]&page=2'],
  ['/in?%61pi_key=abc', '/in?%61pi_key=[redacted]'],
  ['/cb#access_token=abc&expires=3', '/cb#access_token=[redacted]&expires=3'],
  ['/x;jsessionid=ABC?a=1', '/x;jsessionid=[redacted]?a=1'],
  [
    '/go?to=https%3A%2F%2Fu%3Ap%40a.test%2F%3Ftoken%3Dt',
    `/go?to=${encodeURIComponent('https://a.test/?token=[redacted]')}`,
  ],
  ['https://a.test/npm/@scope/x?q=a@b.test', 'https://a.test/npm/@scope/x?q=a@b.test'],
  ['https://a.test/%zz?q=%zz', 'https://a.test/%zz?q=%zz'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutUrlSecrets(url)).toBe(shown);
});

test.each([
  [
    'link',
    '<https://u:p@a.test/?token=t>; rel=next',
    '<https://a.test/?token=[redacted]>; rel=next',
  ],
  ['x-forwarded', 'Bearer abc.def', 'Bearer [redacted]'],
  ['x-anything', 'eyJhbGciOi.eyJzdWIi.c2ln', '[redacted]'],
  ['content-type', 'text/html; charset=utf-8', 'text/html; charset=utf-8'],
])('the header %s: %s is shown as %s', (name, value, shown) => {
  expect(headerWithoutSecrets(name, value)).toBe(shown);
});

test('a megabyte takes no time', () => {
  const sinceMs = performance.now();
  for (const part of [
    '?a=%20',
    '//a',
    'https:',
    '/',
    '?',
    ';jsessionid=',
    '?a=eyJ',
    '%3F%25',
    'aB',
  ])
    withoutUrlSecrets(part.repeat(1_000_000 / part.length));
  expect(performance.now() - sinceMs).toBeLessThan(3_000);
});
