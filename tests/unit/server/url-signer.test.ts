import { expect, test } from 'vitest';
import { UrlSigner } from '../../../src/server/http/url-signer';

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
