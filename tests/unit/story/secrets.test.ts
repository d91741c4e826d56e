/** What reports may not show is taken out, and what a reader needs stays. */
import { expect, test } from 'vitest';
import { withoutSecrets, withoutTyped, withoutTypedInCalls } from '../../../src/story/secrets';

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
  ['refresh_token=abc', 'refresh_token=…'],
  ["if (token === 'abc')", "if (token === '…')"],
  ['client_secret: x', 'client_secret: …'],
  ['{"newPassword":"x"}', '{"newPassword":"…"}'],
  ['NOTTE_API_KEY=abc', 'NOTTE_API_KEY=…'],
  ['AWS_SECRET_ACCESS_KEY=abc', 'AWS_SECRET_ACCESS_KEY=…'],
  ['{ password: \'two words, "quoted"\', user }', "{ password: '…', user }"],
  ['"password":"say \\"it\\"","user":1', '"password":"…","user":1'],
  [String.raw`"{\"token\":\"a b\",\"user\":1}"`, String.raw`"{\"token\":\"…\",\"user\":1}"`],
  ['"password":"cut in the mid', '"password":"…'],
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
  "getByLabel('Password:').or(getByLabel('Name')) is not visible",
  'tests/token.spec.ts:12',
  'tokens.map((token) => token.kind)',
  'password => password.length',
])('%s stays', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});

test('what is known to be secret goes, wherever it stands', () => {
  expect(withoutSecrets('key-1 in a/key-1/b', ['key-1', ''])).toBe('… in a/…/b');
});

test.each([
  ['Fill "hunter2" getByLabel(\'Password\')', 'Fill "…" getByLabel(\'Password\')'],
  ['Fill "say "it" \\" locator(\'#a\')', 'Fill "…" locator(\'#a\')'],
  ['Fill "two\nlines"', 'Fill "…"'],
  ['Click getByText("Fill")', 'Click getByText("Fill")'],
])('what was typed does not stand in %s', (title, shown) => {
  expect(withoutTyped(title)).toBe(shown);
});

test.each([
  [
    "> 7 | await page.getByLabel('Name').fill('hunter2');",
    "> 7 | await page.getByLabel('Name').fill('…');",
  ],
  ['  - fill("say "it" \\")', '  - fill("…")'],
  ['Call log:\n  - fill("a") or "b")\n  - done', 'Call log:\n  - fill("…")\n  - done'],
  ["page.fill('#name', 'hunter2')", "page.fill('#name', '…')"],
  [
    "await page.locator('a').fill('a'); await page.getByText('Pay').click();",
    "await page.locator('a').fill('…'); await page.getByText('Pay').click();",
  ],
  [
    "box.fill('it\\'s', { timeout: 10 }); log('done')",
    "box.fill('…', { timeout: 10 }); log('done')",
  ],
  ['box.type(\'a\'); box.type("b")', 'box.type(\'…\'); box.type("…")'],
  ["page.fill(NAME, 'hunter2')", "page.fill(NAME, '…')"],
  ['box.pressSequentially(`hunter2', 'box.pressSequentially(`…`'],
  ["page.keyboard.insertText('hunter2')", "page.keyboard.insertText('…')"],
  ["await page.locator('a').click()", "await page.locator('a').click()"],
])('what was typed does not stand in the call %s', (text, shown) => {
  expect(withoutTypedInCalls(text)).toBe(shown);
});

test.each(['a', 'a.', 'eyJ-', '?', 'token ', 'token:', "token:'", '"', 'fill("', 'a://'])(
  'a long run of %s takes less than two seconds, and a secret after it is removed',
  (part) => {
    const text = part.repeat(200_000 / part.length);
    const beganMs = performance.now();
    const shown = withoutSecrets(`${text}\npassword=hunter2`);
    const call = withoutTypedInCalls(`${text.slice(0, 16_000)}\nfill('hunter2')`); // as much as is ever searched
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    expect([shown, call].join('\n')).not.toContain('hunter2');
  },
);
