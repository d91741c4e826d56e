/** Takes secrets out of URLs and headers, by their names. The names stay, so that a log can still be read. */
import { keptText } from './foreign-text';

/** Replaces a secret value. */
export const REDACTED = '[redacted]';

/**
 * What keys, tokens and passwords are called, as headers, query parameters or cookies: `X-Api-Key`, `x-auth-token`, `access_token`,
 * `JSESSIONID`, `X-Amz-Signature`. Names are compared in lower case, with dashes for all separators.
 */
const SECRET_NAME = new RegExp(
  [
    'authorization|bearer|jwt|saml|cookie|credential|secret|token|csrf|xsrf|signature',
    'passw|passphrase|passcode|session|sessid|api-?key|otp-?code',
    '(?:access|account|auth|client|encryption|functions|private|subscription|shared)-?key',
    '(?:^|-)(?:auth|sid|sig|pwd|pass|otp|apikey)(?:$|-)',
    '^(?:x-)?key$|^code$|^ticket$', // of Google's APIs; of OAuth; of CAS
  ].join('|'),
);
/** Headers with such names that hold no secret. */
const HARMLESS_NAME = /^access-control-|^sec-websocket-/;
/** Bytes of a name that are looked at. No real name is longer. */
const MAX_NAME = 200;

/** User and password in a URL. Starts at a fixed number of slashes, so that long texts take linear time. */
const CREDENTIALS = /([/\\]{2})[^\s/\\?#"<>]+@/g;
/** A parameter in the query or the fragment of a URL. A quote or backslash in its value belongs to it when more of the value follows. */
const PARAMETER = /([?&#]([^\s=&#?"'<>]+)=)((?:[^&#\s"'<>\\]|['\\](?=[\w%]))+)/g;
/** The session id that Java servers put into paths. */
const PATH_SESSION_ID = /(;jsessionid=)[^?#/;&\s"'<>\\]+/gi;
/** Tokens that are recognised by their form. */
const TOKENS: readonly RegExp[] = [
  /\b(Bearer |Basic )[\w.~+/=-]+/gi,
  /()(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, // JSON web tokens
];
/** How deep URLs may be nested in the queries of others. */
const MAX_DEPTH = 3;

/** True for the name of a header, a parameter or a cookie whose value lets others in. */
export function isSecretName(name: string): boolean {
  const words = keptText(name, MAX_NAME)
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-');
  return SECRET_NAME.test(words) && !HARMLESS_NAME.test(words);
}

/**
 * A URL, or a text with URLs in it, without users, passwords and the values of secret parameters.
 * @param mark - replaces a secret value
 */
export function withoutUrlSecrets(text: string, mark = REDACTED): string {
  return redactedUrls(text, mark, 0);
}

/** A text without the user, password and query of its first URL: unlike {@link withoutUrlSecrets}, whatever they are called. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/, '//***@').replace(/\?.*/s, '?***');
}

/** Scheme, host and path of a URL, without a slash at the end: user, password and query often are keys. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'a wrong URL'; // refused when options are checked
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
}

/** The value of a header without secrets. */
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
