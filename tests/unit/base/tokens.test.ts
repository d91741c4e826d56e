import { expect, test } from 'vitest';
import { isToken, newToken } from '../../../src/base/tokens';

test('tokens are long, random and safe in URLs', () => {
  const tokens = Array.from({ length: 100 }, newToken);
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/);
});

test('only the right token is one', () => {
  expect(isToken('secret', 'secret')).toBe(true);
  for (const wrong of ['secret ', 'Secret', '', null, undefined])
    expect(isToken(wrong, 'secret')).toBe(false);
});
