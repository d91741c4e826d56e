/** What a cookie file may hold, and how a wrong one is told: file, place, what is wrong, and never a value. */
import { describe, expect, test } from 'vitest';
import { cookieSchema } from '../../../src/contract/cookies';
import { CookieFileError } from '../../../src/contract/errors';
import { formatCookies, parseCookies } from '../../../src/cookies/parse';

const cookie = { name: 'sid', value: '1', domain: 'example.com', path: '/', httpOnly: true };

describe('reading', () => {
  test('an expiry that is given once is in both fields', () => {
    expect(
      parseCookies(
        JSON.stringify([
          { ...cookie, expires: 10 },
          { ...cookie, expirationDate: 11 },
          { ...cookie, expires: 1, expirationDate: 2 },
          cookie,
        ]),
        'f',
      ),
    ).toEqual([
      { ...cookie, expires: 10, expirationDate: 10 },
      { ...cookie, expires: 11, expirationDate: 11 },
      { ...cookie, expires: 1, expirationDate: 2 },
      cookie,
    ]);
  });

  test("a file of the cloud's Python client, with nulls, and one of a browser extension, with more fields", () => {
    const python =
      '[{"name": "sid", "value": "1", "domain": "example.com", "path": "/", "httpOnly": true, "secure": null, "hostOnly": null, "session": null, "sameSite": "Lax", "expires": -1.0, "expirationDate": -1.0, "storeId": null, "partitionKey": null}]';
    expect(parseCookies(python, 'f')).toEqual([
      { ...cookie, sameSite: 'Lax', expires: -1, expirationDate: -1 },
    ]);
    expect(
      parseCookies(`\uFEFF${JSON.stringify([{ ...cookie, id: 7, storeId: '0' }])}`, 'f'),
    ).toEqual([{ ...cookie, storeId: '0' }]);
    const ofPlaywright = {
      ...cookie,
      partitionKey: 'https://a.test',
      _crHasCrossSiteAncestor: false,
    };
    const [read] = parseCookies(JSON.stringify([ofPlaywright]), 'f');
    expect(read).toEqual({
      ...cookie,
      partitionKey: 'https://a.test',
      hasCrossSiteAncestor: false,
    });
  });

  test('what is written is read again, one cookie a line, and accepted by the contract', () => {
    const cookies = parseCookies(
      JSON.stringify([{ ...cookie, expires: 10, sameSite: 'None', secure: true }, cookie]),
      'f',
    );
    const text = formatCookies(cookies);
    expect(text.trimEnd().split('\n')).toHaveLength(4);
    expect(formatCookies([])).toBe('[]\n');
    expect(parseCookies(text, 'f')).toEqual(cookies);
    expect((JSON.parse(text) as unknown[]).map((it) => cookieSchema.parse(it))).toEqual(cookies);
    expect(parseCookies(formatCookies([]), 'f')).toEqual([]);
  });
});

describe('refusing', () => {
  test.each([
    ['', 'it is empty'],
    ['[{"name": "a",\n  "value" 5}]', 'not valid JSON'],
    ['[{"name": "a"', 'not valid JSON'],
    ['[hunter2]', 'not valid JSON'],
    ['[1,\n]', 'not valid JSON'],
    ['[] x', 'not valid JSON'],
    ['  x', 'not valid JSON'],
    [' \n ', 'it is empty; an empty list of cookies is []'],
    [
      `[${JSON.stringify(cookie).replace('}', ',"expires":1e999}')}]`,
      '"expires" must be seconds since 1970, or -1, and is a number',
    ],
    ['[{"name" ]', 'not valid JSON'],
    ['["\\u00e"]', 'not valid JSON'],
    ['[{"name": "a\u0001"}]', 'not valid JSON'],
    ['{"cookies": []}', 'an object instead of an array of cookies: keep only its "cookies"'],
    ['"hunter2"', 'a string instead of an array'],
    ['null', 'null instead of an array of cookies.'],
    ['{}', 'an object instead of an array of cookies.'],
    ['{"cookies": {}}', 'an object instead of an array of cookies.'],
    ['[null]', 'cookie 1 of 1: it is null instead of a cookie object'],
    ['[[]]', 'cookie 1 of 1: it is an array instead of a cookie object'],
    [
      `[\n${JSON.stringify(cookie)},\n5\n]`,
      'cookie 2 of 2: it is a number instead of a cookie object',
    ],
    [
      `[${JSON.stringify({ ...cookie, domain: undefined })}]`,
      'cookie 1 of 1: "domain" is missing (a host name',
    ],
    [
      `[${JSON.stringify({ ...cookie, domain: 'https://example.com' })}]`,
      '"domain" must be a host name',
    ],
    [`[${JSON.stringify({ ...cookie, domain: 'exam ple.com' })}]`, '"domain" must be a host name'],
    [
      `[${JSON.stringify({ ...cookie, httpOnly: 'yes' })}]`,
      '"httpOnly" must be true or false, and is a string',
    ],
    [`[${JSON.stringify({ ...cookie, path: 'x' })}]`, '"path" must be a path that begins with "/"'],
    [
      `[${JSON.stringify({ ...cookie, sameSite: 'lax' })}]`,
      '"sameSite" must be "Strict", "Lax" or "None"',
    ],
    [
      `[${JSON.stringify({ ...cookie, value: 'hunter2;' })}]`,
      '"value" must be a string without control characters',
    ],
    [
      `[${JSON.stringify({ ...cookie, expires: '2030' })}]`,
      '"expires" must be seconds since 1970, or -1, and is a string',
    ],
  ])('%s', (text, message) => {
    const error = refusalOf(() => parseCookies(text, '/suite/cookies.json'));
    expect(error).toMatchObject({ code: 'invalid_cookie_file', file: '/suite/cookies.json' });
    expect(error.message).toContain('/suite/cookies.json');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('hunter2');
  });

  const TEXT = 'a string without control characters and ";"';
  test.each<[string, string, unknown[]]>([
    ['name', TEXT, [5, 'a;b', 'a\u0000', 'a\u007f']],
    ['value', TEXT, [5, 'a;b', 'a\u001f']],
    ['domain', 'a host name, such as "example.com"', [5, 'a/b', 'a?b', 'a@b', 'a#b', '']],
    ['path', 'a path that begins with "/"', [5, 'x/', '']],
    ['httpOnly', 'true or false', ['true', 1]],
    ['secure', 'true or false', ['true', 1]],
    ['hostOnly', 'true or false', ['true', 1]],
    ['session', 'true or false', ['true', 1]],
    ['sameSite', '"Strict", "Lax" or "None"', ['strict', '', true]],
    ['expires', 'seconds since 1970, or -1', ['10', true]],
    ['expirationDate', 'seconds since 1970, or -1', ['10', false]],
    ['storeId', 'a string', [0, {}]],
    ['hasCrossSiteAncestor', 'true or false', ['true', 1]],
    ['_crHasCrossSiteAncestor', 'true or false', ['true', 1]],
    ['partitionKey', 'a string', [0, { topLevelSite: 'https://example.com' }, []]],
  ])('"%s" that is not %s', (field, allowed, wrong) => {
    for (const value of wrong) {
      const refused = refusalOf(() =>
        parseCookies(JSON.stringify([{ ...cookie, [field]: value }]), 'f'),
      );
      expect(refused.message).toBe(
        `Could not use the cookie file f: cookie 1 of 1: "${field}" must be ${allowed}, and is ${kindOf(value)}. The file was not changed, and nothing is saved to it.`,
      );
    }
    if (field in cookie)
      for (const none of [null, undefined])
        expect(
          refusalOf(() => parseCookies(JSON.stringify([{ ...cookie, [field]: none }]), 'f'))
            .message,
        ).toContain(`"${field}" is missing (${allowed})`);
  });

  test('what browsers accept is not refused', () => {
    for (const accepted of [
      { value: '' },
      { domain: '.example.com' },
      { domain: '[::1]' },
      { sameSite: 'Strict' },
      { sameSite: 'None' },
      { expires: -1 },
      { expires: 1.5 },
      { hostOnly: true, session: false, storeId: '', partitionKey: '' },
    ])
      expect(parseCookies(JSON.stringify([{ ...cookie, ...accepted }]), 'f')).toMatchObject([
        { ...cookie, ...accepted },
      ]);
  });
});

/** A wrong value as messages tell it: never itself. */
function kindOf(value: unknown): string {
  if (value === '') return 'an empty string';
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'an array';
  return { string: 'a string', number: 'a number' }[typeof value as string] ?? 'an object';
}

function refusalOf(action: () => unknown): CookieFileError {
  try {
    action();
  } catch (error) {
    if (error instanceof CookieFileError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
