/** Where a redirect may lead, and what of the request goes there. */
import { describe, expect, it } from 'vitest';
import { readRedirect } from '../../../src/client/redirect';

describe('redirects', () => {
  const from = new URL('http://api.test/sessions/');

  it('are followed within the origin', () => {
    expect(readRedirect({ status: 307, location: '/sessions', from, method: 'POST' })).toEqual({
      target: new URL('http://api.test/sessions'),
    });
    expect(
      readRedirect({ status: 301, location: 'http://api.test/x', from, method: 'GET' }),
    ).toMatchObject({ target: { pathname: '/x' } });
    expect(readRedirect({ status: 308, location: '/x', from, method: 'POST' })).toMatchObject({
      target: { pathname: '/x' },
    });
  });

  it.each([
    [200, '/x'],
    [299, '/x'],
    [400, '/x'],
    [404, '/x'],
    [304, undefined],
  ])('are no other answers: %d with location %s', (status, location) => {
    expect(readRedirect({ status, location, from, method: 'GET' })).toBeUndefined();
  });

  it.each([300, 303, 399])('are answers with %d', (status) => {
    expect(readRedirect({ status, location: '/x', from, method: 'GET' })).toHaveProperty('target');
  });

  it.each([
    ['https://api.test/', 'GET', 307, 'which must not get the key'],
    ['http://api.test:81/', 'GET', 307, 'http://api.test:81'],
    ['/x', 'POST', 302, 'would turn POST into GET'],
    ['http://', 'GET', 302, 'no URL'],
  ])('to %s by %s %d are refused', (location, method, status, problem) => {
    expect(readRedirect({ status, location, from, method })).toMatchObject({
      problem: expect.stringContaining(problem) as string,
    });
  });
});
