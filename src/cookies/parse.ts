/** Text of a cookie file to cookies and back. Checks by hand what the contract's schema says: a test's process need not load a schema library for it. */
import { CROSS_SITE_ANCESTOR, type Cookie, withApiNames } from '../contract/cookie';
import { CookieFileError } from '../contract/errors';
import { elementOffsets, lineAndColumn, syntaxErrorOffset } from './position';

const isText = (value: unknown): boolean => typeof value === 'string';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isTime = (value: unknown): boolean => Number.isFinite(value);

/** Browsers refuse control characters and semicolons (RFC 6265 section 4.1.1), and one such cookie makes them refuse the whole list. */
const isCookieText = (value: unknown): boolean =>
  typeof value === 'string' && !/[\u0000-\u001f\u007f;]/.test(value);

/** An URL in its place would be kept under another name each time: browsers escape what no host holds. */
const isHost = (value: unknown): boolean => typeof value === 'string' && /^[^\s/?#@]+$/.test(value);

/** What a field may hold, in words and as a check. */
type FieldRule = readonly [allowed: string, isAllowed: (value: unknown) => boolean];

const REQUIRED: Record<string, FieldRule> = {
  name: ['a string without control characters and ";"', isCookieText],
  value: ['a string without control characters and ";"', isCookieText],
  domain: ['a host name, such as "example.com"', isHost],
  path: [
    'a path that begins with "/"',
    (value) => typeof value === 'string' && value.startsWith('/'),
  ],
  httpOnly: ['true or false', isFlag],
};

/** The fields that may be left out, or be null as the cloud's clients write them. */
const OPTIONAL: Record<string, FieldRule> = {
  secure: ['true or false', isFlag],
  hostOnly: ['true or false', isFlag],
  session: ['true or false', isFlag],
  sameSite: [
    '"Strict", "Lax" or "None"',
    (value) => value === 'Strict' || value === 'Lax' || value === 'None',
  ],
  expires: ['seconds since 1970, or -1', isTime],
  expirationDate: ['seconds since 1970, or -1', isTime],
  storeId: ['a string', isText],
  partitionKey: ['a string', isText],
  hasCrossSiteAncestor: ['true or false', isFlag],
  [CROSS_SITE_ANCESTOR]: ['true or false', isFlag],
};

/**
 * Reads the text of a cookie file. Unknown fields are left out; an expiry that is given once is filled into both fields.
 * @throws {@link CookieFileError} with the line, the column or the number of the wrong cookie, and what is wrong with it.
 */
export function parseCookies(text: string, file: string): Cookie[] {
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text; // some editors begin UTF-8 with a byte order mark
  const list = parseJson(content, file);
  if (!Array.isArray(list))
    throw refusal(file, `it holds ${describe(list)} instead of an array of cookies${hint(list)}`);
  return list.map((item: unknown, index) => {
    const problem = findProblem(item);
    if (problem === undefined) return toCookie(item as Record<string, unknown>);
    const { line } = lineAndColumn(content, elementOffsets(content)[index] ?? 0);
    throw refusal(file, `cookie ${index + 1} of ${list.length} (line ${line}): ${problem}`);
  });
}

/** The text of a file with these cookies: an array, one cookie a line, so that a change is one line in a diff. */
export function formatCookies(cookies: readonly Cookie[]): string {
  const lines = cookies.map((cookie) => `  ${JSON.stringify(withBothExpiries(cookie))}`);
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

/** V8's own message is not told: it quotes the text around the error, and that may be a cookie's value. */
function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() === '') throw refusal(file, 'it is empty; an empty list of cookies is []');
    const offset = syntaxErrorOffset(text);
    const { line, column } = lineAndColumn(text, offset);
    throw refusal(
      file,
      `it is not JSON: ${offset === text.length ? 'the text ends too early' : 'unexpected character'} at line ${line}, column ${column}`,
    );
  }
}

/** What is wrong with one element; undefined when it is a cookie. Values are not shown: they are secrets. */
function findProblem(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return `it is ${describe(item)} instead of a cookie object`;
  const cookie = item as Record<string, unknown>;
  for (const [field, [allowed, isAllowed]] of Object.entries(REQUIRED)) {
    if (cookie[field] === undefined || cookie[field] === null)
      return `"${field}" is missing (${allowed})`;
    if (!isAllowed(cookie[field]))
      return `"${field}" must be ${allowed}, and is ${describe(cookie[field])}`;
  }
  for (const [field, [allowed, isAllowed]] of Object.entries(OPTIONAL)) {
    const value = cookie[field] ?? undefined;
    if (value !== undefined && !isAllowed(value))
      return `"${field}" must be ${allowed}, and is ${describe(value)}`;
  }
  return undefined;
}

/** Picks the known fields of a checked element. */
function toCookie(item: Record<string, unknown>): Cookie {
  const known = [...Object.keys(REQUIRED), ...Object.keys(OPTIONAL)].flatMap((field) => {
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
  const isObjectWithCookies =
    typeof value === 'object' &&
    value !== null &&
    'cookies' in value &&
    Array.isArray(value.cookies);
  return isObjectWithCookies
    ? ': keep only what its "cookies" holds (a Playwright storage state belongs in the option storageState)'
    : '';
}

function refusal(file: string, what: string): CookieFileError {
  return new CookieFileError(
    `Could not use the cookie file ${file}: ${what}. The file was left as it is, and nothing is saved to it.`,
    { code: 'invalid_cookie_file', file },
  );
}
