import { expect, test } from 'vitest';
import { UrlSigner, isToken, newToken } from '../../../src/server/http/tokens';

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

test('a signed URL works for its path until it expires, and with this signer only', () => {
  const signer = new UrlSigner();
  const later = new Date(Date.now() + 1000);
  const query = new URLSearchParams(signer.sign('/a', later));
  expect(signer.isValid('/a', query)).toBe(true);
  expect(signer.isValid('/b', query)).toBe(false);
  expect(new UrlSigner().isValid('/a', query)).toBe(false);
  query.set('expires', String(later.getTime() + 1000));
  expect(signer.isValid('/a', query)).toBe(false);
  expect(
    signer.isValid('/a', new URLSearchParams(signer.sign('/a', new Date(Date.now() - 1)))),
  ).toBe(false);
  expect(signer.isValid('/a', new URLSearchParams())).toBe(false);
});
