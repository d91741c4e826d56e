import { expect, test } from 'vitest';
import { matchPath, parseUrl } from '../../../src/server/http/http-router';

test('a pattern gives names to parts of a path', () => {
  expect(matchPath('/sessions/:id/debug/tab', '/sessions/a%2Fb/debug/tab')).toEqual({ id: 'a/b' });
  expect(matchPath('/sessions/:id', '/sessions/%E0%A4%A')).toEqual({ id: '%E0%A4%A' });
  expect(matchPath('/sessions', '/sessions')).toEqual({});
  expect(matchPath('/sessions/:id', '/sessions')).toBeUndefined();
  expect(matchPath('/sessions/:id/stop', '/sessions/1/start')).toBeUndefined();
});

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
