/** Converts the text of a cookie file to cookies and back. Without zod: a worker must not load it. */
import { messageOf } from '../base/errors';
import { isRecord } from '../base/json';
import { CROSS_SITE_ANCESTOR, type Cookie, withApiNames } from '../contract/cookie';
import { CookieFileError } from '../contract/errors';

/** What a field may hold, in words and as a check. */
type FieldRule = readonly [allowed: string, isAllowed: (value: unknown) => boolean];

const TEXT: FieldRule = ['a string', (value) => typeof value === 'string'];
const FLAG: FieldRule = ['true or false', (value) => typeof value === 'boolean'];
const TIME: FieldRule = ['seconds since 1970, or -1', (value) => Number.isFinite(value)];
/** Browsers refuse control characters and semicolons (RFC 6265 section 4.1.1), and one such cookie makes them refuse the whole list. */
const COOKIE_TEXT = matching(
  'a string without control characters and ";"',
  /^[^\u0000-\u001f\u007f;]*$/,
);

/** Required fields come first. */
const FIELDS: Record<string, FieldRule> = {
  name: COOKIE_TEXT,
  value: COOKIE_TEXT,
  domain: matching('a host name, such as "example.com"', /^[^\s/?#@]+$/),
  path: matching('a path that begins with "/"', /^\//),
  httpOnly: FLAG,
  secure: FLAG,
  hostOnly: FLAG,
  session: FLAG,
  sameSite: matching('"Strict", "Lax" or "None"', /^(Strict|Lax|None)$/),
  expires: TIME,
  expirationDate: TIME,
  storeId: TEXT,
  partitionKey: TEXT,
  hasCrossSiteAncestor: FLAG,
  [CROSS_SITE_ANCESTOR]: FLAG,
};
/** The other fields may be absent, or null as the cloud's clients write them. */
const REQUIRED: readonly string[] = ['name', 'value', 'domain', 'path', 'httpOnly'];

function matching(allowed: string, pattern: RegExp): FieldRule {
  return [allowed, (value) => typeof value === 'string' && pattern.test(value)];
}

/**
 * Reads the text of a cookie file. Ignores unknown fields. An expiry that is given once is set in both fields.
 * @throws {@link CookieFileError} with the number of the wrong cookie and what is wrong with it.
 */
export function parseCookies(text: string, file: string): Cookie[] {
  const list = parseJson(text, file);
  if (!Array.isArray(list))
    throw refusal(file, `it holds ${describe(list)} instead of an array of cookies${hint(list)}`);
  return list.map((item: unknown, index) => {
    const problem = findProblem(item);
    if (problem !== undefined)
      throw refusal(file, `cookie ${index + 1} of ${list.length}: ${problem}`);
    return toCookie(item as Record<string, unknown>);
  });
}

/** The text of a file with these cookies: an array, one cookie a line, so that a change is one line in a diff. */
export function formatCookies(cookies: readonly Cookie[]): string {
  const lines = cookies.map((cookie) => `  ${JSON.stringify(withBothExpiries(cookie))}`);
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')); // some editors begin UTF-8 with a byte order mark
  } catch (error) {
    if (text.trim() === '') throw refusal(file, 'it is empty; an empty list of cookies is []');
    const [where = ''] = /\(line \d+ column \d+\)/.exec(messageOf(error)) ?? []; // the rest quotes the text, which may be secret
    throw refusal(file, `it is not valid JSON ${where}`.trim());
  }
}

/** What is wrong with an element; undefined if it is a cookie. Values are not shown: they are secrets. */
function findProblem(item: unknown): string | undefined {
  if (!isRecord(item)) return `it is ${describe(item)} instead of a cookie object`;
  for (const [field, [allowed, isAllowed]] of Object.entries(FIELDS)) {
    const value = item[field] ?? undefined;
    if (value === undefined && REQUIRED.includes(field))
      return `"${field}" is missing (${allowed})`;
    if (value !== undefined && !isAllowed(value))
      return `"${field}" must be ${allowed}, and is ${describe(value)}`;
  }
  return undefined;
}

/** Picks the known fields of a checked element. */
function toCookie(item: Record<string, unknown>): Cookie {
  const known = Object.keys(FIELDS).flatMap((field) => {
    const value = item[field] ?? undefined;
    return value === undefined ? [] : [[field, value] as const];
  });
  return withBothExpiries(withApiNames(Object.fromEntries(known) as unknown as Cookie));
}

function withBothExpiries(cookie: Cookie): Cookie {
  const expires = cookie.expires ?? cookie.expirationDate;
  return expires === undefined
    ? cookie
    : { ...cookie, expires, expirationDate: cookie.expirationDate ?? expires };
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'boolean') return String(value);
  return value === ''
    ? 'an empty string'
    : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

function hint(value: unknown): string {
  return isRecord(value) && Array.isArray(value['cookies'])
    ? ': keep only its "cookies" (a Playwright storage state belongs in the option storageState)'
    : '';
}

function refusal(file: string, what: string): CookieFileError {
  return new CookieFileError(
    `Could not use the cookie file ${file}: ${what}. The file was not changed, and nothing is saved to it.`,
    { code: 'invalid_cookie_file', file },
  );
}
