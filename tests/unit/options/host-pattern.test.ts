/** The hosts that a pattern of `exposeNetwork` names, as Playwright reads it. */
import { expect, test } from 'vitest';
import { fetchPatternsOf, isHostPattern, urlsOf } from '../../../src/options/host-pattern';

test.each<[pattern: string, named: string[], others: string[]]>([
  [
    '<loopback>',
    [
      'http://localhost/',
      'https://localhost:8443/a?b',
      'ws://localhost:1/',
      'wss://localhost',
      'http://app.localhost:3000/',
      'http://a.b.localhost/',
      'http://127.0.0.1:80/',
      'http://[::1]:9/',
    ],
    [
      'http://localhost.example.com/',
      'http://notlocalhost/',
      'http://example.com/?localhost',
      'http://example.com/http://localhost/',
      'http://127.0.0.2/',
      'http://[::2]/',
      'ftp://localhost/',
    ],
  ],
  [
    '<loopback>:3000',
    ['http://localhost:3000/', 'http://[::1]:3000/'],
    ['http://localhost:30001/', 'http://localhost/'],
  ],
  [
    'localhost:80',
    ['http://localhost/', 'ws://localhost/', 'https://localhost:80/'],
    ['https://localhost/', 'wss://localhost/', 'http://localhost:8080/'],
  ],
  [
    'localhost:443',
    ['https://localhost/', 'wss://localhost/', 'http://localhost:443/'],
    ['http://localhost/'],
  ],
  [
    'a.test',
    ['http://a.test/', 'https://a.test:5/'],
    ['http://b.a.test/', 'http://axtest/', 'http://a.test.example/'],
  ],
  ['A.test', ['http://a.test/'], []],
  [
    '*.internal',
    ['http://a.internal/', 'http://a.b.internal:8/'],
    ['http://internal/', 'http://a.internal.example/', 'http://example.com/a.internal'],
  ],
  ['.internal', ['http://a.internal/'], ['http://internal/']],
  ['10.*', ['http://10.example/'], ['http://10.0.0.1/']],
  ['10.0.0.1', ['http://10.0.0.1:5/'], ['http://10.0.0.11/']],
  ['*', ['http://example.com/', 'http://10.0.0.1/', 'wss://[::2]:8/'], ['data:text/html,x']],
  [
    '*:8080',
    ['http://example.com:8080/', 'http://[::2]:8080/'],
    ['http://example.com/', 'http://[::2]:80/'],
  ],
  ['a.test, b.test:5', ['http://a.test/', 'http://b.test:5/'], ['http://b.test/']],
])('%s', (pattern, named, others) => {
  expect(isHostPattern(pattern)).toBe(true);
  const urls = urlsOf(pattern);
  expect(named.filter((url) => !urls.test(url))).toEqual([]);
  expect(others.filter((url) => urls.test(url))).toEqual([]);
});

test('what the browser is asked to hold is all of it, and little more', () => {
  expect(fetchPatternsOf('a.test:5,.internal')).toEqual([
    'http://a.test*',
    'https://a.test*',
    'http://*.internal*',
    'https://*.internal*',
  ]);
  expect(fetchPatternsOf('<loopback>')).toContain('http://[::1]*');
  expect(fetchPatternsOf('<loopback>')).toContain('https://*.localhost*');
});
