/** Removes secrets from URLs and headers by their names. The names stay, so that logs are readable. */
import { keptText } from './foreign-text';

/** Replacement of a secret value. */
export const REDACTED = '[redacted]';

/**
 * Names of keys, tokens and passwords in headers, query parameters and cookies: `X-Api-Key`, `x-auth-token`, `access_token`,
 * `JSESSIONID`, `X-Amz-Signature`. Names are compared in lower case, with dashes as separators.
 */
const SECRET_NAME = new RegExp(
  [
    'authorization|bearer|jwt|saml|cookie|credential|secret|token|csrf|xsrf|signature',
    'passw|passphrase|passcode|session|sessid|api-?key|otp-?code',
    '(?:access|account|auth|client|encryption|functions|private|subscription|shared)-?key',
    '(?:^|-)(?:auth|sid|sig|pwd|pass|otp|apikey)(?:$|-)',
    '^(?:x-)?key$|^code$|^ticket$', // Google's APIs; OAuth; CAS
  ].join('|'),
);
/** Headers with such names that are not secret. */
const HARMLESS_NAME = /^access-control-|^sec-websocket-/;
/** Maximum compared length of a name, in bytes. No real name is longer. */
const MAX_NAME = 200;

/** User and password in a URL. Starts at a fixed number of slashes, so that long texts take linear time. */
const CREDENTIALS = /([/\\]{2})[^\s/\\?#"<>]+@/g;
/** A parameter in the query or the fragment of a URL. A quote or backslash belongs to its value if more of the value follows. */
const PARAMETER = /([?&#]([^\s=&#?"'<>]+)=)((?:[^&#\s"'<>\\]|['\\](?=[\w%]))+)/g;
/** Session id in paths of Java servers. */
const PATH_SESSION_ID = /(;jsessionid=)[^?#/;&\s"'<>\\]+/gi;
/** Tokens recognized by their format. */
const TOKENS: readonly RegExp[] = [
  /\b(Bearer |Basic )[\w.~+/=-]+/gi,
  /()(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, // JSON web tokens
];
/** Maximum nesting of URLs in queries. */
const MAX_DEPTH = 3;

/** Whether the value of this header, parameter or cookie is secret. */
export function isSecretName(name: string): boolean {
  const words = keptText(name, MAX_NAME)
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-');
  return SECRET_NAME.test(words) && !HARMLESS_NAME.test(words);
}

/**
 * Removes user names, passwords and values of secret parameters from a URL or a text with URLs.
 * @param mark - replacement of a secret value
 */
export function withoutUrlSecrets(text: string, mark = REDACTED): string {
  return redactedUrls(text, mark, 0);
}

/** Removes the user, password and whole query of the first URL in a text. {@link withoutUrlSecrets} only removes secret parameters. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/, '//***@').replace(/\?.*/s, '?***');
}

/** Returns scheme, host and path of a URL, without a trailing slash. User, password and query often contain keys. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'a wrong URL'; // refused when options are checked
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
}

/** Returns the value of a header without secrets. */
export function headerWithoutSecrets(name: string, value: string): string {
  if (isSecretName(name)) return REDACTED;
  let shown = withoutUrlSecrets(value);
  for (const token of TOKENS) shown = shown.replace(token, `$1${REDACTED}`);
  return shown;
}

function redactedUrls(text: string, mark: string, depth: number): string {
  return text
    .replace(CREDENTIALS, '$1')
    .replace(PATH_SESSION_ID, `$1${mark}`)
    .replace(PARAMETER, (whole: string, begin: string, name: string, value: string) => {
      if (isSecretName(decoded(name) ?? name)) return `${begin}${mark}`;
      const inner = depth < MAX_DEPTH && value.includes('%') ? decoded(value) : undefined;
      if (inner === undefined) return whole;
      const shown = redactedUrls(inner, mark, depth + 1);
      return shown === inner ? whole : `${begin}${encodeURIComponent(shown)}`;
    });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
