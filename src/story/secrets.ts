/** Takes out of texts what opens a door: reports are published, and read by others than those who ran the tests. */
import { keptText } from '../base/foreign-text';
import { clipped, oneLine, printable } from '../base/texts';

/** What is longer is cut where it has to be short, in characters. */
const MAX_LENGTH = 300;
/** So much of it is looked at, in bytes: a secret that is cut is not known any more. */
const LOOKED_AT_BYTES = 1_200;
/** Stands for what was taken out. */
const HIDDEN = '…';

/** What secrets are called, alone or as the end of a longer name: `refresh_token`, `newPassword`, `NOTTE_API_KEY`. */
const NAME =
  '(?:authorization|passw(?:or)?d|passphrase|pwd|secret(?:[-_ ]?(?:access[-_ ]?)?key)?|(?:api|access|private)[-_ ]?key|token|credentials?)';
/** The name and what leads to the value; quotes may be escaped, as in JSON within JSON (`\x60` is a backquote). */
const NAMED = String.raw`${NAME}\\?["'\x60]?\s{0,20}(?::|={1,3}(?![=>]))\s{0,20}`;

/** Each of them finds something secret; what is in its first group stays. None of them looks at a character more than a few times. */
const RULES: readonly RegExp[] = [
  /\b([a-z][a-z\d+.-]{0,30}:\/\/)[^\s/?#@"'`]+(?=@)/gi, // user and password of a URL
  /([?&#][\w.[\]-]{1,64}=)[^&#\s"'`<>)\]]+/g, // values in a query
  /((?:set-)?cookie["']?\s{0,20}[:=]\s{0,20})[^\r\n]+/gi,
  // up to the closing quote; a quote that closes itself, as in getByLabel('Password:'), opens no value
  new RegExp(String.raw`(${NAMED}(\\?["'\x60]))(?![\s),;\]}])(?:(?!\2)(?:\\.|[^\\\r\n]))+`, 'gi'),
  new RegExp(String.raw`(${NAMED})(?:(?:Bearer|Basic) )?[^\s"'\x60,;&)…\\]+`, 'gi'),
  /\b(Bearer |Basic )[\w.~+/=-]+/gi,
  /()(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, // JSON web tokens
  /()(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{28,}/g, // random words, as those of viewer and CDP addresses
];

/** What was typed stands in the title of such a step, and ends it: it may be a password, with quotes in it. */
const TYPED = /^((?:Fill|Type|Press sequentially|Insert|Set input value) )".*"/s;
/** Calls that type. */
const TYPING = '(?:fill|type|pressSequentially|insertText)';
/** A typed text in a call log, which does not escape its quotes: up to the last quote of the line. */
const TYPED_IN_LOG = new RegExp(String.raw`(- ${TYPING}\(")(?:.*(?=")|.*)"?`, 'g');
/** A string literal in code, without its closing quote, which may be missing. */
const literal = (quote: string): string =>
  String.raw`(?<${quote}>["'\x60])(?:\\.|(?!\k<${quote}>)[^\\\r\n])*`;
/** A typed text in code: the first literal of the call, or the second one after a selector. */
const TYPED_IN_CODE = new RegExp(
  String.raw`(?<!- )\b(?<call>${TYPING}\([^"'\x60()\r\n]{0,200}(?:${literal('first')}\k<first>\s{0,20},\s{0,20})?)${literal('typed')}\k<typed>?`,
  'g',
);

/**
 * The text without secrets.
 * @param known - secrets by their value, such as the key of the session API
 */
export function withoutSecrets(text: string, known: readonly string[] = []): string {
  let shown = text;
  for (const secret of known) if (secret !== '') shown = shown.replaceAll(secret, HIDDEN);
  for (const rule of RULES) shown = shown.replace(rule, (_, kept: string) => `${kept}${HIDDEN}`);
  return shown;
}

/** One printable line without secrets, cut after 300 characters. For text of a page or an API, which may be megabytes. */
export function shortWithoutSecrets(text: string): string {
  const start = keptText(text, LOOKED_AT_BYTES);
  return clipped(printable(withoutSecrets(oneLine(start))), MAX_LENGTH);
}

/** The title of a step without what was typed. */
export function withoutTyped(title: string): string {
  return title.replace(TYPED, `$1"${HIDDEN}"`);
}

/** Code, or the message of an error, without what was typed. */
export function withoutTypedInCalls(text: string): string {
  return text
    .replace(TYPED_IN_LOG, `$1${HIDDEN}"`)
    .replace(TYPED_IN_CODE, `$<call>$<typed>${HIDDEN}$<typed>`);
}
