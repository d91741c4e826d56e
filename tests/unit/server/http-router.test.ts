import { expect, test } from 'vitest';
import { parseUrl } from '../../../src/server/http/http-router';

test.each([
  ['/sessions/?page=1', '/sessions'],
  ['//sessions/1', '/sessions/1'],
  ['//health', '/health'],
  ['/', '/'],
  ['http://elsewhere.test/sessions', '/sessions'],
])('%s is the path %s', (url, path) => {
  expect(parseUrl({ url }).pathname).toBe(path);
});

test('a target that is no URL is a bad request', () => {
  expect(() => parseUrl({ url: 'http://[' })).toThrow(/not a valid URL/);
});
