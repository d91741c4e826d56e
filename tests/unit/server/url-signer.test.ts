import { expect, test } from 'vitest';
import { UrlSigner } from '../../../src/server/http/signed-urls';

const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.replace(/.*\?/, ''));

test('a signed URL works for its path until it expires, and with this signer only', () => {
  const signer = new UrlSigner();
  const expiresAt = new Date(Date.now() + 1000);
  const url = signer.sign('/a', { expiresAt });
  expect(url).toMatch(/^\/a\?/);
  const query = queryOf(url);
  expect(signer.isValid('/a', query)).toBe(true);
  expect(signer.isValid('/b', query)).toBe(false);
  expect(new UrlSigner().isValid('/a', query)).toBe(false);
  query.set('expires', String(expiresAt.getTime() + 1000));
  expect(signer.isValid('/a', query)).toBe(false);
  const expired = signer.sign('/a', { expiresAt: new Date(Date.now() - 1) });
  expect(signer.isValid('/a', queryOf(expired))).toBe(false);
  expect(signer.isValid('/a', new URLSearchParams())).toBe(false);
});

test('a signed URL works for the file of its owner only', () => {
  const signer = new UrlSigner();
  const query = queryOf(signer.sign('/a', { owner: 'team' }));
  expect(query.get('owner')).toBe('team');
  expect(signer.isValid('/a', query)).toBe(true);
  for (const owner of ['other', '']) {
    query.set('owner', owner);
    expect(signer.isValid('/a', query)).toBe(false);
  }
  query.delete('owner');
  expect(signer.isValid('/a', query)).toBe(false);
});
