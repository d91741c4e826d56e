import { expect, test } from 'vitest';
import { codeOf, messageOf } from '../../../src/base/errors';

test('what was thrown tells its message', () => {
  expect(messageOf(new TypeError('wrong'))).toBe('wrong');
  expect(messageOf('text')).toBe('text');
  expect(messageOf(undefined)).toBe('undefined');
});

test('what was thrown tells its code, if it has one', () => {
  expect(codeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect(codeOf(new Error('x'))).toBe(undefined);
  expect(codeOf({ code: 'ENOENT' })).toBe(undefined);
});
