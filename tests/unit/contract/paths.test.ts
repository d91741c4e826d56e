/** Paths: filled in by whoever calls, matched by whoever answers. */
import { expect, expectTypeOf, test } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import { fillPath, matchPath, type PathParams } from '../../../src/contract/paths';
import { thrownBy } from '../thrown-by';

test('what fills a path in is found in it again', () => {
  const path = '/storage/{session_id}/downloads/{filename}';
  const params = { sessionId: 'a/b', filename: 'ä %2F.txt' };
  expect(fillPath(path, params)).toBe('/storage/a%2Fb/downloads/%C3%A4%20%252F.txt');
  expect(matchPath(path, fillPath(path, params))).toEqual(params);
  expectTypeOf<keyof PathParams<typeof path>>().toEqualTypeOf<'sessionId' | 'filename'>();
});

test('only the whole path matches', () => {
  expect(matchPath('/sessions/{session_id}/debug/tab', '/sessions/a%2Fb/debug/tab')).toEqual({
    sessionId: 'a/b',
  });
  expect(matchPath('/sessions/{session_id}', '/sessions/%E0%A4%A')).toEqual({
    sessionId: '%E0%A4%A',
  });
  expect(matchPath('/sessions', '/sessions')).toEqual({});
  expect(matchPath('/x{a}', '/xb')).toBeUndefined();
  expect(matchPath('/{a}x', '/bx')).toBeUndefined();
  expect(matchPath('/sessions/{session_id}', '/sessions')).toBeUndefined();
  expect(matchPath('/sessions/{session_id}/stop', '/sessions/1/start')).toBeUndefined();
});

test.each([
  ['', 'an empty one'],
  [undefined, 'undefined'],
  [null, 'object'],
  [5, 'number'],
])('%j is no id', (sessionId, kind) => {
  const fill = () => fillPath('/sessions/{session_id}', { sessionId: sessionId as string });
  expect(fill).toThrow(OptionsError);
  expect(thrownBy(fill)).toMatchObject({
    path: 'sessionId',
    message: `sessionId must be a text that is not empty, got ${kind}.`,
  });
});
