/** What reports may not show is taken out, and what a reader needs stays. */
import { expect, test } from 'vitest';
import { withoutSecrets, withoutTyped } from '../../../src/story/secrets';

test.each([
  [
    'GET https://me:s3cret@shop.test/cart?token=abc&page=2',
    'GET https://…@shop.test/cart?token=…&page=…',
  ],
  ['at /callback#access_token=abc', 'at /callback#access_token=…'],
  ['authorization: Bearer abc.def', 'authorization: …'],
  ['sent "Bearer abc.def"', 'sent "Bearer …"'],
  ['Set-Cookie: sid=1; Path=/', 'Set-Cookie: …'],
  ['{"password":"hunter2","user":"me"}', '{"password":"…","user":"me"}'],
  ['api_key=abc', 'api_key=…'],
  ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc is old', 'token … is old'],
  ['ws://127.0.0.1:1/cdp/Zk3Zr9vJm0Qx1bqj2Wn4pT6yUa8sDfGh', 'ws://127.0.0.1:1/cdp/…'],
])('%s', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

test.each([
  'expect(locator).toHaveText(expected) failed',
  "Click getByRole('button', { name: 'Buy' })",
  'session 3fa85f64-5717-4562-b3fc-2c963f66afa6',
  'tests/checkout/a-very-long-name-of-a-test-file.spec.ts:12',
  'the server responded with a status of 404 (Not Found)',
])('%s stays', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});

test('what is known to be secret goes, wherever it stands', () => {
  expect(withoutSecrets('key-1 in a/key-1/b', ['key-1', ''])).toBe('… in a/…/b');
});

test.each([
  ['Fill "hunter2" getByLabel(\'Password\')', 'Fill "…" getByLabel(\'Password\')'],
  ['Fill "say \\"it\\"" locator(\'#a\')', 'Fill "…" locator(\'#a\')'],
  ['Click getByText("Fill")', 'Click getByText("Fill")'],
])('what was typed does not stand in %s', (title, shown) => {
  expect(withoutTyped(title)).toBe(shown);
});
